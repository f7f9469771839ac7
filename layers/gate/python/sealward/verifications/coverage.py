"""Coverage: whether a trusted index of the same repository lists an image. Pure.

``notation`` signs an index and refuses the digests it lists; a runtime pulls exactly
those. So a child is ``covered`` while a trusted index lists it: directly or through
other indexes, with equal digest, size and media type at every step. It is derived anew
at each look and ends with the index (docs/threat-model.md, 13).
"""

from collections.abc import Callable, Iterable
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from notation_verifier import Action, Descriptor, VerificationLevel
from notation_verifier.values import dataclass
from sealward.ledger.records import Record, Verdict
from sealward.policy.bundle import Policy

DEPTH: Final = 3
"""Indexes above one another that are climbed."""
NODES: Final = 1_000
"""Indexes considered for one image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """An index that the registry says is active, as it was read."""

    descriptor: Descriptor
    """Its own, as the registry serves it."""
    lists: frozenset[Descriptor] = field(repr=False)
    """What its manifest lists."""
    record: Record | None
    """What is remembered of it."""
    prove: Callable[[], bool] = field(repr=False)
    """Verifies anew the signature that made it trusted; a record alone is no proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the indexes that list an image mean for it."""

    by: str | None = None
    """Digest of the trusted index that covers it."""
    strict: bool = False
    """Whether that index would be trusted at level ``strict`` as well."""
    listed: bool = False
    """Whether any active index lists it, or lists one that does."""
    awaited: bool = False
    """Whether one of those has no verdict yet, or none that can be told now."""
    undecided: str | None = None
    """Digest of one whose verdict cannot be told now: it says nothing of the image."""
    unlisted_until: datetime | None = None
    """Until then the repository's indexes cannot be listed again: wait for it."""


NO_COVERAGE: Final = Coverage()


class Worth(StrEnum):
    """What an index's record is worth to its children."""

    COVERS = "covers"
    AWAITED = "awaited"
    """It has no good signature yet."""
    UNDECIDED = "undecided"
    """What it is worth cannot be told now, for a reason no pusher can give."""
    NOTHING = "nothing"


def may_cover(level: VerificationLevel) -> bool:
    """Return whether a verdict at ``level`` is strong enough to be passed on.

    Authenticity, expiry and revocation must be enforced: what ``audit`` lets pass
    anybody could have signed.
    """
    return all(
        action is Action.ENFORCE
        for action in (level.authenticity, level.expiry, level.revocation)
    )


def is_current(record: Record | None, policy: Policy, now: datetime) -> bool:
    """Return whether a record says what its index is worth now.

    It does not where there is none, where another policy made it, and where what its
    trust rests on has ended since.
    """
    if record is None or record.statement_hash != policy.statement_hash:
        return False
    return not (
        record.verdict is Verdict.TRUSTED
        and record.due is not None
        and record.due <= now
    )


def worth(record: Record | None, policy: Policy) -> Worth:
    """Return what an index with this record is worth to its children."""
    if record is None:
        return Worth.UNDECIDED
    match record.verdict:
        case Verdict.TRUSTED if record.statement_hash == policy.statement_hash:
            return Worth.COVERS if may_cover(policy.statement.level) else Worth.NOTHING
        case _ if record.hold is not None:
            return Worth.NOTHING
        case Verdict.TRUSTED | Verdict.INCONCLUSIVE:
            return Worth.UNDECIDED
        case Verdict.PENDING:
            return Worth.AWAITED
        case _:
            return Worth.NOTHING


def cover(
    subject: Descriptor,
    parents_of: Callable[[Iterable[str]], Iterable[Parent]],
    policy: Policy,
) -> Coverage:
    """Return whether ``subject`` is covered, climbing from it to the indexes above.

    Args:
        subject: as the registry serves it.
        parents_of: gives the active indexes said to list any of some digests, read as
            they are asked for; what they list is judged here.
        policy: in force for the repository.
    """
    level = frozenset({subject})
    met = {subject.digest}
    found = NO_COVERAGE
    considered = 0
    for _ in range(DEPTH):
        above = set()
        for parent in parents_of(sorted(one.digest for one in level)):
            considered += parent.descriptor.digest not in met
            if considered > NODES:
                return found
            # What lists nothing of this level may list something of the next.
            if parent.descriptor.digest in met or level.isdisjoint(parent.lists):
                continue
            met.add(parent.descriptor.digest)
            found = _with(found, parent, policy)
            if found.by is not None:
                return found
            above.add(parent.descriptor)
        level = frozenset(above)
    return found


def _with(found: Coverage, parent: Parent, policy: Policy) -> Coverage:
    """Return the coverage with what one more index that lists the image adds."""
    digest, record = parent.descriptor.digest, parent.record
    match worth(record, policy):
        case Worth.COVERS if parent.prove():
            strict = record is not None and record.strict_verdict is Verdict.TRUSTED
            return Coverage(by=digest, strict=strict, listed=True)
        case Worth.AWAITED:
            return replace(found, listed=True, awaited=True)
        case Worth.COVERS | Worth.UNDECIDED:
            return replace(found, listed=True, awaited=True, undecided=digest)
        case Worth.NOTHING:
            return replace(found, listed=True)
