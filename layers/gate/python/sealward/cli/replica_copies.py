"""What a source's registry knows of an image's copies, its signatures' and children's.

Asked with the user's own credentials; how much is bounded.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from sealward.aws.registry.ecr import EcrRegistry
from sealward.ports.registry import ImageDetail, ImageStatus
from sealward.ports.replication import Copy, ReplicationSource
from sealward.signatures.candidates import REFERRERS_LIMIT
from sealward.subjects import NOTARY_SIGNATURE
from sealward.subjects.indexes import is_index, listed

MOST: Final = 50
"""Signatures asked about, and as many images that an index lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """How far the copying of an image, and of all that belongs to it, is."""

    image: Copy
    signatures: tuple[Copy, ...]
    children: tuple[Copy, ...]
    """Of what it lists, where it is an index that can be read."""

    def __iter__(self) -> Iterator[Copy]:
        """Return all of them, the image's own first."""
        return iter((self.image, *self.signatures, *self.children))


def copies_of(
    detail: ImageDetail,
    repository: str,
    place: str,
    *,
    registry: EcrRegistry,
    source: ReplicationSource,
) -> Copies:
    """Return how far the copying to ``place`` (``account/region``) is.

    Raises:
        NotFound, Denied, Unavailable: as named in ``sealward.ports.failures``.
    """

    def copied(digests: Iterable[str]) -> tuple[Copy, ...]:
        return tuple(source.copy_of(repository, each, place) for each in digests)

    (image,) = copied((detail.digest,))
    found = registry.referrers(repository, detail.digest, limit=REFERRERS_LIMIT)
    signatures = [each for each in found if each.artifact_type == NOTARY_SIGNATURE]
    children: list[str] = []
    active = detail.status is ImageStatus.ACTIVE
    if active and is_index(detail.media_type):
        there = registry.manifests(repository, (detail.digest,))
        children = [
            child.digest
            for manifest in there.values()
            for child in listed(manifest.content, manifest.media_type)
        ]
    return Copies(
        image=replace(image, archived=not active),
        signatures=tuple(
            replace(copy, archived=each.status is not ImageStatus.ACTIVE)
            for each, copy in zip(
                signatures,
                copied(each.digest for each in signatures[:MOST]),
                strict=False,
            )
        ),
        children=copied(children[:MOST]),
    )
