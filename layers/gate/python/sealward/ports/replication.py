"""Replication as the source's registry tells it."""

from enum import StrEnum
from typing import Protocol

from notation_verifier.values import dataclass


class CopyState(StrEnum):
    """How far the copying of one digest to one destination is."""

    COMPLETE = "complete"
    IN_PROGRESS = "in-progress"
    FAILED = "failed"
    NEVER = "never-begun"
    """The registry knows of none: no rule named it when it was pushed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The copying of one digest."""

    digest: str
    state: CopyState
    failure: str = ""
    """ECR's code, where it failed."""
    archived: bool = False
    """Whether the source has it archived: then nothing copies it."""


class ReplicationSource(Protocol):
    """One account's ECR in one Region, asked about what it replicates."""

    def copy_of(self, repository: str, digest: str, place: str) -> Copy:
        """Return how far the copying to ``place`` (``account/region``) is.

        Raises:
            NotFound, Denied, Unavailable: as named.
        """
        ...

    def rule_names(self, repository: str, place: str) -> bool:
        """Return whether a rule in force replicates ``repository`` to ``place``.

        Raises:
            Denied, Unavailable: as named.
        """
        ...
