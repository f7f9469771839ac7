"""The model's signatures: what is known of them, and which image a message leads to.

Imports the standard library and facts only, as ``tests.model`` does, which asks it.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from tests.facts import ACTIVATING, ACTIVE, Delivery, Signature, Standing


@dataclass(slots=True, kw_only=True)
class Signatures:
    """All that were ever made."""

    known: dict[str, Signature] = field(default_factory=dict)
    """By digest."""
    indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Indexes of nothing but signatures, all of one image."""
    _unread: set[tuple[str, str]] = field(default_factory=set)
    """Those that were met while nobody could tell what they are."""

    def first_of(self, message: Delivery) -> str:
        """Return what a message stands for: of an index, its first signature."""
        digest = message.digest
        if digest in self.indexes and digest in message.before:
            return self.indexes[digest][0]
        return digest

    def leads_to(
        self,
        message: Delivery,
        met: Container[tuple[str, str]],
        *,
        archived_readable: bool,
    ) -> str | None:
        """Return the image that a message about a signature leads to, if any.

        Args:
            message: that names it.
            met: the images that were looked at before.
            archived_readable: whether the registry gives manifests of the archive.
        """
        signature = self.known.get(message.digest)
        here = message.before.get(message.digest)
        if signature is None or here is None:
            return None  # a deleted signature says nothing about what it signed
        key = (message.repository, message.digest)
        if here.status != ACTIVE and not archived_readable:
            # Its subject gets a message of its own.
            if here.status == ACTIVATING:
                self._unread.add(key)
            else:
                self._unread.discard(key)
            return None
        if key in self._unread:
            self._unread.discard(key)
            return None
        image = signature.image
        there = image in message.before or (message.repository, image) in met
        return image if there else None

    def of(self, image: str, standing: Mapping[str, Standing]) -> dict[str, Signature]:
        """Return the signatures of ``image`` that the registry has, by digest."""
        return {
            name: signature
            for name, signature in self.known.items()
            if signature.image == image and name in standing
        }
