"""The fetch: asks OCSP responders and CRL servers, for one look.

Implements ``notation_verifier.Fetch``. Stateless but for the deadline: nothing is kept
of an answer here, and an error is never one (``sealward.revocation`` keeps answers).
"""

import socket
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from typing import Final

from notation_verifier import Fetch, FetchError
from sealward.policy.revocation import HostPort
from sealward.web.deadline import SECONDS, Deadline
from sealward.web.exchange import CONNECT_SECONDS, Connect, connect, exchange
from sealward.web.resolution import Resolver
from sealward.web.urls import HTTP_PORT, RefusedUrl, Url, parse_url

_SHOWN: Final = 120


class RevocationFetch:
    """Asks a URL, at an address that was checked, within the deadline of its look.

    Args:
        deadline: shared by all that one look asks.
        hosts: that the policy names: they may be private, and at other ports than 80.
        resolver: host names to addresses.
        connect: makes a connection.
        proxy: asked instead of the source itself, and resolves its name; None for none.
    """

    def __init__(
        self,
        *,
        deadline: Deadline,
        hosts: AbstractSet[HostPort] = frozenset(),
        resolver: Resolver,
        connect: Connect = connect,
        proxy: HostPort | None = None,
    ) -> None:
        self._deadline = deadline
        self._hosts = hosts
        self._resolver = resolver
        self._connect = connect
        self._proxy = proxy

    def __call__(self, url: str, *, body: bytes | None = None) -> bytes:
        """Return the answer to a GET, or to a POST of ``body``.

        Raises:
            FetchError: no usable answer, or it is not asked at all.
        """
        try:
            asked = parse_url(url)
        except RefusedUrl as error:
            raise FetchError(f"{url[:_SHOWN]!a}: {error}") from None
        named = asked.source in self._hosts
        if asked.port != HTTP_PORT and not named:
            raise FetchError(
                f"{asked.source}: only port {HTTP_PORT} is asked; name host and port "
                "in the policy's revocation.hosts if it is yours"
            )
        if self._proxy is not None and not named:
            return self._through(self._proxy, asked, body)
        found = self._resolver.addresses(asked, named=named, deadline=self._deadline)
        with closing(self._connected(asked.source, found)) as connection:
            return exchange(connection, asked, body, deadline=self._deadline)

    def _through(self, proxy: HostPort, asked: Url, body: bytes | None) -> bytes:
        """Ask a proxy of the operator's: its name is theirs, and leads anywhere.

        An address in the URL is checked all the same; a name only the proxy resolves.
        """
        if asked.is_address:
            self._resolver.addresses(asked, named=False, deadline=self._deadline)
        place = Url(host=proxy.host, port=proxy.port, target="/")
        found = self._resolver.addresses(place, named=True, deadline=self._deadline)
        with closing(self._connected(proxy, found)) as connection:
            target = f"http://{asked.host_header}{asked.target}"
            return exchange(
                connection, asked, body, deadline=self._deadline, target=target
            )

    def _connected(self, source: HostPort, addresses: Sequence[str]) -> socket.socket:
        """Return a connection to the first of ``addresses`` that answers.

        Raises:
            FetchError: none does.
        """
        failure: OSError | None = None
        for address in addresses:
            seconds = min(CONNECT_SECONDS, self._deadline.left(str(source)))
            try:
                return self._connect(address, source.port, seconds)
            except OSError as error:
                failure = error
        raise FetchError(f"{source}: no connection: {failure}")


class WebSources:
    """Revocation sources on the web (``sealward.ports.revocation.RevocationSources``).

    Args:
        monotonic: seconds of a clock that never goes back.
        seconds: for all that one look asks.
        resolver: host names to addresses.
        proxy: ``host:port`` or ``http://host:port`` of a proxy; empty for none.

    Raises:
        ValueError: ``proxy`` is no such text.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        seconds: float = SECONDS,
        resolver: Resolver | None = None,
        proxy: str = "",
    ) -> None:
        self._monotonic = monotonic
        self._seconds = seconds
        self._resolver = resolver or Resolver()
        self._proxy = (
            HostPort.parse(proxy.removeprefix("http://").rstrip("/")) if proxy else None
        )

    def fetch(self, hosts: AbstractSet[HostPort]) -> Fetch:
        """Return one look's way to ask; all that it asks shares one deadline.

        Args:
            hosts: that the policy names.
        """
        return RevocationFetch(
            deadline=Deadline(self._monotonic, seconds=self._seconds),
            hosts=hosts,
            resolver=self._resolver,
            proxy=self._proxy,
        )
