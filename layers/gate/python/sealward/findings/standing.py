"""Findings about a state of things, no image's: it stands, and it ends."""

from collections.abc import Mapping
from typing import Any

from sealward.decisions import Severity
from sealward.findings.document import (
    DESCRIPTION_LIMIT,
    FINDING_TYPE,
    TEXT_LIMIT,
    printable,
)
from sealward.findings.remedies import DOCUMENT, remedy

_TITLE_LIMIT = 256


def stands(
    framed: Mapping[str, Any],
    *,
    reason: str,
    severity: Severity,
    compliance: str,
    title: str,
    description: str,
) -> dict[str, Any]:
    """Return the finding that a state of things goes on, its times left out.

    Args:
        framed: identity, generator and resources.
        reason: its section in docs/findings.md, which names the remedy.
        severity: how loud.
        compliance: Security Hub's status.
        title: cut and escaped here, as is the description.
        description: what is so, where and since when.
    """
    told = remedy(reason)
    return {
        **framed,
        "Title": printable(title, _TITLE_LIMIT),
        "Description": printable(f"{told.meaning} {description}", DESCRIPTION_LIMIT),
        "FindingProviderFields": {
            "Severity": {"Label": severity.value, "Original": reason},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": compliance},
        "Remediation": {
            "Recommendation": {
                "Text": printable(
                    f"{told.remedy} More: {DOCUMENT}#{reason}", TEXT_LIMIT
                )
            }
        },
        "RecordState": "ACTIVE",
    }


def ended(
    framed: Mapping[str, Any], *, reason: str, title: str, description: str
) -> dict[str, Any]:
    """Return the end of the same finding, its times left out."""
    return {
        **framed,
        "Title": printable(title, _TITLE_LIMIT),
        "Description": printable(description, DESCRIPTION_LIMIT),
        "FindingProviderFields": {
            "Severity": {"Label": "INFORMATIONAL", "Original": reason},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "PASSED"},
        "RecordState": "ARCHIVED",
    }
