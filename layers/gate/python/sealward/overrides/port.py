"""The port: the ledger's memory of overrides. Nothing in it expires."""

from typing import Protocol

from sealward.overrides.pauses import Pauses
from sealward.overrides.used import Used
from sealward.subjects import SubjectKey


class Overrides(Protocol):
    """The ledger's memory of overrides."""

    def pauses(self) -> Pauses:
        """Return the pauses. Consistent.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        ...

    def keep_pauses(self, pauses: Pauses) -> None:
        """Write ``pauses`` in place of the version before its own.

        Raises:
            Conflict: another one was written in between.
            Unavailable, Denied: as named.
        """
        ...

    def use(self, used: Used) -> None:
        """Remember that a request was taken.

        Raises:
            Conflict: it was taken before.
            Unavailable, Denied: as named.
        """
        ...

    def used(self, nonce: str) -> Used | None:
        """Return the request that was taken under ``nonce``, or None."""
        ...

    def use_release(self, key: SubjectKey, nonce: str, *, limit: int) -> int:
        """Count a release of ``key`` to be signed; return which one it is, from 1.

        Raises:
            Refused: ``limit`` were given before.
            Unavailable, Denied: as named.
        """
        ...
