"""What is proposed: which cause an image falls under, and so which proposal. Pure.

A proposal is one cause under one statement, whatever the number of images: its id says
so, and every look comes to the same one.
"""

import hashlib
from datetime import datetime
from typing import Final

from notation_verifier import Reason
from notation_verifier.values import dataclass
from sealward.decisions.judgement import ACCEPTED, SETTLED_FAILURES
from sealward.decisions.wishes import RELEASE
from sealward.ledger.records import Record, Verdict
from sealward.policy.bundle import Policy
from sealward.proposals import REVERSALS, Cause

_EXPIRED: Final = frozenset({Reason.SIGNATURE_EXPIRED, Reason.CERTIFICATE_NOT_VALID})
_REVOKED: Final = frozenset(
    {Reason.CERTIFICATE_REVOKED, Reason.SIGNER_REVOKED, Reason.TSA_REVOKED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """The part of a record that says what waits for a person."""

    action: str = ""
    id: str = ""
    since: datetime | None = None


def proposed(
    action: str,
    known: Record | None,
    *,
    reason: str,
    policy: Policy | None,
    now: datetime,
) -> Proposed:
    """Return what is proposed; as long as the policy stays, so does the proposal.

    Args:
        action: that is proposed, or empty.
        known: the record of earlier looks.
        reason: of the present verdict.
        policy: what governs the repository.
        now: the present instant.
    """
    if not action:
        return Proposed()
    statement_hash = policy.statement_hash if policy else ""
    name = policy.statement.name if policy else ""
    if known is not None and known.proposal == action and known.proposal_id:
        same = proposal_id(cause_in(known.proposal_id), name, statement_hash)
        if same == known.proposal_id:
            return Proposed(action=action, id=same, since=known.proposed_at)
    cause = _cause(action, known, reason, statement_hash)
    return Proposed(
        action=action, id=proposal_id(cause, name, statement_hash), since=now
    )


def proposal_id(cause: Cause, statement: str, statement_hash: str) -> str:
    """Return the id of the proposal for ``cause`` under a statement."""
    under = hashlib.sha256(f"{statement}\n{statement_hash}".encode()).hexdigest()
    return f"{cause.value}-{under[:12]}"


def cause_in(identity: str) -> Cause:
    """Return the cause that a proposal's id names.

    Raises:
        ValueError: it is no such id.
    """
    return Cause(identity.rpartition("-")[0])


def is_reversal(known: Record | None, record: Record) -> bool:
    """Return whether something accepted would now be acted upon, and was not before."""
    return (
        known is not None
        and bool(record.proposal_id)
        and record.proposal_id != known.proposal_id
        and cause_in(record.proposal_id) in REVERSALS
        and known.verdict not in SETTLED_FAILURES
    )


def _cause(  # noqa: PLR0911 - one return for each cause, in their order
    action: str,
    known: Record | None,
    reason: str,
    statement_hash: str,
) -> Cause:
    if action == RELEASE:
        return Cause.ENFORCEMENT_ENDED
    before = known.verdict if known else None
    accepted = before in {*ACCEPTED, Verdict.EXEMPT} or (
        known is not None and known.ever_trusted
    )
    if known is None or not accepted:
        return Cause.BEFORE_ENFORCEMENT
    if reason in _EXPIRED:
        return Cause.EXPIRED
    if reason in _REVOKED:
        return Cause.REVOKED
    if before is Verdict.EXEMPT:
        return Cause.EXEMPTION_ENDED
    if before is Verdict.COVERED:
        return Cause.COVERAGE_ENDED
    if known.statement_hash != statement_hash:
        return Cause.POLICY_CHANGE
    return Cause.SIGNATURE_CHANGED
