"""Security Hub: where findings go."""

from collections.abc import Mapping
from typing import Any, Protocol

from notation_verifier.values import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """Security Hub took the finding."""


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """Security Hub did not take it; why, for the log and the record."""

    reason: str
    retry: bool
    """Whether the same finding may be taken later (throttled, Hub off)."""


class SecurityHub(Protocol):
    """Where findings go. Never raises: a finding must not stop an action."""

    def publish(self, finding: Mapping[str, Any]) -> Delivered | NotDelivered:
        """Import one ASFF document."""
        ...
