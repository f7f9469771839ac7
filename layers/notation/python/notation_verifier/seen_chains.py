"""Seen chains: certificate chains that need not be read and checked a second time.

What is remembered follows from a chain's bytes alone: its certificates, read, and that
they hold together (2). No trust is remembered: anchor, identity, every time and every
revocation are looked at anew, so no change of a trust store, a statement or the time
makes an entry wrong.
"""

from binascii import b2a_base64
from collections import OrderedDict
from threading import Lock

from notation_verifier.certificate import Certificate

MAX_CHAIN_BYTES = 64 * 1024
"""Of a chain that is kept; a chain of four has under 8 KiB."""


class SeenChain(tuple[Certificate, ...]):
    """A chain that is known to hold together; only :class:`SeenChains` makes one."""

    __slots__ = ()


class SeenChains:
    """Chains that signatures of trusted identities came with, by their exact bytes.

    Pass one to every :func:`notation_verifier.verify` of a process, from any thread.
    ``verify`` keeps a chain here once it verified a signature by its leaf (checks 1, 2,
    5 and 6): what anyone else pushes drives out no chain of a trusted identity.
    """

    __slots__ = ("_chains", "_encoded", "_limit", "_lock")

    def __init__(self, limit: int = 256) -> None:
        """Keep at most ``limit`` chains: the ones used last.

        Raises:
            ValueError: ``limit`` is not positive.
        """
        if limit < 1:
            raise ValueError(f"limit is {limit}; keep at least one chain")
        self._chains: OrderedDict[tuple[bytes, ...], SeenChain] = OrderedDict()
        self._encoded: dict[tuple[str, ...], tuple[bytes, ...]] = {}
        self._limit = limit
        self._lock = Lock()

    def __len__(self) -> int:
        """Return how many chains are kept."""
        return len(self._chains)

    def find(self, ders: tuple[bytes, ...]) -> SeenChain | None:
        """Return the chain of exactly these certificates; None if it is not kept."""
        with self._lock:
            chain = self._chains.get(ders)
            if chain is not None:
                self._chains.move_to_end(ders)
            return chain

    def decoded(self, texts: tuple[str, ...]) -> tuple[bytes, ...] | None:
        """Return the chain that is kept and has exactly this base64; None if unseen."""
        return self._encoded.get(texts)

    def keep(self, chain: tuple[Certificate, ...]) -> None:
        """Keep a chain that holds together, instead of the one not used for longest.

        Give it what :func:`notation_verifier.chain.check_chain` passed, nothing else.
        """
        if isinstance(chain, SeenChain):
            return
        ders = tuple([certificate.der for certificate in chain])
        if sum(map(len, ders)) > MAX_CHAIN_BYTES:
            return
        with self._lock:
            self._chains[ders] = SeenChain(chain)
            self._encoded[_encoded(ders)] = ders
            if len(self._chains) > self._limit:
                longest, _ = self._chains.popitem(last=False)
                self._encoded.pop(_encoded(longest), None)


def _encoded(ders: tuple[bytes, ...]) -> tuple[str, ...]:
    """Return the one base64 by which the strict reader takes each certificate."""
    return tuple([b2a_base64(der, newline=False).decode() for der in ders])
