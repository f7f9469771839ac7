"""The ledger's memory of repositories over their share."""

from collections.abc import Sequence
from typing import Protocol

from sealward.ledger.floods import Flood


class FloodLedger(Protocol):
    """One note for each repository that ever was over its share."""

    def flood(self, repository: str) -> Flood | None:
        """Return the note of ``repository``, or None. Consistent.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def floods(self) -> Sequence[Flood]:
        """Return all notes.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def keep_flood(self, flood: Flood) -> None:
        """Write ``flood`` in place of what was noted of its repository.

        Raises:
            Unavailable, Denied: as named.
        """
        ...
