"""tick: each minute, sends what is due in the ledger to the look queue."""

from sealward.cold_start import import_libraries

# First: what is imported before it compiles all its patterns.
import_libraries()

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sealward.aws.clients import Clients
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.look_queue import SqsLookQueue
from sealward.aws.telemetry import Telemetry
from sealward.settings import Settings
from sealward.tick.approved import send_approved
from sealward.tick.due import tick

LIMIT = 1_000
"""Looks sent by one tick: about 20 s of calls, well within the function's timeout."""


@cache
def environment() -> tuple[Settings, LedgerTable, SqsLookQueue, Telemetry]:
    """Return what one execution environment keeps, made at its first use."""
    settings, clients = Settings.of(os.environ), Clients()
    return (
        settings,
        LedgerTable(settings.ledger_table, clients.client("dynamodb")),
        SqsLookQueue(
            clients.lazily("sqs"),
            settings.look_queue_url,
            settings.dead_letter_queue_url,
        ),
        Telemetry(),
    )


def handler(_event: dict[str, Any], _context: Any) -> dict[str, int]:  # noqa: ANN401 (Lambda's)
    """Send what is due; return how many looks were sent."""
    settings, ledger, queue, telemetry = environment()
    sent = tick(
        ledger,
        queue,
        account=settings.account,
        region=settings.region,
        now=datetime.now(UTC),
        limit=LIMIT,
    )
    sent += send_approved(
        ledger,
        queue,
        account=settings.account,
        region=settings.region,
        now=datetime.now(UTC),
    )
    if sent:
        telemetry.event("tick", sent=sent)
        telemetry.tally("LooksSent", sent)
        telemetry.flush()
    return {"sent": sent}
