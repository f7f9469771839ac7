"""Blobs: files that are signed beside a registry, by digest and size.

Spec: signature-specification, Payload; blob signing.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping

from notation_verifier.values import dataclass

DIGEST_ALGORITHMS = ("sha256", "sha384", "sha512")
"""Which of them a signature binds follows from its algorithm: PS384 binds sha384."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """What a blob's signature binds of it."""

    digests: Mapping[str, str]
    """Lower-case hex by algorithm (``sha384``); the signature's must be among them."""
    size: int
    """Length in bytes."""
    media_type: str | None = None
    """Must be the signed one; None: whatever was signed."""

    @classmethod
    def of(
        cls,
        chunks: Iterable[bytes],
        *,
        algorithms: Collection[str] = DIGEST_ALGORITHMS,
        media_type: str | None = None,
    ) -> "Blob":
        """Return the blob that ``chunks`` make up; no more than one is held at once.

        Args:
            chunks: its bytes, in order.
            algorithms: of ``DIGEST_ALGORITHMS``, those that will be asked for.
            media_type: as in the class.
        """
        hashes = {name: hashlib.new(name) for name in algorithms}
        size = 0
        for chunk in chunks:
            size += len(chunk)
            for each in hashes.values():
                each.update(chunk)
        return cls(
            digests={name: each.hexdigest() for name, each in hashes.items()},
            size=size,
            media_type=media_type,
        )
