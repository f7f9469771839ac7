"""Revocation: who is asked, and the memory of what was answered."""

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Protocol

from notation_verifier import Fetch
from sealward.policy.revocation import HostPort

if TYPE_CHECKING:
    from notation_verifier.revocation import RevocationMemory


class RevocationLedger(Protocol):
    """Knowledge of revocation that outlives a function and is shared by all of them."""

    def recall(self) -> "RevocationMemory | None":
        """Return all that is stored, None where nothing is. Consistent.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def learn(self, memory: "RevocationMemory") -> None:
        """Merge ``memory`` into what is stored; never take anything back.

        What others write at the same time stays. Bounded: see
        ``sealward.ledger.revocation_items``.

        Raises:
            Unavailable, Denied: as named; part of it may be stored, and it may be
                learnt again.
        """
        ...


class RevocationSources(Protocol):
    """OCSP responders and CRL servers."""

    def fetch(self, hosts: AbstractSet[HostPort]) -> Fetch:
        """Return one look's way to ask; all that it asks shares one deadline.

        Args:
            hosts: that the policy names: they may have private addresses.
        """
        ...
