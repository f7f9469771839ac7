"""The reference's cases, each as a name, what it expects, and how to run it here."""

from pathlib import Path

from tests.vectors import envelope_cases, policy_cases, timestamp_cases
from tests.vectors.case import Case


def all_cases(root: Path) -> list[Case]:
    """Return every case below ``root`` that can be put to a verifier."""
    return [
        *policy_cases.cases(root),
        *envelope_cases.cases(root),
        *timestamp_cases.cases(root),
    ]
