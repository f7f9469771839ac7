"""The event bus, owners' topics and their counts in process: what was told, in order."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sealward.ports.delivery import Delivered, NotDelivered
from sealward.ports.message_counts import Turn
from sealward.ports.owner_topics import OwnerMessage


class InProcessEventBus:
    """``sealward.ports.event_bus.EventBus`` in memory.

    ``failures`` holds what the next events come to, one each.
    """

    def __init__(self) -> None:
        self.events: list[Mapping[str, Any]] = []
        self.failures: deque[NotDelivered] = deque()

    def publish(self, detail: Mapping[str, Any]) -> Delivered | NotDelivered:
        """See the port."""
        if self.failures:
            return self.failures.popleft()
        self.events.append(detail)
        return Delivered()


class InProcessTopics:
    """``sealward.ports.owner_topics.OwnerTopics`` in memory."""

    def __init__(self) -> None:
        self.messages: list[OwnerMessage] = []
        self.failures: deque[NotDelivered] = deque()

    def send(self, message: OwnerMessage) -> Delivered | NotDelivered:
        """See the port."""
        if self.failures:
            return self.failures.popleft()
        self.messages.append(message)
        return Delivered()


class InProcessMessageCounts:
    """``sealward.ports.message_counts.MessageCounts`` in memory."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[datetime, str, int]] = {}

    def take(self, repository: str, cause: str, *, news: str, now: datetime) -> Turn:
        """See the port."""
        since, first, count = self._known.get((repository, cause), (None, "", 0))
        if first == news:
            return Turn(send=True)
        if since is not None and now - since < timedelta(hours=1):
            self._known[repository, cause] = (since, first, count + 1)
            return Turn(send=False)
        self._known[repository, cause] = (now, news, 0)
        return Turn(send=True, held_back=count)
