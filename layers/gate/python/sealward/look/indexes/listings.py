"""Listings: the indexes of a repository, read once before an image is called unsigned.

The event of an index may be lost. Before what it lists could be held for that, the
registry is asked which indexes there are; each that nobody has seen is read, remembered
with its children and looked at. One listing serves every image of its repository: how
often one is made, the more calls it takes the more seldom.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from notation_verifier.values import dataclass
from sealward.ledger.records import Record
from sealward.look.indexes.parents import BATCH
from sealward.ports.ledger import Ledger
from sealward.ports.lineage import ListedIndex, ListingNote
from sealward.ports.reads import Read, RunBeside, ask
from sealward.ports.registry import Registry
from sealward.subjects import SubjectKey
from sealward.subjects.indexes import mentioned, mentions
from sealward.verifications.coverage import NODES

SKEW: Final = timedelta(minutes=1)
"""How far the registry's clock and ours may differ, generously."""
PAGE_TIME: Final = timedelta(seconds=1)
"""Between two listings of a repository, for each further call that one takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listings:
    """Lists repositories for their indexes."""

    registry: Registry
    ledger: Ledger
    beside: RunBeside | None
    look_later: Callable[[Sequence[str]], None]
    """Asks for a look at an index that nobody has seen."""
    now: Callable[[], datetime]
    ends: datetime
    """No index is read later: what is left counts as beyond the bound."""

    def read(
        self, repository: str, *, begin: datetime, deadline: datetime
    ) -> datetime | None:
        """Have every index remembered that could list an image of ``repository``.

        Args:
            repository: to be listed.
            begin: when the image was first known: no index that lists it is older.
            deadline: the listing must be later.

        Returns:
            None, or until when to wait because it was listed a moment ago.

        Raises:
            NotFound, Denied, Unavailable: the registry or the ledger did not answer.
        """
        started = self.now()
        note = self.ledger.listing_note(repository)
        since = begin - SKEW
        if note is not None and note.since <= since:
            if note.at >= deadline:
                return None
            again = note.at + PAGE_TIME * (note.pages - 1)
            if started < again:
                return again
        listing = self.registry.indexes(repository)
        unread_since = since
        if note is not None and note.since <= since:
            unread_since, since = note.at - SKEW, note.since
        whole = self._remember(
            repository,
            [one for one in listing.indexes if one.pushed_at >= unread_since],
            wanted=None,
        )
        if whole:
            self.ledger.note_listing(
                repository, ListingNote(since=since, at=started, pages=listing.pages)
            )
        return None

    def find(self, key: SubjectKey) -> None:
        """Have every active index remembered that lists ``key``, whatever its age.

        For an image that ECR will not archive though no index is known to list it.

        Raises:
            NotFound, Denied, Unavailable: as for ``read``.
        """
        listing = self.registry.indexes(key.repository)
        self._remember(key.repository, listing.indexes, wanted=key.digest)

    def _remember(
        self, repository: str, indexes: Sequence[ListedIndex], *, wanted: str | None
    ) -> bool:
        """Record the children of those of ``indexes`` that nobody has seen.

        The newest first, up to a bound: beyond it an index counts only once it is
        looked at, and what it lists counts as listed by none. Returns whether there was
        time for all.
        """
        newest = sorted(indexes, key=lambda one: one.pushed_at, reverse=True)[:NODES]
        for start in range(0, len(newest), BATCH):
            if self.now() >= self.ends:
                return False
            keys = [
                SubjectKey(repository=repository, digest=one.digest)
                for one in newest[start : start + BATCH]
            ]
            records = [_current(self.ledger, key) for key in keys]
            ask(records, self.beside)
            unseen = [
                key
                for key, record in zip(keys, records, strict=True)
                if wanted is not None or _is_unseen(record.answer())
            ]
            self._read(repository, unseen, wanted)
        return True

    def _read(
        self, repository: str, keys: Sequence[SubjectKey], wanted: str | None
    ) -> None:
        if not keys:
            return
        served = self.registry.manifests(repository, [key.digest for key in keys])
        for key in keys:
            manifest = served.get(key.digest)
            if manifest is None:
                continue
            content, media_type = manifest.content, manifest.media_type
            if wanted is None:
                children = mentioned(content, media_type)
                self.ledger.record_children(key, children, trusted=False)
                self.look_later([key.digest])
            elif mentions(content, media_type, wanted):
                # It may stand beyond what is remembered of each index.
                first = [wanted, *mentioned(content, media_type)]
                self.ledger.record_children(key, first, trusted=False)


def _is_unseen(record: Record | None) -> bool:
    return record is None or record.children is None


def _current(ledger: Ledger, key: SubjectKey) -> Read[Record | None]:
    return Read(lambda: ledger.current(key))
