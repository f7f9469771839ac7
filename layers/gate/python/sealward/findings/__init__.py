"""Findings: what is told to Security Hub. Pure.

The face is what every finding has. What is told of an image, a repository, the bundle
and so on has a module each, which few looks import: most tell nothing.
"""

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
]
