"""A clock that moves when told: for tests and generated histories."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)


class ManualClock:
    """Call it for the time; it stands still until ``advance``."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def advance(self, by: timedelta) -> datetime:
        """Move forward and return the new time."""
        if by < timedelta(0):
            raise ValueError(f"time does not run backwards: {by}")
        self.now += by
        return self.now
