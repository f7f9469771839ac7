"""The one deadline of a look: everything it asks the web together ends by then."""

import threading
from collections.abc import Callable
from typing import Final

from notation_verifier import FetchError

SECONDS: Final = 10.0
"""For all that one look, or one verification of the command, asks."""
BYTES: Final = 64 * 1024 * 1024
"""Read in all: two CRLs of the largest size."""


class Deadline:
    """Seconds and bytes that all questions of one look share.

    The time runs from the first question. Safe to share between threads.

    Args:
        monotonic: seconds of a clock that never goes back.
        seconds: in all.
        bytes_: in all.
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        seconds: float = SECONDS,
        bytes_: int = BYTES,
    ) -> None:
        self._monotonic = monotonic
        self._seconds = seconds
        self._bytes_left = bytes_
        self._end: float | None = None
        self._lock = threading.Lock()

    def left(self, what: str) -> float:
        """Return the seconds that are left, more than 0.

        Raises:
            FetchError: none; ``what`` was not asked or not heard to its end.
        """
        now = self._monotonic()
        with self._lock:
            if self._end is None:
                self._end = now + self._seconds
            left = self._end - now
        if left <= 0:
            raise FetchError(
                f"{what}: not within the {self._seconds:g} s for all questions together"
            )
        return left

    def spend(self, read: int, what: str) -> None:
        """Count ``read`` bytes.

        Raises:
            FetchError: they are more than all questions together may read.
        """
        with self._lock:
            self._bytes_left -= read
            spent = self._bytes_left < 0
        if spent:
            raise FetchError(f"{what}: more bytes than all answers together may have")
