"""The port: the ledger's memory of proposals and of what repositories are told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sealward.proposals.records import (
    Approval,
    Proposal,
    RepositoryNote,
    Reversal,
    Trip,
)
from sealward.subjects import SubjectKey


class Proposals(Protocol):
    """The ledger's memory of proposals, and of what repositories are told together."""

    def open_proposal(self, proposal: Proposal) -> None:
        """Remember ``proposal``; one that is there already stays as it is.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        ...

    def proposals(self) -> Sequence[Proposal]:
        """Return all proposals, oldest first."""
        ...

    def approve(self, approval: Approval) -> None:
        """Remember what a person said.

        Raises:
            Conflict: the same person said something at the same instant.
            Unavailable, Denied: as named.
        """
        ...

    def approvals(self, proposal_id: str) -> Sequence[Approval]:
        """Return the newest ``APPROVALS_LIMIT`` words on a proposal, oldest first."""
        ...

    def members(
        self, state: str, *, repository: str | None = None, limit: int
    ) -> Sequence[SubjectKey]:
        """Return up to ``limit`` subjects of a state (``ledger.indexed_state``).

        What was written within the last second may be missing.
        """
        ...

    def count(self, state: str, repository: str | None = None) -> int:
        """Return how many subjects are in ``state``; the last second may be missing."""
        ...

    def record_reversal(self, reversal: Reversal) -> None:
        """Remember a reversal; the same one again changes nothing.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        ...

    def reversals(self, since: datetime, now: datetime) -> Sequence[Reversal]:
        """Return the reversals after ``since``, which is at most an hour ago."""
        ...

    def last_trip(self) -> Trip | None:
        """Return when the breaker last tripped, or None."""
        ...

    def keep_trip(self, trip: Trip) -> None:
        """Remember ``trip`` in place of an earlier one."""
        ...

    def repository_note(self, repository: str) -> RepositoryNote:
        """Return what is remembered of a repository's finding; empty for nothing."""
        ...

    def keep_repository_note(
        self, repository: str, note: RepositoryNote, *, expected: int
    ) -> None:
        """Write ``note`` if the stored version is ``expected``, 0 for none.

        Raises:
            Conflict: it is not.
            Unavailable, Denied: as named.
        """
        ...
