"""The event bus, owners' topics and their counts in process: what was told."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sealward.ports.delivery import Delivered, NotDelivered
from sealward.ports.message_counts import SENDS, Turn
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
        self._known: dict[tuple[str, str], tuple[datetime, str, int, int]] = {}

    def take(self, repository: str, cause: str, *, news: str, now: datetime) -> Turn:
        """See the port."""
        key = (repository, cause)
        since, first, count, sent = self._known.get(key, (None, "", 0, 0))
        if since is None or now - since >= timedelta(hours=1):
            self._known[key] = (now, news, 0, 1)
            return Turn(send=True, held_back=count)
        if first != news:
            self._known[key] = (since, first, count + 1, sent)
            return Turn(send=False)
        if sent >= SENDS:
            return Turn(send=False, owed=True)
        self._known[key] = (since, first, count, sent + 1)
        return Turn(send=True)
