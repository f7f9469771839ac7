"""The finding that Sealward is paused: one per account and Region, or repository."""

from typing import Any, Final

from sealward.decisions import Severity
from sealward.findings.document import Place, frame
from sealward.findings.standing import ended, stands
from sealward.overrides import Pause

PAUSED: Final = "paused"


def paused(place: Place, pause: Pause) -> dict[str, Any]:
    """Return the finding that ``pause`` is on, its times left out."""
    return stands(
        _frame(place, pause),
        reason=PAUSED,
        severity=Severity.HIGH,
        compliance="FAILED",
        title=f"Sealward is paused: {_where(pause)}",
        description=f"In {_where(pause)}, until {pause.until:%Y-%m-%d %H:%M} UTC, by "
        f"{pause.by}: {pause.reason}",
    )


def pause_ended(place: Place, pause: Pause) -> dict[str, Any]:
    """Return the end of the finding about ``pause``, its times left out."""
    return ended(
        _frame(place, pause),
        reason=PAUSED,
        title=f"Sealward is at work again: {_where(pause)}",
        description=f"The pause of {_where(pause)} by {pause.by} ended at "
        f"{pause.until:%Y-%m-%d %H:%M} UTC. What waited is done now.",
    )


def _frame(place: Place, pause: Pause) -> dict[str, Any]:
    identity = f"sealward/{place.account}/{place.region}/pause"
    if pause.repository:
        identity = f"{identity}/{pause.repository}"
    return {
        **frame(place, identity),
        "GeneratorId": "sealward/pause",
        "Resources": [
            {
                "Type": "AwsAccount",
                "Id": f"AWS::::Account:{place.account}",
                "Partition": place.partition,
                "Region": place.region,
            }
        ],
    }


def _where(pause: Pause) -> str:
    return pause.repository or "the whole account"
