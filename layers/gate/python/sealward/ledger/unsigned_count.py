"""The count of a repository's digests that ended unsigned or gone, day by day.

Too many in a day, and the repository has spent its grace (docs/how-it-decides.md).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from notation_verifier.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsignedCount:
    """What one repository's day has come to."""

    day: str = ""
    """Of UTC, as in 2027-01-15."""
    digests: int = 0
    version: int = 0
    """Counts the writes; 0 where nothing is stored."""

    def on(self, now: datetime) -> int:
        """Return how many there were on the day of ``now``."""
        return self.digests if self.day == _day(now) else 0

    def one_more(self, now: datetime) -> "UnsignedCount":
        """Return the count with one more digest on the day of ``now``."""
        return replace(
            self, day=_day(now), digests=self.on(now) + 1, version=self.version + 1
        )


def count_item(count: UnsignedCount) -> dict[str, Any]:
    """Return ``count`` in plain JSON types."""
    return {"day": count.day, "digests": count.digests, "version": count.version}


def count_from(item: Mapping[str, Any]) -> UnsignedCount:
    """Return what ``count_item`` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    return UnsignedCount(
        day=str(item["day"]),
        digests=int(item["digests"]),
        version=int(item["version"]),
    )


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()
