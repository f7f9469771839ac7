"""Proposals and the notes of repositories' findings, in memory."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sealward.ledger import Record, indexed_state
from sealward.ports.failures import Conflict
from sealward.proposals import (
    APPROVALS_LIMIT,
    Approval,
    Proposal,
    RepositoryNote,
    Reversal,
    Trip,
)
from sealward.subjects import SubjectKey


class InProcessProposals:
    """``sealward.proposals.Proposals`` in memory, exactly up to date."""

    def __init__(self) -> None:
        self._proposals: dict[str, Proposal] = {}
        self._approvals: dict[str, list[Approval]] = defaultdict(list)
        self._notes: dict[str, RepositoryNote] = {}
        self._reversals: dict[tuple[SubjectKey, str], Reversal] = {}
        self._trip: Trip | None = None
        self._states: dict[str, dict[SubjectKey, None]] = defaultdict(dict)
        self._counts: dict[tuple[str, str], int] = defaultdict(int)

    def index(self, old: Record | None, record: Record) -> None:
        """Keep the index of states as ``record`` replaces ``old``."""
        before = indexed_state(old) if old is not None else None
        after = indexed_state(record)
        if before == after:
            return
        if before is not None:
            self._states[before].pop(record.key)
            self._counts[before, record.key.repository] -= 1
        if after is not None:
            self._states[after][record.key] = None
            self._counts[after, record.key.repository] += 1

    def open_proposal(self, proposal: Proposal) -> None:
        """See the port."""
        self._fail()
        self._proposals.setdefault(proposal.id, proposal)

    def proposals(self) -> Sequence[Proposal]:
        """See the port."""
        self._fail()
        return sorted(
            self._proposals.values(), key=lambda each: (each.opened_at, each.id)
        )

    def approve(self, approval: Approval) -> None:
        """See the port."""
        self._fail()
        said = self._approvals[approval.proposal_id]
        if any((one.by, one.at) == (approval.by, approval.at) for one in said):
            raise Conflict(f"{approval.by} said something at {approval.at} already")
        said.append(approval)
        said.sort(key=lambda each: each.at)

    def approvals(self, proposal_id: str) -> Sequence[Approval]:
        """See the port."""
        self._fail()
        return tuple(self._approvals.get(proposal_id, ())[-APPROVALS_LIMIT:])

    def members(
        self, state: str, *, repository: str | None = None, limit: int
    ) -> Sequence[SubjectKey]:
        """See the port."""
        self._fail()
        found = sorted(
            key
            for key in self._states.get(state, ())
            if repository is None or key.repository == repository
        )
        return found[:limit]

    def count(self, state: str, repository: str | None = None) -> int:
        """See the port."""
        self._fail()
        if repository is None:
            return len(self._states.get(state, ()))
        return self._counts.get((state, repository), 0)

    def record_reversal(self, reversal: Reversal) -> None:
        """See the port."""
        self._fail()
        self._reversals[reversal.key, reversal.proposal_id] = reversal

    def reversals(self, since: datetime, now: datetime) -> Sequence[Reversal]:
        """See the port."""
        self._fail()
        return [x for x in self._reversals.values() if since < x.at <= now]

    def last_trip(self) -> Trip | None:
        """See the port."""
        self._fail()
        return self._trip

    def keep_trip(self, trip: Trip) -> None:
        """See the port."""
        self._fail()
        self._trip = trip

    def repository_note(self, repository: str) -> RepositoryNote:
        """See the port."""
        self._fail()
        return self._notes.get(repository, RepositoryNote())

    def keep_repository_note(
        self, repository: str, note: RepositoryNote, *, expected: int
    ) -> None:
        """See the port."""
        self._fail()
        stored = self._notes.get(repository, RepositoryNote())
        if stored.version != expected:
            raise Conflict(f"{repository}: note {stored.version}, not {expected}")
        self._notes[repository] = note

    def _fail(self) -> None:
        """Raise what the ledger was told to raise."""
