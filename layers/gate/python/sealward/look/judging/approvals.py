"""Approvals: what a person said of what is proposed, and proposals that are opened."""

from datetime import datetime

from sealward.decisions import Decision
from sealward.decisions.proposed import cause_in, proposal_id
from sealward.ledger.records import Record
from sealward.policy.bundle import Policy
from sealward.ports.ledger import Ledger
from sealward.proposals import REVERSALS, Answer, Proposal, answer_for


def approved(
    ledger: Ledger, known: Record | None, policy: Policy | None, *, now: datetime
) -> bool:
    """Return whether a person approved what is proposed of a subject, as it stands.

    An approval is of one cause under one statement: under another it is worth nothing.

    Raises:
        Unavailable, Denied: the ledger did not answer.
    """
    if known is None or not known.proposal_id or policy is None:
        return False
    cause = cause_in(known.proposal_id)
    same = proposal_id(cause, policy.statement.name, policy.statement_hash)
    if same != known.proposal_id:
        return False
    said = ledger.approvals(same)
    if not said:
        return False
    word = answer_for(
        said,
        known.key,
        proposed_at=known.proposed_at,
        now=now,
        trip=ledger.last_trip() if cause in REVERSALS else None,
    )
    return word is Answer.APPROVED


def open_proposal(ledger: Ledger, decision: Decision) -> None:
    """Remember the proposal that a subject becomes part of, before it does.

    Raises:
        Unavailable, Denied: the ledger did not answer.
    """
    record, known = decision.record, decision.known
    if not record.proposal_id or (known and known.proposal_id == record.proposal_id):
        return
    ledger.open_proposal(
        Proposal(
            id=record.proposal_id,
            cause=cause_in(record.proposal_id),
            action=record.proposal,
            statement=record.statement,
            statement_hash=record.statement_hash,
            bundle_serial=record.bundle_serial,
            opened_at=record.updated_at,
            reason=record.reason,
        )
    )
