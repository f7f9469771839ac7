"""Findings: what is told to Security Hub. Pure."""

from sealward.findings.document import (
    DESCRIPTION_LIMIT,
    FINDING_TYPE,
    RESEND,
    TEXT_LIMIT,
    VALUE_LIMIT,
    Place,
    dated,
    delivered,
    frame,
    next_state,
    printable,
)
from sealward.findings.image import raised, resolved

__all__ = [
    "DESCRIPTION_LIMIT",
    "FINDING_TYPE",
    "RESEND",
    "TEXT_LIMIT",
    "VALUE_LIMIT",
    "Place",
    "dated",
    "delivered",
    "frame",
    "next_state",
    "printable",
    "raised",
    "resolved",
]
