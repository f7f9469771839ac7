"""The report of a sweep's step: for the log and the counts."""

from collections import Counter
from dataclasses import field
from typing import Any, Final

from notation_verifier.values import dataclass

SHOWN: Final = 20
"""Repositories named in the log of a step."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a step did: for the log and the counts."""

    sent: Counter[str] = field(default_factory=Counter)
    """Looks, by why."""
    over: list[str] = field(default_factory=list)
    """Repositories that used up their turn and wait for the next."""
    unread: list[str] = field(default_factory=list)
    """Repositories that could not be read, and the error."""
    failure: str = ""
    """What ended the step early, if anything."""
    walked: bool = False
    """Whether a walk was finished."""
    more: bool = False
    """Whether something is left to do."""

    def log_fields(self) -> dict[str, Any]:
        """Return the report in plain JSON types, bounded."""
        return {
            "sent": dict(self.sent),
            "over": self.over[:SHOWN],
            "unread": self.unread[:SHOWN],
            "failure": self.failure,
            "walked": self.walked,
            "more": self.more,
        }
