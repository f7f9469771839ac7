"""The breaker at work: reversals remembered, a trip told, approvals before it void."""

from sealward.decisions import Decision
from sealward.decisions.breaker import WITHIN, trip_of
from sealward.decisions.proposed import is_reversal
from sealward.findings import Place, dated, next_state
from sealward.findings.breaker import breaker_tripped
from sealward.ledger.records import FindingStatus
from sealward.ports.ledger import Ledger
from sealward.ports.security_hub import SecurityHub
from sealward.proposals import Reversal


def count_reversal(
    ledger: Ledger, hub: SecurityHub, place: Place, decision: Decision
) -> None:
    """Count what ``decision`` reverses; trip the breaker where it is too much.

    Called before the record is written: what is counted twice counts once.

    Raises:
        Unavailable, Denied: the ledger did not answer.
    """
    record = decision.record
    if not is_reversal(decision.known, record):
        return
    now = record.updated_at
    last = ledger.last_trip()
    if last is not None and now - last.at < WITHIN:
        return
    ledger.record_reversal(
        Reversal(proposal_id=record.proposal_id, key=record.key, at=now)
    )
    trip = trip_of(ledger.reversals(now - WITHIN, now), now=now)
    if trip is None:
        return
    ledger.keep_trip(trip)
    document = breaker_tripped(place, trip)
    state = next_state(None, document, FindingStatus.OPEN, now=now)
    hub.publish(dated(document, state))
