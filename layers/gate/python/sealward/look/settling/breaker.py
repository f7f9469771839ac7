"""The breaker at work: reversals remembered, a trip told, approvals before it void.

That a trip is to be told stands in the ledger before it is. Where Security Hub does not
take it, or the look dies, the next reversal tells it, or whoever tidies.
"""

from dataclasses import replace

from sealward.decisions import Decision
from sealward.decisions.breaker import WITHIN, trip_of
from sealward.findings import Place, dated, delivered, next_state
from sealward.findings.breaker import breaker_tripped
from sealward.ledger.records import FindingStatus
from sealward.ports.ledger import Ledger
from sealward.ports.security_hub import Delivered, SecurityHub
from sealward.proposals import Reversal, Trip


def count_reversal(
    ledger: Ledger, hub: SecurityHub, place: Place, decision: Decision
) -> None:
    """Count ``decision``, which is a reversal; trip the breaker at too many.

    Called before the record is written: what is counted twice counts once.

    Raises:
        Unavailable, Denied: the ledger did not answer.
    """
    record = decision.record
    now = record.updated_at
    last = ledger.last_trip()
    if last is not None and now - last.at < WITHIN:
        _tell(ledger, hub, place, last)
        return
    ledger.record_reversal(
        Reversal(proposal_id=record.proposal_id, key=record.key, at=now)
    )
    trip = trip_of(ledger.reversals(now - WITHIN, now), now=now)
    if trip is None:
        return
    document = breaker_tripped(place, trip)
    state = next_state(None, document, FindingStatus.OPEN, now=now)
    trip = replace(trip, finding=state)
    ledger.keep_trip(trip)
    _tell(ledger, hub, place, trip)


def tell_trip(ledger: Ledger, hub: SecurityHub, place: Place) -> None:
    """Tell of the last trip what Security Hub has not taken.

    Raises:
        Unavailable, Denied: the ledger did not answer; the next time tells.
    """
    last = ledger.last_trip()
    if last is not None:
        _tell(ledger, hub, place, last)


def _tell(ledger: Ledger, hub: SecurityHub, place: Place, trip: Trip) -> None:
    state = trip.finding
    if state is None or state.delivered:
        return
    if isinstance(hub.publish(dated(breaker_tripped(place, trip), state)), Delivered):
        ledger.keep_trip(replace(trip, finding=delivered(state)))
