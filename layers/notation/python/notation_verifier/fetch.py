"""The verifier's one way out: asking for a revocation answer it was not given."""

from typing import Protocol


class FetchError(Exception):
    """An answer could not be had; says nothing about the certificate."""


class Fetch(Protocol):
    """(R6) Asks an address for bytes, within the bounds its maker set.

    The verifier calls it only for a chain that is anchored in a trust store.
    """

    def __call__(self, url: str, *, body: bytes | None = None) -> bytes:
        """Return the answer to a GET, or to a POST of ``body``.

        Raises:
            FetchError: no usable answer within the maker's bounds.
        """
        ...
