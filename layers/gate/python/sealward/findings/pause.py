"""The finding that Sealward is paused: one per account and Region, or repository."""

from typing import Any, Final

from sealward.decisions import Severity
from sealward.findings.document import (
    DESCRIPTION_LIMIT,
    FINDING_TYPE,
    TEXT_LIMIT,
    Place,
    frame,
    printable,
)
from sealward.findings.remedies import DOCUMENT, remedy
from sealward.overrides import Pause

PAUSED: Final = "paused"


def paused(place: Place, pause: Pause) -> dict[str, Any]:
    """Return the finding that ``pause`` is on, its times left out."""
    told = remedy(PAUSED)
    return {
        **_frame(place, pause),
        "Title": printable(f"Sealward is paused: {_where(pause)}", 256),
        "Description": printable(
            f"{told.meaning} In {_where(pause)}, until "
            f"{pause.until:%Y-%m-%d %H:%M} UTC, by {pause.by}: {pause.reason}",
            DESCRIPTION_LIMIT,
        ),
        "FindingProviderFields": {
            "Severity": {"Label": Severity.HIGH.value, "Original": PAUSED},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "FAILED"},
        "Remediation": {
            "Recommendation": {
                "Text": printable(
                    f"{told.remedy} More: {DOCUMENT}#{PAUSED}", TEXT_LIMIT
                )
            }
        },
        "RecordState": "ACTIVE",
    }


def pause_ended(place: Place, pause: Pause) -> dict[str, Any]:
    """Return the end of the finding about ``pause``, its times left out."""
    return {
        **_frame(place, pause),
        "Title": printable(f"Sealward is at work again: {_where(pause)}", 256),
        "Description": printable(
            f"The pause of {_where(pause)} by {pause.by} ended at "
            f"{pause.until:%Y-%m-%d %H:%M} UTC. What waited is done now.",
            DESCRIPTION_LIMIT,
        ),
        "FindingProviderFields": {
            "Severity": {"Label": "INFORMATIONAL", "Original": PAUSED},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "PASSED"},
        "RecordState": "ARCHIVED",
    }


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
