"""Decisions: what a subject's evidence means under its policy. Pure.

Inputs: what was known, what was found, the policy, the capability, the time. Output:
the record to remember, the step to take in the registry, and how loudly to tell.
"""

from sealward.decisions.decision import (
    Decision,
    decide,
    decide_gone,
    decide_not_an_image,
)
from sealward.decisions.severity import Severity, Tell
from sealward.decisions.situation import Gone, Ruling, Seen, Sight, Unknown, Unseen
from sealward.decisions.step import Step

__all__ = [
    "Decision",
    "Gone",
    "Ruling",
    "Seen",
    "Severity",
    "Sight",
    "Step",
    "Tell",
    "Unknown",
    "Unseen",
    "decide",
    "decide_gone",
    "decide_not_an_image",
]
