"""The finding that the breaker tripped: one for each trip, at most one an hour.

A person resolves it, which Security Hub keeps through every update: another trip would
not be seen under the same Id.
"""

from typing import Any

from sealward.decisions import Severity
from sealward.findings.document import (
    DESCRIPTION_LIMIT,
    FINDING_TYPE,
    TEXT_LIMIT,
    Place,
    frame,
    printable,
)
from sealward.findings.remedies import DOCUMENT
from sealward.proposals import Trip

SECTION = "the-breaker"


def breaker_tripped(place: Place, trip: Trip) -> dict[str, Any]:
    """Return the finding about ``trip``, its times left out."""
    identity = (
        f"sealward/{place.account}/{place.region}/breaker/{trip.at:%Y-%m-%dT%H:%M:%SZ}"
    )
    return {
        **frame(place, identity),
        "GeneratorId": "sealward/breaker",
        "Title": "Images that were accepted would be acted upon: too many at once",
        "Description": printable(
            f"{trip.reversals} images within an hour that were trusted, covered or "
            f"exempt would now be acted upon, in {', '.join(trip.repositories)}. None "
            "was: they are proposed. Approvals of such proposals given before "
            f"{trip.at:%Y-%m-%d %H:%M} UTC are void. New images are judged and acted "
            "upon as ever.",
            DESCRIPTION_LIMIT,
        ),
        "FindingProviderFields": {
            "Severity": {"Label": Severity.CRITICAL.value, "Original": "breaker"},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "FAILED"},
        "Remediation": {
            "Recommendation": {
                "Text": printable(
                    "Find the cause first: a removed identity, an expired certificate, "
                    "a revocation. 'sealward proposals list' names it: "
                    f"{', '.join(trip.proposals)}. More: {DOCUMENT}#{SECTION}",
                    TEXT_LIMIT,
                )
            }
        },
        "Resources": [
            {
                "Type": "AwsAccount",
                "Id": f"AWS::::Account:{place.account}",
                "Partition": place.partition,
                "Region": place.region,
            }
        ],
        "RecordState": "ACTIVE",
    }
