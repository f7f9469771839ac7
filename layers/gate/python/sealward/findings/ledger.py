"""The finding that somebody else wrote into the ledger: one a day.

A person resolves it, which Security Hub keeps through every update: who forges again
would not be seen under the same Id.
"""

from datetime import datetime
from typing import Any, Final

from sealward.decisions import Severity
from sealward.findings.document import (
    DESCRIPTION_LIMIT,
    FINDING_TYPE,
    TEXT_LIMIT,
    Place,
    dated,
    frame,
    printable,
)
from sealward.findings.remedies import DOCUMENT, remedy
from sealward.ledger.records import FindingState, FindingStatus

LEDGER_FORGED: Final = "ledger-forged"


def ledger_forged(place: Place, *, item: str, now: datetime) -> dict[str, Any]:
    """Return the finding that ``item`` of the ledger was not written by Sealward."""
    told = remedy(LEDGER_FORGED)
    document = {
        **frame(
            place, f"sealward/{place.account}/{place.region}/ledger/{now:%Y-%m-%d}"
        ),
        "GeneratorId": "sealward/ledger",
        "Resources": [
            {
                "Type": "AwsAccount",
                "Id": f"AWS::::Account:{place.account}",
                "Partition": place.partition,
                "Region": place.region,
            }
        ],
        "Title": "Somebody else wrote into Sealward's ledger",
        "Description": printable(
            f"{told.meaning} The last such item: {item}.", DESCRIPTION_LIMIT
        ),
        "FindingProviderFields": {
            "Severity": {"Label": Severity.CRITICAL.value, "Original": LEDGER_FORGED},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "FAILED"},
        "Remediation": {
            "Recommendation": {
                "Text": printable(
                    f"{told.remedy} More: {DOCUMENT}#{LEDGER_FORGED}", TEXT_LIMIT
                )
            }
        },
        "RecordState": "ACTIVE",
    }
    state = FindingState(
        id=document["Id"],
        status=FindingStatus.OPEN,
        created_at=now,
        updated_at=now,
        content="",
        delivered=False,
    )
    return dated(document, state)
