"""Findings about the policy bundle: one per account and Region, never per image."""

from typing import Any

from sealward.decisions import Severity
from sealward.findings.document import (
    DESCRIPTION_LIMIT,
    FINDING_TYPE,
    TEXT_LIMIT,
    VALUE_LIMIT,
    Place,
    filled,
    frame,
    printable,
)
from sealward.findings.remedies import DOCUMENT, remedy
from sealward.policy.bundle import InvalidBundle


def bundle_raised(place: Place, *, reason: str, detail: str) -> dict[str, Any]:
    """Return the one finding about a bundle that cannot be used, times left out."""
    told = remedy(reason)
    return {
        **_bundle_frame(place),
        "Title": "The policy bundle cannot be used",
        "Description": printable(f"{told.meaning} {detail}", DESCRIPTION_LIMIT),
        "FindingProviderFields": {
            "Severity": {"Label": Severity.CRITICAL.value, "Original": reason},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {
            "Status": "FAILED",
            "StatusReasons": [
                {
                    "ReasonCode": reason.upper().replace("-", "_"),
                    "Description": filled(detail, reason, VALUE_LIMIT),
                }
            ],
        },
        "Remediation": {
            "Recommendation": {
                "Text": printable(
                    f"{told.remedy} More: {DOCUMENT}#{reason}", TEXT_LIMIT
                )
            }
        },
        "RecordState": "ACTIVE",
    }


def bundle_resolved(place: Place, *, serial: int) -> dict[str, Any]:
    """Return the finding that a good bundle is in force again, times left out."""
    return {
        **_bundle_frame(place),
        "Title": "The policy bundle is in force",
        "Description": f"Bundle {serial} is in force.",
        "FindingProviderFields": {
            "Severity": {"Label": "INFORMATIONAL", "Original": "bundle-in-force"},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "PASSED"},
        "RecordState": "ARCHIVED",
    }


def describe_problems(invalid: InvalidBundle) -> str:
    """Return a bundle's first problems as one line: where, what, what to write."""
    shown = "; ".join(str(problem) for problem in invalid.problems[:3])
    more = len(invalid.problems) - 3
    return f"{shown}; and {more} more" if more > 0 else shown


def _bundle_frame(place: Place) -> dict[str, Any]:
    return {
        **frame(
            place,
            f"sealward/{place.account}/{place.region}/policy-bundle",
        ),
        "GeneratorId": "sealward/policy-bundle",
        "Resources": [
            {
                "Type": "AwsAccount",
                "Id": f"AWS::::Account:{place.account}",
                "Partition": place.partition,
                "Region": place.region,
            }
        ],
    }
