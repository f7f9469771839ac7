"""sweep: finds what events missed, and what a policy or a revocation touches.

Each invocation takes one step: by the schedule, by an event of AWS Signer's that
something was revoked, or by a person (docs/operations.md).
"""

from sealward.cold_start import import_libraries

# First: what is imported before it compiles all its patterns.
import_libraries()

import os
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any

from sealward.aws.bundle_source import bundle_source
from sealward.aws.clients import Clients
from sealward.aws.ledger.sweep_table import SweepTable
from sealward.aws.look_queue import SqsLookQueue
from sealward.aws.registry.inventory import EcrInventory
from sealward.aws.telemetry import Telemetry
from sealward.look.reading.sightings import in_force
from sealward.settings import Settings
from sealward.sweep import Sweep, read_request

RESERVE = timedelta(seconds=60)
"""Left at a step's end: for the repository it is reading, and to say how far it is."""


@cache
def environment() -> tuple[Settings, Sweep, Telemetry]:
    """Return what one execution environment keeps, made at its first use."""
    settings, clients, telemetry = Settings.of(os.environ), Clients(), Telemetry()
    now = partial(datetime.now, UTC)
    sweep = Sweep(
        inventory=EcrInventory(
            settings.account, settings.region, clients.client("ecr")
        ),
        ledger=SweepTable(settings.ledger_table, clients.client("dynamodb")),
        queue=SqsLookQueue(
            clients.lazily("sqs"),
            settings.look_queue_url,
            settings.dead_letter_queue_url,
        ),
        bundles=bundle_source(
            settings.policy_bundle, clients.lazily("s3"), now, telemetry.bundle_rejected
        ),
        account=settings.account,
        region=settings.region,
        looks_per_minute=settings.sweep_looks_per_minute,
        now=now,
    )
    return settings, sweep, telemetry


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 (Lambda's)
    """Take one step; return what it did."""
    settings, sweep, telemetry = environment()
    now = datetime.now(UTC)
    try:
        request = read_request(
            event,
            account=settings.account,
            region=settings.region,
            bundle=in_force(sweep.bundles, account=settings.account, now=now).bundle,
        )
        if request.ignored:
            telemetry.event("ignored", count="EventsOfNothing", reason=request.ignored)
        if request.rechecks or request.walk:
            sweep.ask(request.rechecks, walk=request.walk)
            telemetry.event("asked", rechecks=len(request.rechecks))
        left = timedelta(milliseconds=context.get_remaining_time_in_millis())
        report = sweep.step(until=now + max(left - RESERVE, timedelta(0)))
        telemetry.swept(report)
        return report.log_fields()
    finally:
        telemetry.flush()
