"""Message counts: how many messages an owner had of one cause in one repository."""

from datetime import datetime
from typing import Protocol

from notation_verifier.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whether a message is sent now, and how many were held back before it."""

    send: bool
    held_back: int = 0


class MessageCounts(Protocol):
    """Counts messages by repository and cause, an hour at a time. Atomic."""

    def take(self, repository: str, cause: str, *, news: str, now: datetime) -> Turn:
        """Return whether ``news`` is sent: one is, an hour; the others are counted.

        The news that was sent may be sent again, as after a crash.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        ...
