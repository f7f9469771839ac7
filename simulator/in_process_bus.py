"""The event bus and owners' topics in process: what was told, in order."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from sealward.ports.delivery import Delivered, NotDelivered
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
