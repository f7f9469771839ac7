"""Turns: an order and a share that let no repository keep the others waiting. Pure."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sealward.subjects import SubjectKey

SHARE: Final = 10
"""Looks by events that a repository has in a minute of one environment."""
_MOST: Final = 2 * SHARE
"""However many came: a minute after a flood its repository is as any other."""
_MINUTE: Final = timedelta(minutes=1)


class Share(StrEnum):
    """How a repository stands with one more event."""

    WITHIN = "within"
    EXCEEDED = "exceeded"
    """Now, for the first time since it was within."""
    OVER = "over"


def by_turns(keys: Iterable[SubjectKey]) -> Iterator[SubjectKey]:
    """Yield ``keys`` so that each repository in turn has one, each in its order."""
    waiting: dict[str, deque[SubjectKey]] = {}
    for key in keys:
        waiting.setdefault(key.repository, deque()).append(key)
    while waiting:
        for repository in tuple(waiting):
            yield waiting[repository].popleft()
            if not waiting[repository]:
                del waiting[repository]


class Shares:
    """How many events of each repository one environment took of late.

    EventBridge names no message group, so that to SQS every event is a tenant of its
    own. What is over its repository's share is sent once more, with the group: it
    waits behind the others', and costs a worker one call instead of a look.

    Args:
        now: the clock.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._taken: dict[str, tuple[float, datetime]] = {}
        self._forgotten = now()

    def take(self, repository: str) -> Share:
        """Count an event of ``repository``; return how it stands then."""
        now = self._now()
        if now - self._forgotten >= 2 * _MINUTE:
            # By now whatever was counted before is spent.
            self._taken = {
                each: (count, at)
                for each, (count, at) in self._taken.items()
                if now - at < 2 * _MINUTE
            }
            self._forgotten = now
        before, at = self._taken.get(repository, (0.0, now))
        before = max(0.0, before - SHARE * ((now - at) / _MINUTE))
        self._taken[repository] = (min(before + 1, _MOST), now)
        if before + 1 <= SHARE:
            return Share.WITHIN
        return Share.EXCEEDED if before <= SHARE else Share.OVER
