"""Parents: the indexes that list an image, read again at each look.

Where to look comes from the ledger; what counts is the registry's word that an index is
active, what its manifest lists, and the verdict the gate holds of it now.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Any, Final

from notation_verifier import Descriptor
from notation_verifier.values import dataclass
from sealward.decisions import Unseen
from sealward.decisions.judgement import GONE, SETTLED_FAILURES
from sealward.ledger.records import Record
from sealward.look.reading.sightings import unseen
from sealward.policy.bundle import Policy
from sealward.ports.failures import NotFound, PortError
from sealward.ports.ledger import Ledger
from sealward.ports.reads import Read, RunBeside, ask
from sealward.ports.registry import ImageDetail, ImageStatus, Manifest, Registry
from sealward.subjects import SubjectKey
from sealward.subjects.indexes import listed
from sealward.verifications.coverage import (
    NODES,
    Coverage,
    Parent,
    Worth,
    cover,
    is_current,
    may_cover,
    worth,
)

BATCH: Final = 10
"""Indexes read at once: a pusher may give each one 4 MiB."""
FRESH_LOOKS: Final = 10
"""Indexes looked at within the look at one image; the rest have looks of their own."""


@dataclass(slots=True, kw_only=True)
class Parents:
    """Reads the indexes above one image; made anew for each look."""

    registry: Registry
    ledger: Ledger
    beside: RunBeside | None
    policy: Policy
    now: Callable[[], datetime]
    ends: datetime
    """No look at an index is begun later, and none is read but the first ones."""
    proves: Callable[[SubjectKey, Record, Descriptor], bool]
    """Verifies the signatures that made an index trusted, as its record names them."""
    look_at: Callable[[str], object] | None
    """Looks at an index whose record does not say what it is worth now; None: not."""
    again: bool = False
    """Whether such a look may have died before it told anybody: it is made again."""
    failure: PortError | None = None
    """The first question the registry did not answer."""
    held: bool = False
    """Whether an index said to list it failed and is held: not to be read any more."""
    _looked: int = field(default=0, init=False)

    def coverage(
        self, repository: str, subject: Descriptor, first: Sequence[str]
    ) -> Coverage | Unseen:
        """Return what the indexes above ``subject`` mean for it.

        Args:
            repository: of the subject and its indexes.
            subject: as the registry serves it.
            first: digests of the indexes said to list it, the likeliest first.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """

        def parents_of(digests: Iterable[str]) -> Iterator[Parent]:
            wanted = tuple(digests)
            above = (
                first
                if wanted == (subject.digest,)
                else self._remembered(repository, wanted)
            )
            for start in range(0, len(above), BATCH):
                for parent in self._read(repository, above[start : start + BATCH]):
                    yield parent
                    if self.now() >= self.ends:
                        # How much there is to read is the pusher's choice, as their
                        # number is: what is left says nothing, and the likeliest was.
                        return

        found = cover(subject, parents_of, self.policy)
        if found.by is None and self.failure is not None:
            return unseen(self.failure)
        return replace(found, listed=found.listed or self.held)

    def _remembered(self, repository: str, digests: Sequence[str]) -> Sequence[str]:
        found: dict[str, None] = {}
        for digest in digests:
            key = SubjectKey(repository=repository, digest=digest)
            found |= dict.fromkeys(self.ledger.parents(key, limit=NODES))
        return tuple(found)

    def _read(self, repository: str, digests: Sequence[str]) -> Iterator[Parent]:
        keys = [SubjectKey(repository=repository, digest=one) for one in digests]
        details = [_describe(self.registry, key) for key in keys]
        records = [_current(self.ledger, key) for key in keys]
        manifests = Read(lambda: self.registry.manifests(repository, digests))
        reads: list[Read[Any]] = [*details, *records, manifests]
        ask(reads, self.beside)
        try:
            served = manifests.answer()
        except NotFound:
            return
        except PortError as error:
            self.failure = self.failure or error
            return
        for key, detail, record in zip(keys, details, records, strict=True):
            manifest, known = served.get(key.digest), record.answer()
            if manifest is not None and self._is_active(detail):
                yield self._parent(key, manifest, known)
            elif known is not None and known.hold is not None:
                self.held |= known.verdict in SETTLED_FAILURES and known.reason != GONE

    def _parent(
        self, key: SubjectKey, manifest: Manifest, record: Record | None
    ) -> Parent:
        if may_cover(self.policy.statement.level) and (
            self.again or not is_current(record, self.policy, self.now())
        ):
            record = self._looked_at(key, record)
        descriptor = Descriptor(
            media_type=manifest.media_type,
            digest=key.digest,
            size=len(manifest.content),
        )
        return Parent(
            descriptor=descriptor,
            lists=frozenset(listed(manifest.content, manifest.media_type)),
            record=record,
            prove=lambda: self._prove(key, record, descriptor),
        )

    def _prove(
        self, key: SubjectKey, record: Record | None, descriptor: Descriptor
    ) -> bool:
        if record is None or self.proves(key, record, descriptor):
            return record is not None
        # Another signature may have taken its place.
        again = self._looked_at(key, record)
        return (
            again is not None
            and again.made_by != record.made_by
            and worth(again, self.policy) is Worth.COVERS
            and self.proves(key, again, descriptor)
        )

    def _looked_at(self, key: SubjectKey, record: Record | None) -> Record | None:
        """Return the index's record after a look at it, where there is time for one."""
        if (
            self.look_at is None
            or self._looked >= FRESH_LOOKS
            or self.now() >= self.ends
        ):
            return record
        self._looked += 1
        self.look_at(key.digest)
        return self.ledger.current(key)

    def _is_active(self, detail: Read[ImageDetail]) -> bool:
        try:
            return detail.answer().status is ImageStatus.ACTIVE
        except NotFound:
            return False
        except PortError as error:
            self.failure = self.failure or error
            return False


def _describe(registry: Registry, key: SubjectKey) -> Read[ImageDetail]:
    return Read(lambda: registry.describe(key.repository, key.digest))


def _current(ledger: Ledger, key: SubjectKey) -> Read[Record | None]:
    return Read(lambda: ledger.current(key))
