"""The queue that leads to the next look."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from sealward.events import Hint


class LookQueue(Protocol):
    """The queue that leads to the next look."""

    def later(self, hint: Hint, delay: timedelta) -> None:
        """Send ``hint`` to arrive after ``delay``: 0 to 15 minutes, cut to that.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def at_once(self, hints: Sequence[Hint]) -> None:
        """Send ``hints`` to arrive without delay, as many to a call as it takes.

        Raises:
            Unavailable, Denied: as named; some may have been sent. Sending all again
                changes nothing.
        """
        ...

    def dead_letter(self, body: str, *, reason: str) -> None:
        """Put what cannot be understood aside, its reason as a message attribute.

        Raises:
            Unavailable, Denied: as named.
        """
        ...
