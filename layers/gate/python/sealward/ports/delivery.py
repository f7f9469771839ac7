"""Delivery: what became of something that was told to somebody outside."""

from notation_verifier.values import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """It was taken."""


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """It was not taken; why, for the log and the record."""

    reason: str
    retry: bool
    """Whether the same may be taken later (throttled, switched off)."""
