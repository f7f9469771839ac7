"""An in-memory ledger that keeps the port's conditions exactly."""

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sealward.ledger import JudgedReferrers, Record
from sealward.ledger.unsigned_count import UnsignedCount
from sealward.ports.failures import Conflict, PortError
from sealward.ports.ledger import Due, HistoryEntry, Intent
from sealward.ports.lineage import CHILDREN_LIMIT, ListingNote
from sealward.subjects import SubjectKey
from simulator.in_process.overrides import InProcessOverrides
from simulator.in_process.proposals import InProcessProposals


class InProcessLedger(InProcessProposals, InProcessOverrides):
    """``sealward.ports.ledger.Ledger`` in memory.

    ``failures`` holds errors the next calls raise, one each. ``before_write`` is called
    ahead of each write: there another look can come in between.
    """

    def __init__(self) -> None:
        InProcessProposals.__init__(self)
        InProcessOverrides.__init__(self)
        self.failures: deque[PortError] = deque()
        self.before_write: Callable[[Record], None] | None = None
        self.intents: list[Intent] = []
        self.writes = 0
        self._records: dict[SubjectKey, Record] = {}
        self._judged: dict[SubjectKey, JudgedReferrers] = {}
        self._history: dict[SubjectKey, list[HistoryEntry]] = {}
        self._parents: dict[SubjectKey, dict[str, bool]] = {}
        self._children: dict[SubjectKey, tuple[str, ...]] = {}
        self._unsigned: dict[str, UnsignedCount] = {}
        self._listings: dict[str, ListingNote] = {}
        self._lock = threading.RLock()

    @property
    def records(self) -> Mapping[SubjectKey, Record]:
        """All current records."""
        return dict(self._records)

    def signed(
        self, repository: str, identity: str, *, limit: int
    ) -> Sequence[SubjectKey]:
        """See the port."""
        found = sorted(
            key.digest
            for key, record in self._records.items()
            if key.repository == repository and record.signer == identity
        )
        return [
            SubjectKey(repository=repository, digest=digest) for digest in found[:limit]
        ]

    def unsigned_count(self, repository: str) -> UnsignedCount:
        """See the port. ``failures`` are for calls a verdict rests on."""
        return self._unsigned.get(repository, UnsignedCount())

    def keep_unsigned_count(
        self, repository: str, count: UnsignedCount, *, expected: int
    ) -> None:
        """See the port."""
        with self._lock:
            stored = self.unsigned_count(repository).version
            if stored != expected:
                raise Conflict(f"{repository}: count {stored}, not {expected}")
            self._unsigned[repository] = count

    def current(self, key: SubjectKey) -> Record | None:
        """See the port."""
        self._fail()
        return self._records.get(key)

    def write(
        self,
        record: Record,
        *,
        expected: int,
        report: Mapping[str, Any] | None = None,
        intent: Intent | None = None,
    ) -> None:
        """See the port.

        Raises:
            ValueError: ``record.version`` is not ``expected + 1``.
        """
        self._fail()
        if record.version != expected + 1:
            raise ValueError(
                f"{record.key}: version {record.version} does not follow {expected}"
            )
        if self.before_write is not None:
            self.before_write(record)
        with self._lock:
            old = self._records.get(record.key)
            stored = 0 if old is None else old.version
            if stored != expected:
                raise Conflict(
                    f"{record.key}: version {stored} is stored, not {expected}"
                )
            if intent is not None and any(x.id == intent.id for x in self.intents):
                raise Conflict(f"{record.key}: the intent {intent.id} is there already")
            if report is not None:
                entry = HistoryEntry(
                    version=record.version,
                    at=record.updated_at,
                    verdict=record.verdict.value,
                    # As stored elsewhere: JSON, so that what is none fails here too.
                    report=json.loads(json.dumps(dict(report))),
                )
                self._history.setdefault(record.key, []).append(entry)
            if intent is not None:
                self.intents.append(intent)
            self._records[record.key] = record
            self.index(old, record)
            self.writes += 1

    def history(self, key: SubjectKey) -> Sequence[HistoryEntry]:
        """See the port."""
        self._fail()
        return tuple(self._history.get(key, ()))

    def judged(self, key: SubjectKey) -> JudgedReferrers | None:
        """See the port."""
        self._fail()
        return self._judged.get(key)

    def keep_judged(self, key: SubjectKey, judged: JudgedReferrers) -> None:
        """See the port."""
        self._fail()
        self._judged[key] = judged

    def forget_judged(self) -> None:
        """Lose every item that ``keep_judged`` wrote."""
        self._judged.clear()

    def due(
        self, before: datetime, *, after: datetime | None = None, limit: int
    ) -> Sequence[Due]:
        """See the port."""
        self._fail()
        waiting = sorted(
            Due(at=record.due, key=record.key)
            for record in self._records.values()
            if record.due is not None
            and record.due <= before
            and (after is None or record.due > after)
        )
        return tuple(waiting[:limit])

    def parents(
        self, key: SubjectKey, *, limit: int, consistent: bool = True
    ) -> Sequence[str]:
        """See the port."""
        del consistent  # memory always is
        self._fail()
        known = self._parents.get(key, {})
        ordered = sorted(known, key=lambda index: (not known[index], index))
        return tuple(ordered[:limit])

    def children(self, index: SubjectKey) -> Sequence[str]:
        """See the port."""
        self._fail()
        return self._children.get(index, ())

    def record_children(
        self, index: SubjectKey, children: Sequence[str], *, trusted: bool
    ) -> None:
        """See the port."""
        self._fail()
        kept = tuple(dict.fromkeys(children))[:CHILDREN_LIMIT]
        with self._lock:
            self._children[index] = kept
            for digest in kept:
                key = SubjectKey(repository=index.repository, digest=digest)
                known = self._parents.setdefault(key, {})
                known[index.digest] = trusted or known.get(index.digest, False)

    def listing_note(self, repository: str) -> ListingNote | None:
        """See the port."""
        self._fail()
        return self._listings.get(repository)

    def note_listing(self, repository: str, note: ListingNote) -> None:
        """See the port."""
        self._fail()
        self._listings[repository] = note

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.popleft()
