"""What a sweep needs of the world, beside the ports of a look."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from notation_verifier.values import dataclass
from sealward.ledger import Record
from sealward.ports.registry import Contents, ImageStatus
from sealward.subjects import SubjectKey
from sealward.sweep.progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedImage:
    """An image as a repository's listing names it."""

    digest: str
    status: ImageStatus
    tags: tuple[str, ...]
    """Sorted."""
    since: datetime
    """The later of its push and its last restoring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryListing:
    """All images of a repository, of every status."""

    images: tuple[ListedImage, ...]
    complete: bool
    """Whether the listing was read to its end; beyond a bound it is not."""


class Inventory(Contents, Protocol):
    """What one account's ECR holds in one Region."""

    def repositories(self) -> Sequence[str]:
        """Return the names of all repositories, sorted.

        Raises:
            Denied, Unavailable: as named in ``sealward.ports.failures``.
        """
        ...

    def images(self, repository: str) -> RepositoryListing:
        """Return the images of ``repository``, whatever their status.

        Raises:
            NotFound, Denied, Unavailable: as named.
        """
        ...


class SweepLedger(Protocol):
    """The ledger as a sweep reads it, and what it remembers of itself."""

    def records(self, keys: Sequence[SubjectKey]) -> Mapping[SubjectKey, Record]:
        """Return the records of those of ``keys`` that have a readable one.

        Not consistent: a record written this second may be missing.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def under_statement(
        self, statement: str, *, repository: str = "", after: str = "", limit: int
    ) -> Sequence[SubjectKey]:
        """Return up to ``limit`` subjects judged by ``statement``, sorted as text.

        Args:
            statement: a statement's hash, or ``UNGOVERNED``.
            repository: only those of this one; empty for all.
            after: only those whose key, as text, is greater.
            limit: how many.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def signed_by(
        self, identity: str, *, after: str = "", limit: int
    ) -> Sequence[SubjectKey]:
        """Return up to ``limit`` subjects that ``identity`` made trusted, sorted.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def progress(self) -> Progress | None:
        """Return how far the sweep is, or None before the first. Consistent.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        ...

    def keep_progress(self, progress: Progress) -> None:
        """Store ``progress`` in place of the version before its own.

        Raises:
            Conflict: another step stored its own in between.
            Unavailable, Denied: as named.
        """
        ...
