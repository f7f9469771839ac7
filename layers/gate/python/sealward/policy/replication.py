"""Replication, as a policy says it: where from, how late, and whom to ask over there.

At the destination a policy names the registries its repositories are replicated from,
and how long a signature may arrive after its image there. At the source it names the
role and the function that give the verdict over there: no other role is ever assumed,
and no name is built from an event or an argument (docs/replication.md).
"""

import re
from datetime import timedelta
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.events import ORIGIN
from sealward.policy.document import Fields, duration, pointer, shown
from sealward.policy.problems import Problems

REPLICATION_GRACE: Final = timedelta(minutes=30)
"""ECR's documentation: the majority of images replicate in less."""
_SOURCE: Final = 'write "<account>/<region>": twelve digits, a slash, the Region'
_DURATION: Final = 'write a whole number and s, m, h or d, as in "30m"'
# Compiled at their first use: a bundle that names nobody pays nothing for them.
_ROLE: Final = r"(?a)arn:[a-z-]+:iam::([0-9]{12}):role/[\w+=,.@/-]{1,576}"
_FUNCTION: Final = (
    r"(?a)arn:[a-z-]+:lambda:([a-z0-9-]+):([0-9]{12}):function:[\w-]{1,64}"
)
_EXTERNAL_ID: Final = r"(?a)[\w+=,.@:/-]{2,1224}"
"""STS API, ExternalId."""
_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaVerdicts:
    """Where images are replicated to, and how its stack is asked for its verdict."""

    place: str
    """``account/region`` of the destination."""
    role: str
    """ARN of the destination's role that may ask; the only one ever assumed."""
    external_id: str
    """Of this pair of source and destination."""
    function: str
    """ARN of the destination's function that answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication:
    """Where a policy's repositories are replicated from, and to."""

    sources: frozenset[str] = frozenset()
    """Each ``account/region``."""
    grace: timedelta = REPLICATION_GRACE
    """How long a signature may arrive after an image that came from one of them."""
    verdicts: tuple[ReplicaVerdicts, ...] = ()
    """Whom to ask at each destination."""

    def grace_of(self, origin: str, otherwise: timedelta) -> timedelta:
        """Return the grace of an image that an event said came from ``origin``.

        Never less than ``otherwise``, the policy's own; that of any other image.
        """
        return max(self.grace, otherwise) if origin in self.sources else otherwise


NOT_REPLICATED: Final = Replication()


def read_replication(
    value: dict[str, Any] | None, where: str, problems: Problems
) -> Replication:
    """Return what ``replication`` of a policy writes; report what is wrong with it."""
    if value is None:
        return NOT_REPLICATED
    fields = Fields(value, where, problems)
    sources = fields.take("sources", list, _SOURCE) or []
    verdicts = fields.take("verdicts", list, "write a list of destinations") or []
    grace = fields.parsed("grace", duration, REPLICATION_GRACE, _DURATION)
    fields.end()
    for index, source in enumerate(sources):
        if not isinstance(source, str) or not ORIGIN.fullmatch(source):
            problems.add(
                f"{where}/sources{pointer(index)}",
                f"{shown(source)} is no account and Region",
                _SOURCE,
            )
    for name, listed in (("sources", sources), ("verdicts", verdicts)):
        if len(listed) > _MOST:
            problems.add(f"{where}/{name}", f"more than {_MOST}", "name fewer")
    return Replication(
        sources=frozenset(map(str, sources)),
        grace=grace,
        verdicts=_read_verdicts(verdicts[:_MOST], f"{where}/verdicts", problems),
    )


def _read_verdicts(
    values: list[Any], where: str, problems: Problems
) -> tuple[ReplicaVerdicts, ...]:
    found: dict[str, ReplicaVerdicts] = {}
    for index, value in enumerate(values):
        here = where + pointer(index)
        entry = _read_entry(value, here, problems)
        if entry is None:
            continue
        if entry.place in found:
            problems.add(
                f"{here}/place", f"{entry.place} stands twice", "name each place once"
            )
        found[entry.place] = entry
    return tuple(found.values())


def _read_entry(
    value: object, where: str, problems: Problems
) -> ReplicaVerdicts | None:
    fields = Fields(value, where, problems)
    place = fields.need("place", str, _SOURCE) or ""
    role = fields.need("role", str, "write the role's ARN") or ""
    function = fields.need("function", str, "write the function's ARN") or ""
    external_id = fields.need("externalId", str, "write the pair's external id") or ""
    fields.end()
    account, _, region = place.partition("/")
    of_role, of_function = re.fullmatch(_ROLE, role), re.fullmatch(_FUNCTION, function)
    wrong = [
        (name, problem, remedy)
        for name, fits, problem, remedy in (
            (
                "place",
                ORIGIN.fullmatch(place),
                f"{shown(place)} is no account and Region",
                _SOURCE,
            ),
            (
                "role",
                of_role and of_role[1] == account,
                f"{shown(role)} is no role of account {shown(account)}",
                "write the ARN that the destination's stack has as output VerdictRole",
            ),
            (
                "function",
                of_function and of_function.groups() == (region, account),
                f"{shown(function)} is no function of {shown(place)}",
                (
                    "write the ARN that the destination's stack has as output "
                    "VerdictFunction"
                ),
            ),
            (
                "externalId",
                re.fullmatch(_EXTERNAL_ID, external_id),
                "is no external id",
                "write 2 to 1224 letters, digits and _+=,.@:/-",
            ),
        )
        if not fits
    ]
    for name, problem, remedy in wrong:
        problems.add(f"{where}/{name}", problem, remedy)
    if wrong:
        return None
    return ReplicaVerdicts(
        place=place, role=role, external_id=external_id, function=function
    )
