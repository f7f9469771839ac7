"""canary: pushes a bad and a good image each day, and awaits both verdicts."""

from sealward.cold_start import import_libraries

# First: what is imported before it compiles all its patterns.
import_libraries()

import os
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sealward.aws.canary import Canary, Step
from sealward.aws.clients import Clients
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.telemetry import Telemetry
from sealward.ports.failures import PortError


@cache
def environment() -> tuple[Canary, Telemetry]:
    """Return what one execution environment keeps, made at its first use."""
    clients = Clients()
    ledger = LedgerTable(os.environ["LEDGER_TABLE"], clients.client("dynamodb"))
    canary = Canary(
        repository=os.environ["CANARY_REPOSITORY"],
        client=clients.client("ecr"),
        current=ledger.current,
    )
    return canary, Telemetry()


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:  # noqa: ANN401 (Lambda's)
    """Do the step that ``event`` names; return what became of the images."""
    canary, telemetry = environment()
    now, step = datetime.now(UTC), Step(event["step"])
    if step is Step.PUSH:
        canary.push(now)
        return {"pushed": True}
    try:
        checked = canary.check(now)
    except PortError as error:
        telemetry.problem("canary", error=error)
        telemetry.tally("CanaryVerdicts", 0)
        telemetry.flush()
        raise
    said = {"bad": checked.bad, "good": checked.good}
    if checked.bad_refused and checked.good_trusted:
        telemetry.event("canary", bad=checked.bad, good=checked.good)
    else:
        telemetry.problem("canary", bad=checked.bad, good=checked.good)
    telemetry.tally("CanaryVerdicts", checked.verdicts)
    telemetry.flush()
    return {**said, "verdicts": checked.verdicts}
