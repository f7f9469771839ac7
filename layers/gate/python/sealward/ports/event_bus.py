"""The event bus: where verdict changes are told."""

from collections.abc import Mapping
from typing import Any, Protocol

from sealward.ports.delivery import Delivered, NotDelivered


class EventBus(Protocol):
    """Where verdict changes go. Never raises: telling must not stop an action."""

    def publish(self, detail: Mapping[str, Any]) -> Delivered | NotDelivered:
        """Put one event of source ``sealward``, type ``Verdict Changed``.

        Args:
            detail: as ``schema/verdict-changed.schema.json`` describes it.
        """
        ...
