"""The evidence store: objects that are created once, and never changed or deleted.

On AWS it is an S3 bucket with Object Lock. Keys hold hashes only: nothing that a pusher
wrote becomes part of a name.
"""

from collections.abc import Sequence
from datetime import date
from typing import Protocol


class EvidenceStore(Protocol):
    """Where evidence is kept."""

    def keep(self, key: str, content: bytes) -> None:
        """Create the object ``key``; one that is there is left as it is.

        Raises:
            Denied, Unavailable: as named in ``sealward.ports.failures``.
        """
        ...

    def read(self, key: str, *, limit: int) -> bytes:
        """Return the object's bytes; whether they are what the key says is not checked.

        Raises:
            NotFound: no such object, or it has more than ``limit`` bytes.
            Denied, Unavailable: as named.
        """
        ...

    def keys(self, prefix: str) -> Sequence[str]:
        """Return the keys that begin with ``prefix``, oldest object first.

        Raises:
            Denied, Unavailable: as named.
        """
        ...


class EvidenceQuota(Protocol):
    """How much evidence each repository has had on a day, in bytes."""

    def spent(self, repository: str, day: date) -> int:
        """Return what was taken so far.

        Raises:
            Denied, Unavailable: as named.
        """
        ...

    def take(self, repository: str, day: date, size: int) -> None:
        """Add ``size`` bytes to what was taken. Two at once may count as one.

        Raises:
            Denied, Unavailable: as named.
        """
        ...
