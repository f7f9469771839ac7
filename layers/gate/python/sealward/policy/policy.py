"""A policy: a trust policy statement, and what the gate makes of its outcome. Pure."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from notation_verifier import TrustPolicyStatement
from notation_verifier.values import dataclass
from sealward.policy.replication import NOT_REPLICATED, Replication
from sealward.policy.revocation import NOTHING_SAID, RevocationPolicy


class Enforcement(StrEnum):
    """What a policy asks for on failure."""

    REPORT = "report"
    QUARANTINE = "quarantine"
    DELETE = "delete"
    """As quarantine; after a day there it is deleted, its evidence kept."""


class Escalation(StrEnum):
    """What follows when a held image is pushed three times again within an hour."""

    NONE = "none"
    """A CRITICAL finding; it is archived again each time."""
    DENY_PULLS = "deny-pulls"
    """Besides, nobody but Sealward pulls from the repository until an hour is quiet."""
    DELETE = "delete"
    """It is deleted without its day in quarantine; back once more, pulls are denied."""


class Capability(StrEnum):
    """What the stack's roles may do at all; the more cautious of the two counts."""

    OBSERVE = "observe"
    QUARANTINE = "quarantine"
    DELETE = "delete"


GRACE: Final = timedelta(minutes=10)
UNTAGGED_GRACE: Final = timedelta(hours=1)
UNKNOWN_FOR: Final = timedelta(hours=1)
UNSIGNED_PER_DAY: Final = 100

_PRODUCTION: Final = frozenset({"prod", "production"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One statement and what the gate makes of its outcome."""

    statement: TrustPolicyStatement
    """Its ``registry_scopes`` may also hold prefixes and registries."""
    statement_hash: str
    """SHA-256 over the statement, its settings and the stores it names."""
    enforcement: Enforcement = Enforcement.REPORT
    grace: timedelta = GRACE
    """How long a signature may arrive after its image."""
    untagged_grace: timedelta = UNTAGGED_GRACE
    """How long an index that lists it may arrive, and be signed, after an image without
    a tag: platform images are pushed before their index. Never less than ``grace``."""
    unknown_for: timedelta = UNKNOWN_FOR
    """After this long inconclusive: CRITICAL; a never trusted subject may be held."""
    hold_unknown: bool = False
    """Whether a never trusted subject is held after ``unknown_for``. Where the bundle
    does not say: in production it is."""
    fail_fast: bool = False
    """An intact, anchored signature by an identity not allowed is final at once."""
    unsigned_per_day: int = UNSIGNED_PER_DAY
    """After as many digests of a repository that ended unsigned or gone on one day its
    grace is a minute until midnight UTC."""
    identities_required: int = 1
    """How many different trusted identities must have signed. Notation knows one."""
    enforce_from: datetime | None = None
    """Subjects pushed before are never acted upon, only proposed."""
    baseline_until: datetime | None = None
    """Until then what was pushed before ``enforce_from`` is exempt."""
    escalation: Escalation = Escalation.NONE
    """What follows when a held image is pushed again and again."""
    owner: Mapping[str, str] | None = None
    """``team`` and ``contact``; ``topic``, the ARN of an SNS topic."""
    environment: str = ""
    user_metadata: Mapping[str, str] = field(default_factory=dict)
    """What must have been signed with the image, beside what the statement asks for."""
    revocation: RevocationPolicy = NOTHING_SAID
    """Whom to ask about revocation, and how old an answer may be."""
    replication: Replication = NOT_REPLICATED
    """Where its repositories are replicated from, and to."""


def is_production(environment: str) -> bool:
    """Return whether a policy that names ``environment`` is for production.

    One that names none is not: who asks decides what that means.
    """
    return environment.strip().lower() in _PRODUCTION
