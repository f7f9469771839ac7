"""Message counts: how many messages an owner had of one cause in one repository."""

from datetime import datetime
from typing import Final, Protocol

from notation_verifier.values import dataclass

SENDS: Final = 3
"""Times the same news is sent within an hour, where a look died or SNS failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whether a message is sent now, and how many were held back before it."""

    send: bool
    held_back: int = 0
    owed: bool = False
    """Not now, but later: the same news was sent ``SENDS`` times within the hour."""


class MessageCounts(Protocol):
    """Counts messages by repository and cause, an hour at a time. Atomic."""

    def take(self, repository: str, cause: str, *, news: str, now: datetime) -> Turn:
        """Return whether ``news`` is sent: one is, an hour; the others are counted.

        The news that was sent may be sent again, as after a crash; not without end:
        whoever may push can have one image's verdict go to and fro.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        ...
