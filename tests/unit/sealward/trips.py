"""Round trips counted: ports that move a clock only calls move."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sealward.ledger import JudgedReferrers, Record
from sealward.ledger.managed_signing import ManagedSigning
from sealward.ledger.unsigned_count import UnsignedCount
from sealward.overrides import Pauses, Used
from sealward.ports.ledger import Due, HistoryEntry, Intent, Ledger
from sealward.ports.lineage import IndexListing, ListingNote
from sealward.ports.registry import ImageDetail, Manifest, Referrer, Registry
from sealward.proposals import (
    Approval,
    Proposal,
    RepositoryNote,
    Reversal,
    Trip,
)
from sealward.subjects import SubjectKey
from sealward.subjects.manifests import MANIFEST_LIMIT
from tests.unit.sealward.stand import Stand


@dataclass
class Trips:
    """Round trips that wait for one another; what runs beside takes the longest."""

    taken: int = 0
    at: dict[str, int] = field(default_factory=dict)
    """When each call had ended, at the latest."""

    def take(self, name: str, number: int = 1) -> None:
        self.taken += number
        self.at[name] = max(self.taken, self.at.get(name, 0))

    def beside(self, calls: Sequence[Callable[[], None]], /) -> None:
        start, end = self.taken, self.taken
        for call in calls:
            self.taken = start
            call()
            end = max(end, self.taken)
        self.taken = end


class CountedRegistry:
    def __init__(self, registry: Registry, trips: Trips) -> None:
        self.account, self.region = registry.account, registry.region
        self._registry, self._trips = registry, trips

    def describe(self, repository: str, digest: str) -> ImageDetail:
        self._trips.take("describe")
        return self._registry.describe(repository, digest)

    def manifests(
        self,
        repository: str,
        digests: Sequence[str],
        *,
        largest: int = MANIFEST_LIMIT,
    ) -> Mapping[str, Manifest]:
        self._trips.take("manifests")
        return self._registry.manifests(repository, digests, largest=largest)

    def referrers(
        self, repository: str, digest: str, *, limit: int
    ) -> Sequence[Referrer]:
        self._trips.take("referrers")
        return self._registry.referrers(repository, digest, limit=limit)

    def signings(self, repository: str, digest: str) -> Sequence[ManagedSigning]:
        self._trips.take("signings")
        return self._registry.signings(repository, digest)

    def indexes(self, repository: str) -> IndexListing:
        self._trips.take("indexes")
        return self._registry.indexes(repository)

    def blob(self, repository: str, digest: str, *, limit: int) -> bytes:
        self._trips.take("envelope", 2)  # its address, then its bytes
        return self._registry.blob(repository, digest, limit=limit)

    def archive(self, repository: str, digest: str) -> None:
        self._trips.take("archive")
        self._registry.archive(repository, digest)

    def delete(self, repository: str, digest: str) -> None:
        self._trips.take("delete")
        self._registry.delete(repository, digest)

    def restore(self, repository: str, digest: str) -> None:
        self._trips.take("restore")
        self._registry.restore(repository, digest)


class CountedLedger:
    def __init__(self, ledger: Ledger, trips: Trips) -> None:
        self._ledger, self._trips = ledger, trips

    def current(self, key: SubjectKey) -> Record | None:
        self._trips.take("ledger")
        return self._ledger.current(key)

    def write(
        self,
        record: Record,
        *,
        expected: int,
        report: Mapping[str, Any] | None = None,
        intent: Intent | None = None,
    ) -> None:
        self._trips.take("write")
        self._ledger.write(record, expected=expected, report=report, intent=intent)

    def parents(
        self, key: SubjectKey, *, limit: int, consistent: bool = True
    ) -> Sequence[str]:
        self._trips.take("parents")
        return self._ledger.parents(key, limit=limit, consistent=consistent)

    def children(self, index: SubjectKey) -> Sequence[str]:
        self._trips.take("children")
        return self._ledger.children(index)

    def record_children(
        self, index: SubjectKey, children: Sequence[str], *, trusted: bool
    ) -> None:
        self._trips.take("record children")
        self._ledger.record_children(index, children, trusted=trusted)

    def listing_note(self, repository: str) -> ListingNote | None:
        self._trips.take("listing note")
        return self._ledger.listing_note(repository)

    def note_listing(self, repository: str, note: ListingNote) -> None:
        self._trips.take("note listing")
        self._ledger.note_listing(repository, note)

    def history(self, key: SubjectKey) -> Sequence[HistoryEntry]:
        return self._ledger.history(key)

    def judged(self, key: SubjectKey) -> JudgedReferrers | None:
        self._trips.take("judged")
        return self._ledger.judged(key)

    def keep_judged(self, key: SubjectKey, judged: JudgedReferrers) -> None:
        self._trips.take("keep judged")
        self._ledger.keep_judged(key, judged)

    def signed(
        self, repository: str, identity: str, *, limit: int
    ) -> Sequence[SubjectKey]:
        self._trips.take("signed")
        return self._ledger.signed(repository, identity, limit=limit)

    def unsigned_count(self, repository: str) -> UnsignedCount:
        self._trips.take("unsigned count")
        return self._ledger.unsigned_count(repository)

    def keep_unsigned_count(
        self, repository: str, count: UnsignedCount, *, expected: int
    ) -> None:
        self._trips.take("keep unsigned count")
        self._ledger.keep_unsigned_count(repository, count, expected=expected)

    def due(self, before: Any, *, after: Any = None, limit: int) -> Sequence[Due]:
        return self._ledger.due(before, after=after, limit=limit)

    def open_proposal(self, proposal: Proposal) -> None:
        self._trips.take("open proposal")
        self._ledger.open_proposal(proposal)

    def proposals(self) -> Sequence[Proposal]:
        return self._ledger.proposals()

    def approve(self, approval: Approval) -> None:
        self._ledger.approve(approval)

    def approvals(self, proposal_id: str) -> Sequence[Approval]:
        self._trips.take("approvals")
        return self._ledger.approvals(proposal_id)

    def members(
        self, state: str, *, repository: str | None = None, limit: int
    ) -> Sequence[SubjectKey]:
        return self._ledger.members(state, repository=repository, limit=limit)

    def count(self, state: str, repository: str | None = None) -> int:
        self._trips.take("count")
        return self._ledger.count(state, repository)

    def record_reversal(self, reversal: Reversal) -> None:
        self._trips.take("record reversal")
        self._ledger.record_reversal(reversal)

    def reversals(self, since: datetime, now: datetime) -> Sequence[Reversal]:
        self._trips.take("reversals")
        return self._ledger.reversals(since, now)

    def last_trip(self) -> Trip | None:
        self._trips.take("last trip")
        return self._ledger.last_trip()

    def keep_trip(self, trip: Trip) -> None:
        self._trips.take("keep trip")
        self._ledger.keep_trip(trip)

    def repository_note(self, repository: str) -> RepositoryNote:
        self._trips.take("repository note")
        return self._ledger.repository_note(repository)

    def keep_repository_note(
        self, repository: str, note: RepositoryNote, *, expected: int
    ) -> None:
        self._trips.take("keep repository note")
        self._ledger.keep_repository_note(repository, note, expected=expected)

    def pauses(self) -> Pauses:
        self._trips.take("pauses")
        return self._ledger.pauses()

    def keep_pauses(self, pauses: Pauses) -> None:
        self._ledger.keep_pauses(pauses)

    def use(self, used: Used) -> None:
        self._ledger.use(used)

    def used(self, nonce: str) -> Used | None:
        return self._ledger.used(nonce)

    def use_release(self, key: SubjectKey, nonce: str, *, limit: int) -> int:
        return self._ledger.use_release(key, nonce, limit=limit)


def counted_stand(trips: Trips) -> Stand:
    """Return a stand whose registry and ledger count on ``trips``."""
    return Stand(
        registry=lambda registry: CountedRegistry(registry, trips),
        run_beside=trips.beside,
        wrap_ledger=lambda ledger: CountedLedger(ledger, trips),
    )
