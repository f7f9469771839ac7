"""Verifications: the candidates of a subject, each with the verifier's report.

``judge`` verifies one signature, ``searches`` tries as many as it takes, ``coverage``
says what a trusted index means for what it lists. Knows policies and candidates; what
follows from a report is for ``decisions``.
"""

from sealward.verifications.judge import Examined, Judge
from sealward.verifications.searches import (
    Candidate,
    Search,
    satisfying,
    search,
    sufficient,
)

__all__ = [
    "Candidate",
    "Examined",
    "Judge",
    "Search",
    "satisfying",
    "search",
    "sufficient",
]
