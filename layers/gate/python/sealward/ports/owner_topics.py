"""Owners' topics: where an owner's people hear of a refused image."""

from typing import Protocol

from notation_verifier.values import dataclass
from sealward.ports.delivery import Delivered, NotDelivered


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerMessage:
    """A message to an owner's topic: ASCII, short enough for mail and chat."""

    topic: str
    """ARN of the SNS topic."""
    subject: str
    """Up to 100 printable ASCII characters."""
    text: str


class OwnerTopics(Protocol):
    """Where messages to owners go. Never raises: telling must not stop an action."""

    def send(self, message: OwnerMessage) -> Delivered | NotDelivered:
        """Publish one message."""
        ...
