"""What every use case must come to, in each capability: written once, from the design.

The more cautious of policy and capability counts (docs/policy.md). The policies are the
same in all three stacks and ask for quarantine, two of them for deletion; so whatever
differs between two columns is the capability's.

observe: verdicts, findings and events are there; every image can be pulled.
quarantine: what fails is archived, brought back by who may, and never deleted.
delete: as quarantine; what its policy gives up is deleted, its evidence kept, after a
day in quarantine or where the policy waives the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sealward.policy.bundle import Capability

ACTIVE: Final = "ACTIVE"
ARCHIVED: Final = "ARCHIVED"
GONE: Final = "gone"

NONE: Final = "none"
OWN: Final = "open"
"""The image's own finding."""
RESOLVED: Final = "resolved"
REPOSITORY: Final = "repository"
"""Counted by the finding of its repository, brought up to date every ten minutes."""

Said = str | bool | int
By = Said | tuple[Said, Said, Said]
"""One value, or those of observe, quarantine and delete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How one image stands in one capability."""

    verdict: str
    reason: str
    status: str
    """The registry's word."""
    finding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One use case in all three capabilities."""

    about: str
    verdict: By = "trusted"
    reason: By = "satisfied"
    status: By = ACTIVE
    finding: By = NONE
    facts: Mapping[str, By] = field(default_factory=dict)
    """What its story must have seen besides, by name."""

    def end(self, capability: Capability) -> End:
        """Return how its image must stand."""
        return End(
            verdict=str(_of(self.verdict, capability)),
            reason=str(_of(self.reason, capability)),
            status=str(_of(self.status, capability)),
            finding=str(_of(self.finding, capability)),
        )

    def seen(self, capability: Capability) -> dict[str, Said]:
        """Return what its story must have seen."""
        return {name: _of(value, capability) for name, value in self.facts.items()}


def _of(value: By, capability: Capability) -> Said:
    if isinstance(value, tuple):
        return value[list(Capability).index(capability)]
    return value


def _good(about: str, **facts: By) -> Expected:
    return Expected(about=about, facts=facts)


def _bad(about: str, verdict: str, reason: str, **facts: By) -> Expected:
    """Return that it is told of in observe and held in the others."""
    return Expected(
        about=about,
        verdict=verdict,
        reason=reason,
        status=(ACTIVE, ARCHIVED, ARCHIVED),
        finding=(REPOSITORY, OWN, OWN),
        facts=facts,
    )


def _asked(about: str, verdict: str, reason: str, **facts: By) -> Expected:
    """Return that it is left alone: a person is asked, or only told in observe."""
    return Expected(
        about=about, verdict=verdict, reason=reason, finding=REPOSITORY, facts=facts
    )


def _mended(about: str, **facts: By) -> Expected:
    """Return that it was bad and is trusted."""
    return Expected(about=about, finding=(REPOSITORY, RESOLVED, RESOLVED), facts=facts)


_UNSIGNED: Final = ("unsigned", "no-signature")
_WRONG: Final = ("untrusted", "identity-not-allowed")
_ONCE_HELD: Final = (False, True, True)

EXPECTED: Final[Mapping[str, Expected]] = {
    # -- what is trusted ---------------------------------------------------------------
    "signed": _good("signed by its team", bus="trusted"),
    "many-signatures": _good("a good signature among bad ones"),
    "fallback-tag": _good(
        "its signature is listed under the fallback tag", index_judged=False
    ),
    "multi-arch": Expected(
        about="a child of a signed index",
        verdict="covered",
        reason="covered",
        facts={"index": "trusted"},
    ),
    "late-signature": _good("signed within its grace", before="pending"),
    "by-signer": _good("signed by AWS Signer, which revoked nothing"),
    "by-responder": _good("its signer's responder was asked", responder_asked=True),
    "exempt": Expected(
        about="its policy asks for nothing", verdict="exempt", reason="level-skip"
    ),
    "ungoverned": Expected(
        about="no policy names it", verdict="ungoverned", reason="no-policy"
    ),
    "replicated": _good(
        "copied here with its signature", source_is_told="trusted", source_exit=0
    ),
    # -- what is bad from the first ----------------------------------------------------
    "unsigned": _bad(
        "nobody signed it",
        *_UNSIGNED,
        bus="unsigned",
        explain_exit=1,
        wait_exit=1,
        pushed_by="arn:aws:iam::{account}:user/carla",
    ),
    "untagged": _bad("nobody signed or tagged it", *_UNSIGNED),
    "wrong-signer": _bad("another identity of its CA signed it", *_WRONG),
    "multi-arch-unsigned": _bad(
        "an index that nobody signed",
        *_UNSIGNED,
        child=("ACTIVE", "ARCHIVED", "ARCHIVED"),
    ),
    "tag-move": _bad(
        "its tag named a trusted image before",
        *_UNSIGNED,
        names_the_last_trusted=_ONCE_HELD,
        the_last_trusted="trusted ACTIVE",
    ),
    "managed-signing-failed": _bad(
        "ECR was to sign it and could not", "unsigned", "managed-signing-failed"
    ),
    "swept": _bad("no event told of it; the sweep found it", *_UNSIGNED),
    "replicated-unsigned": _bad(
        "copied here, and no signature with it",
        *_UNSIGNED,
        source_is_told="unsigned",
        source_exit=1,
    ),
    "malformed": _bad(
        "its event came with one that nobody can read", *_UNSIGNED, dead_letter=True
    ),
    "redriven": _bad(
        "its event failed five times, and is sent again",
        *_UNSIGNED,
        exit=1,
        sent=1,
    ),
    "held-with-evidence": _bad(
        "what it was is kept, its owner is told",
        *_WRONG,
        evidence_exit=(1, 0, 0),
        owner_told=True,
    ),
    # -- what is held, and comes back --------------------------------------------------
    "pushed-again": _bad(
        "pushed again after it was held", *_UNSIGNED, held_times=(0, 2, 2)
    ),
    "restored-by-others": _bad(
        "brought back by somebody else",
        *_UNSIGNED,
        held_times=(0, 2, 2),
    ),
    "archived-by-others": Expected(
        about="trusted, and archived by somebody else: none of our holds",
        status=ARCHIVED,
        facts={"ours": False},
    ),
    "held-then-signed": _mended("signed after it was held", was_held=_ONCE_HELD),
    "mended": _mended(
        "released to be signed, and signed", was_held=_ONCE_HELD, exit=(1, 0, 0)
    ),
    "released-to-sign": _bad(
        "released to be signed, and not signed",
        *_UNSIGNED,
        exit=(1, 0, 0),
        meanwhile=("", "ACTIVE", "ACTIVE"),
    ),
    "glass-broken": _bad(
        "used for a while though nobody signed it",
        *_UNSIGNED,
        exit=(1, 0, 0),
        meanwhile=("", "exempt ACTIVE HIGH", "exempt ACTIVE HIGH"),
    ),
    "paused": _bad(
        "pushed during a pause",
        *_UNSIGNED,
        exit=0,
        meanwhile="unsigned ACTIVE",
        resume_exit=0,
    ),
    "pulls-denied": _mended(
        "pushed again and again until nobody pulls; then signed",
        denied=_ONCE_HELD,
        denied_at_the_end=False,
    ),
    # -- what was accepted, or there, before -------------------------------------------
    "signature-lost": Expected(
        about="its signature was deleted, and given back",
        finding=REPOSITORY,
        facts={
            "lost": "inconclusive signature-lost",
            "meanwhile": "ACTIVE",
            "exit": 0,
        },
    ),
    "proposed": _asked(
        "there before its policy acted", *_UNSIGNED, proposals=(0, 1, 1)
    ),
    "answered": _bad("there before; a person approved", *_UNSIGNED, exit=(1, 0, 0)),
    "revoked": _asked(
        "AWS Signer revoked what made it trusted",
        "untrusted",
        "signer-revoked",
        before="trusted",
        proposed=(False, True, True),
    ),
    "bundle-changed": _asked(
        "its signer is trusted no more",
        *_WRONG,
        before="trusted",
        proposed=(False, True, True),
        breaker=(False, True, True),
    ),
    # -- what goes ---------------------------------------------------------------------
    "gone": Expected(
        about="deleted while its signature was awaited",
        verdict="pending",
        reason="gone",
        status=GONE,
        finding=(NONE, OWN, OWN),
    ),
    "held-and-gone": Expected(
        about="held, and deleted by somebody else",
        verdict="unsigned",
        reason="gone",
        status=GONE,
        finding=(REPOSITORY, OWN, OWN),
    ),
    "deleted": Expected(
        about="its policy deletes it after a day in quarantine",
        verdict="untrusted",
        reason=("identity-not-allowed", "identity-not-allowed", "gone"),
        status=(ACTIVE, ARCHIVED, GONE),
        finding=(REPOSITORY, OWN, RESOLVED),
        facts={
            "before_its_day": (ACTIVE, ARCHIVED, ARCHIVED),
            "evidence_exit": (1, 0, 0),
            "redo_exit": 0,
        },
    ),
    "deleted-at-once": Expected(
        about="its policy deletes what is pushed again and again",
        verdict="untrusted",
        reason=("identity-not-allowed", "identity-not-allowed", "gone"),
        status=(ACTIVE, ARCHIVED, GONE),
        finding=(REPOSITORY, OWN, RESOLVED),
        facts={"evidence_exit": (1, 0, 0)},
    ),
}
"""By use case."""
