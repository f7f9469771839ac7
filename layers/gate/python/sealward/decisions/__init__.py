"""Decisions: what a subject's evidence means under its policy. Pure.

Inputs: what was known, what was found, the policy, the capability, the time. Output:
the record to remember, the step to take in the registry, and how loudly to tell.
"""

from sealward.decisions.decision import decide
from sealward.decisions.gone import decide_away, decide_gone, decide_not_an_image
from sealward.decisions.outcome import Decision, is_news
from sealward.decisions.severity import Severity, Tell
from sealward.decisions.shields import decide_shield
from sealward.decisions.situation import Ruling, Seen, Unknown, Unseen
from sealward.decisions.step import Step
from sealward.decisions.unseen import first_record

__all__ = [
    "Decision",
    "Ruling",
    "Seen",
    "Severity",
    "Step",
    "Tell",
    "Unknown",
    "Unseen",
    "decide",
    "decide_away",
    "decide_gone",
    "decide_not_an_image",
    "decide_shield",
    "first_record",
    "is_news",
]
