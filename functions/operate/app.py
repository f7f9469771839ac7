"""operate: does what a proven person asks: releases, pauses, answers on proposals.

Invoked by the command line (``lambda:InvokeFunction`` is the right that counts), and
every few minutes by its schedule, to tell of pauses that ended.
"""

from sealward.cold_start import import_libraries

# First: what is imported before it compiles all its patterns.
import_libraries()

import os
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from sealward.aws.caller_identity import StsCallers
from sealward.aws.clients import Clients
from sealward.aws.ledger.flood_table import FloodTable
from sealward.aws.ledger.forged_items import ForgedItems
from sealward.aws.ledger.ledger_key import LedgerKey
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.sealed_items import sealed
from sealward.aws.look_queue import SqsLookQueue
from sealward.aws.security_hub import AsffSecurityHub
from sealward.aws.telemetry import Telemetry
from sealward.findings import Place
from sealward.look.telling.floods import Floods
from sealward.operate import Desk
from sealward.settings import Settings

SCHEDULED = {"tidy": True}
"""What the schedule sends; anybody may: it tells only what is so."""


@cache
def environment() -> tuple[Desk, Telemetry]:
    """Return what one execution environment keeps, made at its first use."""
    settings, clients, telemetry = Settings.of(os.environ), Clients(), Telemetry()
    now = partial(datetime.now, UTC)
    hub = AsffSecurityHub(clients.lazily("securityhub"))
    place = Place(
        partition=settings.partition, account=settings.account, region=settings.region
    )
    items = sealed(
        clients.client("dynamodb"),
        LedgerKey(settings.ledger_key, clients.lazily("secretsmanager")),
        ForgedItems(telemetry, hub, place, now),
    )
    name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    desk = Desk(
        ledger=LedgerTable(settings.ledger_table, items),
        queue=SqsLookQueue(
            clients.lazily("sqs"),
            settings.look_queue_url,
            settings.dead_letter_queue_url,
        ),
        hub=hub,
        identities=StsCallers(clients.regional_sts(settings.region)),
        place=place,
        audience=(
            f"arn:{settings.partition}:lambda:{settings.region}:{settings.account}:"
            f"function:{name}"
        ),
        journal=telemetry.operated,
        now=now,
        floods=Floods(
            ledger=FloodTable(settings.ledger_table, items),
            hub=hub,
            place=place,
            now=now,
        ),
    )
    return desk, telemetry


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:  # noqa: ANN401 (Lambda's)
    """Answer a request, or tell of pauses that ended."""
    desk, telemetry = environment()
    try:
        if event == SCHEDULED:
            return {"ended": desk.tidy()}
        return desk.answer(event)
    finally:
        telemetry.flush()
