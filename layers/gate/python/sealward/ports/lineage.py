"""Lineage: what is remembered of which index lists which image. Ports.

ECR has no call that leads from an image to the indexes that list it, so every index
that is seen is remembered with its children, by digest: what an index lists never
changes. It is a memory of where to look; what counts is read again from the registry.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from notation_verifier.values import dataclass
from sealward.subjects import SubjectKey

CHILDREN_LIMIT: Final = 1_000
"""Children of one index that are remembered: its first ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedIndex:
    """An index that the registry's listing of a repository names."""

    digest: str
    pushed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexListing:
    """The active indexes of a repository."""

    indexes: tuple[ListedIndex, ...]
    pages: int
    """Calls it took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingNote:
    """That a repository was listed: what was pushed in between is remembered."""

    since: datetime
    at: datetime
    pages: int


class Lineage(Protocol):
    """The ledger's memory of indexes and their children."""

    def parents(
        self, key: SubjectKey, *, limit: int, consistent: bool = True
    ) -> Sequence[str]:
        """Return the digests of up to ``limit`` indexes that list ``key``.

        Those that were trusted when they were last remembered come first. What was
        remembered within the last second may be missing where ``consistent`` is false:
        half the price.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        ...

    def children(self, index: SubjectKey) -> Sequence[str]:
        """Return the digests remembered as listed by ``index``, in its order.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def record_children(
        self, index: SubjectKey, children: Sequence[str], *, trusted: bool
    ) -> None:
        """Remember that ``index`` lists ``children``: at most ``CHILDREN_LIMIT``.

        Repeating it changes nothing. It may end half done: repeat it then.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def listing_note(self, repository: str) -> ListingNote | None:
        """Return when ``repository`` was last listed, or None.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def note_listing(self, repository: str, note: ListingNote) -> None:
        """Remember that ``repository`` was listed; the last one counts.

        Raises:
            Unavailable, Denied: as named.
        """
        ...
