"""Events: hints to look at a subject again; what is in one is never evidence.

``parsing`` takes four values from an event, checked as ``names`` says, and makes a
``hint`` of them, or one of ``problems``. The first of the flow: knows nothing else.
"""

from sealward.events.hint import LOOK_AGAIN_SOURCE, Hint, look_again
from sealward.events.names import (
    ORIGIN,
    is_digest,
    is_repository,
)
from sealward.events.parsing import parse_events
from sealward.events.problems import EventProblem, MalformedEvent, UnknownEvent

__all__ = [
    "LOOK_AGAIN_SOURCE",
    "ORIGIN",
    "EventProblem",
    "Hint",
    "MalformedEvent",
    "UnknownEvent",
    "is_digest",
    "is_repository",
    "look_again",
    "parse_events",
]
