"""Records: a proposal, what a person said of it, the note of a repository's finding.

One proposal stands for one cause under one policy, however many images it touches: each
of them names it in its record, and the ledger finds them by it. What a person approves
is carried out by looks, which decide again on what they then see.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from notation_verifier.values import dataclass
from sealward.ledger.records import FindingState
from sealward.subjects import SubjectKey

APPROVAL_LASTS: Final = timedelta(days=7)
"""How long an approval is good for where nothing shorter is said."""
APPROVALS_LIMIT: Final = 50
"""Decisions on one proposal that are read: its newest ones."""
DIGESTS_LIMIT: Final = 1_000
"""Digests one approval names."""
TRIP_NAMES: Final = 10
"""Repositories, and proposals, that a trip names."""
NEWEST: Final = 5
"""Images a repository's finding names."""


class Cause(StrEnum):
    """Why something that was let be would now be acted upon."""

    BEFORE_ENFORCEMENT = "before-enforcement"
    """It was there, and failing, before its policy asked for anything to be done."""
    POLICY_CHANGE = "policy-change"
    """It was accepted under an earlier statement."""
    EXPIRED = "expired"
    """A signature or certificate that was good ran out."""
    REVOKED = "revoked"
    EXEMPTION_ENDED = "exemption-ended"
    COVERAGE_ENDED = "coverage-ended"
    """No trusted index lists it any more."""
    SIGNATURE_CHANGED = "signature-changed"
    """It was accepted, and what is there now is not good."""
    ENFORCEMENT_ENDED = "enforcement-ended"
    """It is held, and no policy asks for it any more."""


REVERSALS: Final = frozenset(Cause) - {
    Cause.BEFORE_ENFORCEMENT,
    Cause.ENFORCEMENT_ENDED,
}
"""Causes that turn something accepted into something to be acted upon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One action on all that one cause touches under one policy."""

    id: str
    cause: Cause
    action: str
    """``quarantine`` or ``release``."""
    statement: str
    statement_hash: str
    bundle_serial: int
    opened_at: datetime
    reason: str
    """Of the image that opened it, as a reason code of docs/findings.md."""


class Answer(StrEnum):
    """What a person said."""

    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a person said about a proposal, whole or in part."""

    proposal_id: str
    answer: Answer
    by: str
    """ARN of the caller, as AWS STS gives it."""
    at: datetime
    """Images proposed later are not meant."""
    until: datetime
    repositories: tuple[str, ...] = ()
    """Only these; none: all."""
    digests: tuple[str, ...] = ()
    """Only these; none: all. At most ``DIGESTS_LIMIT``."""
    reason: str = ""

    def names(self, key: SubjectKey) -> bool:
        """Return whether ``key`` is in the part that is meant."""
        return (not self.repositories or key.repository in self.repositories) and (
            not self.digests or key.digest in self.digests
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """Something accepted that would now be acted upon."""

    proposal_id: str
    key: SubjectKey
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """That so many reversals came at once that approvals given before are void."""

    at: datetime
    reversals: int
    repositories: tuple[str, ...]
    """At most ``TRIP_NAMES``."""
    proposals: tuple[str, ...]
    """Likewise."""
    finding: FindingState | None = None
    """What Security Hub is told of it; None: nothing is owed."""


def answer_for(
    approvals: Sequence[Approval],
    key: SubjectKey,
    *,
    proposed_at: datetime | None,
    now: datetime,
    trip: Trip | None = None,
) -> Answer | None:
    """Return the newest word on ``key`` that is in force, or None.

    Args:
        approvals: of the proposal its record names.
        key: the image.
        proposed_at: since when it is proposed; what came later was not looked at.
        now: the present instant.
        trip: of the breaker, where the proposal is a reversal: what was said before it
            is void.
    """
    meant = [
        each
        for each in approvals
        if each.names(key)
        and now < each.until
        and (trip is None or each.at > trip.at)
        and proposed_at is not None
        and proposed_at <= each.at
    ]
    return max(meant, key=lambda each: each.at).answer if meant else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """An image that a repository's finding names."""

    digest: str
    tag: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryNote:
    """What is remembered of the one finding about a repository."""

    version: int = 0
    finding: FindingState | None = None
    newest: tuple[Newest, ...] = ()
    proposals: tuple[str, ...] = ()
    """Proposals that touch images of it."""
    told_at: datetime | None = None
    """When its counts were last taken."""
    holder: str = ""
    """Digest whose next look takes them again."""
    holder_due: datetime | None = None
