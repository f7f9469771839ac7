"""Records: what is remembered of a subject, its hold, its finding, its exposure.

``Record`` is the ``current`` item of a subject. A look reads it before it reads the
registry and writes it on condition that its version is unchanged. Instants are aware,
in UTC.
"""

from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from notation_verifier import Descriptor
from notation_verifier.values import dataclass
from sealward.ledger.managed_signing import ManagedSigning
from sealward.ledger.releases import Release
from sealward.ledger.replicas import Replica
from sealward.subjects import SubjectKey

SCHEMA = 2
"""Schema number written into every record; version N reads N and N-1."""


REPUSHES: Final = 3
"""As often must a held image come back within ``REPUSHED_WITHIN`` for more."""
REPUSHED_WITHIN: Final = timedelta(hours=1)


class Verdict(StrEnum):
    """What Sealward holds of a subject."""

    TRUSTED = "trusted"
    COVERED = "covered"
    """No signature of its own satisfies; a trusted index of its repository lists it."""
    PENDING = "pending"
    UNSIGNED = "unsigned"
    UNTRUSTED = "untrusted"
    INCONCLUSIVE = "inconclusive"
    EXEMPT = "exempt"
    UNGOVERNED = "ungoverned"


class HoldState(StrEnum):
    """Where a hold stands; the registry's word moves it on, never our own call's."""

    HOLDING = "holding"
    """Archiving was decided; the registry has not yet said ARCHIVED."""
    HELD = "held"
    """The registry said ARCHIVED."""
    REFUSED = "refused"
    """The registry refuses to archive; the reason is in ``detail``; tried again."""
    RELEASED = "released"
    """Let go for a while by a release; taken back at its end."""
    RELEASING = "releasing"
    """Restoring was decided; the registry has not said ACTIVE yet (20 minutes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """That we asked the registry to delete a held image."""

    at: datetime
    """When it was last asked."""
    refused: str = ""
    """Why it was not done; empty where it was, or is not known yet."""
    dossier: str = ""
    """SHA-256 (hex) of the dossier kept before it was asked; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An image kept in quarantine, remembered by digest until released."""

    state: HoldState
    since: datetime
    applied: int
    """How often the image was archived; a re-push makes it more than one."""
    detail: str = ""
    again: tuple[datetime, ...] = ()
    """When it came back though it was held: the last ``REPUSHES`` times."""
    pushed_at: datetime | None = None
    """Its last push that was counted."""
    evidence: str = ""
    """SHA-256 (hex) of the dossier kept before it was archived; empty for none."""
    unkept: str = ""
    """Why the last evidence for it could not be kept; empty where it was."""
    approved: bool = False
    """Whether a person had it taken out of reach: then it is never deleted."""
    deletion: Deletion | None = None
    """The last deletion that was asked for."""
    deletable_since: datetime | None = None
    """Since when policy and stack go as far as deleting it; None: they do not."""

    @property
    def ours(self) -> bool:
        """Whether archiving was ever asked for by us: only that is ours to undo."""
        return self.applied > 0

    @property
    def deleted(self) -> bool:
        """Whether we deleted it, should it be gone: it was not pushed again since."""
        asked = self.deletion
        return (
            asked is not None
            and not asked.refused
            and (not self.again or self.again[-1] <= asked.at)
        )

    def escalated(self, now: datetime) -> bool:
        """Return whether it came back ``REPUSHES`` times within the last hour."""
        return len(self.again) >= REPUSHES and now - self.again[0] <= REPUSHED_WITHIN


class PullDenial(StrEnum):
    """Where denying pulls from the whole repository stands."""

    DENYING = "denying"
    """It was decided, and is asked for until it stands."""
    DENIED = "denied"
    """The repository's policy has the statement; it is to be taken away again."""


class FindingStatus(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingState:
    """The finding of a subject as it was last decided, and whether it was delivered."""

    id: str
    status: FindingStatus
    created_at: datetime
    updated_at: datetime
    """The later of now and the last plus a millisecond: Security Hub ignores older."""
    content: str
    """SHA-256 of what it says, times left out: equal content is not sent again."""
    delivered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """For how long a bad image could be pulled, added up."""

    seconds: float = 0.0
    """Closed intervals, summed."""
    open_since: datetime | None = None
    """Begin of the interval that is still open."""

    def total(self, now: datetime) -> float:
        """Return the seconds up to ``now``, the open interval included."""
        if self.open_since is None:
            return self.seconds
        return self.seconds + max(0.0, (now - self.open_since).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is remembered of one subject (about 1 KB)."""

    key: SubjectKey
    version: int
    """Counts the writes; the first is 1."""
    verdict: Verdict
    reason: str
    """Why, as a reason code of docs/findings.md."""
    detail: str
    """Why, as one sentence for a reader."""
    strict_verdict: Verdict
    """The verdict level ``strict`` would give."""
    statement: str
    """Name of the statement it was judged by; empty where ungoverned."""
    statement_hash: str
    bundle_serial: int
    bundle_digest: str
    evidence: str
    """Hash over subject, sorted referrers, statement: equal evidence writes nothing."""
    descriptor: Descriptor | None
    """Kept before archiving: nothing can be read afterwards."""
    tags: tuple[str, ...]
    first_seen: datetime
    pushed_at: datetime | None
    settled_at: datetime | None
    """When the first settled verdict fell; only that one may lead to an action."""
    ever_trusted: bool
    unknown_since: datetime | None
    """Since when the verdict has been inconclusive."""
    looks: int
    """Looks since the verdict last changed; chooses the next due time."""
    due: datetime | None
    """When to look again, if ever."""
    signature: str | None
    """Digest of the signature manifest that made it trusted."""
    signer: str | None
    """The trusted identity that matched."""
    further_signatures: tuple[str, ...] = ()
    """Digests of the others that made it trusted, where several are required."""
    further_signers: tuple[str, ...] = ()
    """Their trusted identities, in the same order."""
    hold: Hold | None
    finding: FindingState | None
    proposal: str
    """The action waiting for a person, or empty."""
    proposal_id: str = ""
    """Which proposal it is part of."""
    proposed_at: datetime | None = None
    """Since when."""
    reported: str = ""
    """As what its repository's finding counts it: a verdict, ``lost``, or empty."""
    pulls: PullDenial | None = None
    """Whether pulls from its repository are denied because of it."""
    recount: datetime | None = None
    """When a look at it counts its repository's images anew, if it is to."""
    exposure: Exposure = field(default_factory=Exposure)
    problem: str = ""
    """What is wrong with its own manifest: nobody can read it again once archived."""
    covered_by: str | None = None
    """Digest of the trusted index that covers it."""
    children: int | None = None
    """How many children of this index are remembered; None: it is none, or not yet."""
    former_tags: tuple[str, ...] = ()
    """Tags that a once trusted image had and has no more: the last few."""
    last_trusted: str = ""
    """Which trusted image had its tag before, told when it was held."""
    grace_spent: bool = False
    """Whether its repository had spent its grace when the first verdict fell."""
    signing: ManagedSigning | None = None
    """What ECR's managed signing says of an image without a good signature."""
    covering: bool = False
    """Whether this index covered its children at its last look."""
    children_heard: str = ""
    """What its children were last told of it; another word is owed to them."""
    replica: Replica | None = None
    """That it came by replication, as an event said, and what that explains."""
    so_far: str = ""
    """Why the best signature so far was refused, while the subject is pending."""
    untold: bool = False
    """Whether the bus, or its owner, has still to hear of this verdict."""
    unkept_signature: bool = False
    """Whether what made it trusted has still to be kept, where the stack keeps it."""
    pushed_by: str = ""
    """Who pushed it, as CloudTrail's event said: it names a person in texts only."""
    removed_by: str = ""
    """Who deleted it, or the signature it lost, as CloudTrail's event said."""
    owner: str = ""
    """Whose image it is, as its policy said while it was refused: team, contact."""
    pulled_at: datetime | None = None
    """When it was last pulled, as ECR said while it was bad; to the day, mostly."""
    release: Release | None = None
    """The last one given for it, ended or not."""
    updated_at: datetime
    schema: int = SCHEMA

    @property
    def made_by(self) -> tuple[str, ...]:
        """The signatures that made it trusted, by digest."""
        if self.signature is None:
            return ()
        return (self.signature, *self.further_signatures)


LOST: Final = "lost"
"""As what a once trusted image is counted whose signature the registry lost."""
_NOT_INDEXED: Final = frozenset(
    {Verdict.TRUSTED, Verdict.COVERED, Verdict.EXEMPT, Verdict.UNGOVERNED}
    # Pending is over in minutes, and due.
    | {Verdict.PENDING}
)


def proposal_state(proposal_id: str) -> str:
    """Return the state of all that a proposal touches."""
    return f"proposal#{proposal_id}"


def reported_state(reported: str) -> str:
    """Return the state of all that is counted as ``reported``."""
    return f"reported#{reported}"


def indexed_state(record: Record) -> str | None:
    """Return what the ledger's index of states finds ``record`` by, None for nothing.

    What waits for a person comes first, then a hold, then what is only reported.
    """
    if record.proposal_id:
        return proposal_state(record.proposal_id)
    if record.hold is not None:
        return record.hold.state.value
    if record.reported:
        return reported_state(record.reported)
    return None if record.verdict in _NOT_INDEXED else record.verdict.value
