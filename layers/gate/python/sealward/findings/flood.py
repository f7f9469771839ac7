"""The finding that a repository is over its share: one per repository."""

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
from sealward.ledger.floods import Flood
from sealward.turns import SHARE

OVER_ITS_SHARE: Final = "over-its-share"


def flooding(place: Place, flood: Flood) -> dict[str, Any]:
    """Return the finding about ``flood``, its times left out."""
    told = remedy(OVER_ITS_SHARE)
    return {
        **_frame(place, flood),
        "Title": printable(f"Repository is over its share: {flood.repository}", 256),
        "Description": printable(
            f"{told.meaning} {flood.repository} has sent more than {SHARE} events a "
            f"minute, since {flood.since:%Y-%m-%d %H:%M} UTC. Its images are judged "
            "after those of other repositories; none is left out.",
            DESCRIPTION_LIMIT,
        ),
        "FindingProviderFields": {
            "Severity": {"Label": Severity.MEDIUM.value, "Original": OVER_ITS_SHARE},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "WARNING"},
        "Remediation": {
            "Recommendation": {
                "Text": printable(
                    f"{told.remedy} More: {DOCUMENT}#{OVER_ITS_SHARE}", TEXT_LIMIT
                )
            }
        },
        "RecordState": "ACTIVE",
    }


def flood_ended(place: Place, flood: Flood) -> dict[str, Any]:
    """Return the end of the finding about ``flood``, its times left out."""
    return {
        **_frame(place, flood),
        "Title": printable(f"Repository is within its share: {flood.repository}", 256),
        "Description": printable(
            f"{flood.repository} was over its share for the last time at "
            f"{flood.at:%Y-%m-%d %H:%M} UTC.",
            DESCRIPTION_LIMIT,
        ),
        "FindingProviderFields": {
            "Severity": {"Label": "INFORMATIONAL", "Original": OVER_ITS_SHARE},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "PASSED"},
        "RecordState": "ARCHIVED",
    }


def _frame(place: Place, flood: Flood) -> dict[str, Any]:
    identity = f"sealward/{place.account}/{place.region}/flood/{flood.repository}"
    return {
        **frame(place, identity),
        "GeneratorId": "sealward/flood",
        "Resources": [
            {
                "Type": "AwsEcrRepository",
                "Id": f"arn:{place.partition}:ecr:{place.region}:{place.account}:"
                f"repository/{flood.repository}",
                "Partition": place.partition,
                "Region": place.region,
            }
        ],
    }
