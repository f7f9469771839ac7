"""Security Hub: where findings go."""

from collections.abc import Mapping
from typing import Any, Protocol

from sealward.ports.delivery import Delivered, NotDelivered

__all__ = ["Delivered", "NotDelivered", "SecurityHub"]


class SecurityHub(Protocol):
    """Where findings go. Never raises: a finding must not stop an action."""

    def publish(self, finding: Mapping[str, Any]) -> Delivered | NotDelivered:
        """Import one ASFF document."""
        ...
