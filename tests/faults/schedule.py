"""The schedule: when what is called by the clock next finds something to do."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from moto.dynamodb.models import dynamodb_backends

from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.ledger import from_text
from tests.functions.event_files import ACCOUNT, REGION

MINUTE: Final = timedelta(minutes=1)
SWEEPS: Final = 5 * MINUTE
"""From one step of the sweep to the next: the template's."""
TIDIES: Final = 5 * MINUTE
"""Between two times that operate is called on schedule: the template's."""
NEVER: Final = datetime.max.replace(tzinfo=UTC)


def next_tick(ticked: datetime, *, approved: str) -> datetime:
    """Return when a tick next finds something due, no sooner than in a minute."""
    items = _stored()
    if approved and any(
        _text(item, "proposal_id") == approved and _text(item, "sk") == "current"
        for item in items
    ):
        return ticked + MINUTE
    dues = [_text(item, "due_at") for item in items if "due_at" in item]
    due = min(dues, default="")
    if not due:
        return NEVER
    return max(from_text(due), ticked + MINUTE)


def next_tidying(tidied: datetime, ledger: LedgerTable) -> datetime:
    """Return when operate's schedule next finds something owed."""
    for item in _stored():
        match _text(item, "pk"):
            case "breaker":
                trip = ledger.last_trip()
                if trip and trip.finding and not trip.finding.delivered:
                    return tidied + TIDIES
            case "overrides":
                if ledger.pauses().pauses:
                    return tidied + TIDIES
            case _:
                pass
    return NEVER


def _stored() -> list[Mapping[str, Any]]:
    """Return the attributes of every item of the ledger, as moto keeps them."""
    table = dynamodb_backends[ACCOUNT][REGION].tables["ledger"]
    return [item.attrs for item in table.all_items()]


def _text(item: Mapping[str, Any], name: str) -> str:
    """Return an attribute of an item as moto keeps it; nothing where it has none."""
    return str(item[name].value) if name in item else ""
