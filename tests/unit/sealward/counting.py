"""A stand that counts calls, and floods of referrers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from notation_verifier import Descriptor
from sealward.ledger.managed_signing import ManagedSigning
from sealward.ports.lineage import IndexListing
from sealward.ports.registry import (
    ImageDetail,
    ImageStatus,
    Manifest,
    Referrer,
    Registry,
)
from sealward.signatures.candidates import (
    CANDIDATES_LIMIT,
)
from sealward.subjects import NOTARY_SIGNATURE
from sealward.subjects.manifests import MANIFEST_LIMIT
from tests.unit.sealward.stand import (
    IMAGE_MANIFEST,
    Stand,
    bundle,
)

MINUTE = timedelta(minutes=1)
CONFIG_READ = 2
"""Calls for the config of an image that is held: it becomes evidence."""
CREATED = "org.opencontainers.image.created"
THUMBPRINTS = "io.cncf.notary.x509chain.thumbprint#S256"
FUTURE = {CREATED: "2999-01-01T00:00:00Z"}
LISTED = Referrer(
    digest="",
    media_type=IMAGE_MANIFEST,
    artifact_type=NOTARY_SIGNATURE,
    size=1_000,
    status=ImageStatus.ACTIVE,
)


class CallingRegistry:
    """Counts the calls that AWS would get; may list more, or take its time."""

    def __init__(self, registry: Registry) -> None:
        self.account, self.region = registry.account, registry.region
        self.calls: Counter[str] = Counter()
        self.more: tuple[Referrer, ...] = ()
        self.on_blob: Any = lambda: None
        self._registry = registry

    def describe(self, repository: str, digest: str) -> ImageDetail:
        self.calls["describe"] += 1
        return self._registry.describe(repository, digest)

    def manifests(
        self,
        repository: str,
        digests: Sequence[str],
        *,
        largest: int = MANIFEST_LIMIT,
    ) -> Mapping[str, Manifest]:
        self.calls["manifests"] += 1
        return self._registry.manifests(repository, digests, largest=largest)

    def referrers(
        self, repository: str, digest: str, *, limit: int
    ) -> Sequence[Referrer]:
        found = self._registry.referrers(repository, digest, limit=limit)
        listed = (*self.more, *found)[:limit]
        self.calls["referrers"] += -(-max(len(listed), 1) // 50)
        return listed

    def signings(self, repository: str, digest: str) -> Sequence[ManagedSigning]:
        self.calls["signings"] += 1
        return self._registry.signings(repository, digest)

    def indexes(self, repository: str) -> IndexListing:
        self.calls["indexes"] += 1
        return self._registry.indexes(repository)

    def blob(self, repository: str, digest: str, *, limit: int) -> bytes:
        self.calls["blob"] += 2  # its address, then its bytes
        self.on_blob()
        return self._registry.blob(repository, digest, limit=limit)

    def archive(self, repository: str, digest: str) -> None:
        self.calls["archive"] += 1
        self._registry.archive(repository, digest)

    def delete(self, repository: str, digest: str) -> None:
        self.calls["delete"] += 1
        self._registry.delete(repository, digest)

    def restore(self, repository: str, digest: str) -> None:
        self.calls["restore"] += 1
        self._registry.restore(repository, digest)


class Counting(Stand):
    """A stand that gives no grace and counts the registry's calls."""

    registry: CallingRegistry

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            current=bundle(grace="0s", **settings), registry=self._counting
        )

    def _counting(self, registry: Registry) -> Registry:
        self.registry = CallingRegistry(registry)
        return self.registry

    def calls_of_a_look(self, target: Descriptor) -> Counter[str]:
        """Look a minute later; return the calls that took."""
        self.clock.advance(MINUTE)
        self.registry.calls.clear()
        self.look(target)
        return +self.registry.calls

    def report(self, image: Descriptor) -> Mapping[str, Any]:
        """Return the newest report of the history."""
        return self.ledger.history(self.record(image).key)[-1].report


def flood(stand: Stand, image: Descriptor, number: int = CANDIDATES_LIMIT + 1) -> None:
    for each in range(number):
        stand.attach(image, b"junk %d" % each, annotations=FUTURE)


def invented(number: int, **fields: Any) -> tuple[Referrer, ...]:
    """Return referrers that only the listing knows of."""
    return tuple(
        replace(LISTED, digest=f"sha256:{each:064x}", **fields)
        for each in range(number)
    )
