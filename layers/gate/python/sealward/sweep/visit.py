"""A visit: one repository of the registry held against the ledger.

The listing says what is there, the records say what is remembered. What the ledger has
no record of is read and classified, a batch at a time: signatures and other artifacts
are no subjects and never get a record.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from notation_verifier.values import dataclass
from sealward.ledger import Record
from sealward.ledger.indexes import UNGOVERNED
from sealward.policy.bundle import PolicyBundle
from sealward.ports.registry import ImageStatus
from sealward.subjects import (
    Image,
    OtherArtifact,
    SignatureIndex,
    SignatureManifest,
    SubjectKey,
    classify,
)
from sealward.subjects.classification import Artifact
from sealward.sweep.differences import CLOSED, Difference, Scene, difference, is_late
from sealward.sweep.ports import Inventory, ListedImage, SweepLedger

BATCH: Final = 100
"""Records and manifests read with one call."""
KEYS: Final = 100_000
"""Records of one repository that are compared in the other direction."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Wanted:
    """A digest to look at, and why."""

    digest: str
    why: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What some digests of a repository, in their order, come to."""

    last: str
    """The greatest digest of them: what comes after it is still to be done."""
    wanted: tuple[Wanted, ...]
    """By ascending digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Holds repositories against the ledger."""

    inventory: Inventory
    ledger: SweepLedger
    bundle: PolicyBundle | None
    """In force; None where none is: then no statement is compared."""
    account: str
    region: str
    now: datetime

    def visit(self, repository: str, *, after: str) -> Iterator[Batch]:
        """Yield what is to be looked at, in batches, by ascending digest.

        Args:
            repository: its name.
            after: digests up to this one have been dealt with; empty for none.

        Raises:
            NotFound: there is no such repository any more.
            Unavailable, Denied: the registry or the ledger did not answer.
        """
        listing = self.inventory.images(repository)
        there = {image.digest: image for image in listing.images}
        scene = Scene(
            statuses={digest: image.status for digest, image in there.items()},
            statement=self._statement(repository),
            now=self.now,
        )
        gone = set() if not listing.complete else self._remembered(scene, repository)
        order = sorted(
            digest for digest in {*there, *(gone - there.keys())} if digest > after
        )
        for start in range(0, len(order), BATCH):
            digests = order[start : start + BATCH]
            images = [there[each] for each in digests if each in there]
            wanted = list(
                self._gone(repository, [each for each in digests if each not in there])
            )
            wanted += self._compare(repository, images, scene)
            yield Batch(last=digests[-1], wanted=tuple(sorted(wanted)))

    def _statement(self, repository: str) -> str | None:
        if self.bundle is None:
            return None
        policy = self.bundle.policy_for(self.account, self.region, repository)
        return policy.statement_hash if policy else UNGOVERNED

    def _remembered(self, scene: Scene, repository: str) -> set[str]:
        """Return the digests that the ledger remembers of a repository.

        By the statement that governs it now; what another governed is a recheck's.
        """
        if scene.statement is None:
            return set()
        keys = self.ledger.under_statement(
            scene.statement, repository=repository, limit=KEYS
        )
        return {key.digest for key in keys}

    def _gone(self, repository: str, digests: Sequence[str]) -> Iterator[Wanted]:
        records = self._records(repository, digests)
        for digest in digests:
            record = records.get(digest)
            if record is not None and record.reason not in CLOSED:
                yield Wanted(digest=digest, why=Difference.GONE)

    def _compare(
        self, repository: str, images: Sequence[ListedImage], scene: Scene
    ) -> Iterator[Wanted]:
        records = self._records(repository, [image.digest for image in images])
        covering = {each.covered_by for each in records.values() if each.covered_by}
        indexes = self._records(repository, sorted(covering))
        unknown: list[ListedImage] = []
        for image in images:
            record = records.get(image.digest)
            if record is None:
                unknown.append(image)
                continue
            index = indexes.get(record.covered_by or "")
            why = difference(image, record, scene, index=index)
            if why is not None:
                yield Wanted(digest=image.digest, why=why)
        yield from self._unrecorded(repository, unknown, scene)

    def _unrecorded(
        self, repository: str, images: Sequence[ListedImage], scene: Scene
    ) -> Iterator[Wanted]:
        """Tell images from signatures.

        What is archived and cannot be read cannot be pulled either: no look says more.
        """
        read = self._classified(repository, [each.digest for each in images])
        signatures: dict[str, list[ListedImage]] = {}
        for image in images:
            match read.get(image.digest):
                case SignatureManifest(subject_digest=subject):
                    signatures.setdefault(subject, []).append(image)
                case SignatureIndex(entries=entries):
                    if not self._all_signatures(repository, entries, scene):
                        yield Wanted(digest=image.digest, why=Difference.UNKNOWN)
                case OtherArtifact():
                    pass
                case None if image.status is ImageStatus.ARCHIVED:
                    pass
                case Image() | None:
                    yield Wanted(digest=image.digest, why=Difference.UNKNOWN)
        yield from self._late(repository, signatures)

    def _late(
        self, repository: str, signatures: Mapping[str, Sequence[ListedImage]]
    ) -> Iterator[Wanted]:
        """Yield the signatures that nobody saw, of subjects that want one."""
        subjects = self._records(repository, tuple(signatures))
        for subject, found in signatures.items():
            record = subjects.get(subject)
            for signature in found:
                if is_late(signature, record, self.now):
                    yield Wanted(digest=signature.digest, why=Difference.SIGNATURE_LATE)

    def _all_signatures(
        self, repository: str, entries: Sequence[str], scene: Scene
    ) -> bool:
        """Return whether every entry of an index is a signature by its content.

        One that is no more cannot be pulled through the index.
        """
        there = [each for each in entries if each in scene.statuses]
        for start in range(0, len(there), BATCH):
            digests = there[start : start + BATCH]
            read = self._classified(repository, digests)
            if not all(
                isinstance(read.get(each), SignatureManifest) for each in digests
            ):
                return False
        return True

    def _classified(
        self, repository: str, digests: Sequence[str]
    ) -> Mapping[str, Artifact]:
        """Return what can be read of ``digests``; the rest is for a look to judge."""
        if not digests:
            return {}
        found: dict[str, Artifact] = {}
        for digest, manifest in self.inventory.manifests(repository, digests).items():
            try:
                found[digest] = classify(manifest.content, manifest.media_type)
            except Exception:  # noqa: BLE001, S112 - whatever it is, a look remembers it
                continue
        return found

    def _records(self, repository: str, digests: Sequence[str]) -> Mapping[str, Record]:
        keys = [SubjectKey(repository=repository, digest=each) for each in digests]
        found: dict[str, Record] = {}
        for start in range(0, len(keys), BATCH):
            records = self.ledger.records(keys[start : start + BATCH])
            found |= {key.digest: record for key, record in records.items()}
        return found
