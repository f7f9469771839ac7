"""Resolution: a host name to checked addresses, once for each question.

What was checked is what is connected to: whoever answers for the name cannot give
another address in between (DNS rebinding).
"""

import socket
import threading
from collections.abc import Callable, Sequence
from typing import Final

from notation_verifier import FetchError
from sealward.web.addresses import refusal, without_translations
from sealward.web.deadline import Deadline
from sealward.web.urls import Url

Resolve = Callable[[str, int], Sequence[str]]
"""Host and port to IP addresses, in the order to try; may raise OSError, may block."""

MOST_ADDRESSES: Final = 4
"""Addresses of one name that are tried."""
_MOST_WAITING: Final = 8
"""Resolutions that may hang at once: they cannot be ended, only left behind."""


def system_addresses(host: str, port: int) -> Sequence[str]:
    """Return what the system's resolver says.

    Raises:
        OSError: it says nothing.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolver:
    """Resolves names within a deadline, and lets only checked addresses out.

    Args:
        resolve: asks; by default the system's resolver.
    """

    def __init__(self, resolve: Resolve = system_addresses) -> None:
        self._resolve = resolve
        self._free = threading.BoundedSemaphore(_MOST_WAITING)

    def addresses(self, url: Url, *, named: bool, deadline: Deadline) -> Sequence[str]:
        """Return the addresses to try for ``url``; every one may be connected to.

        Args:
            url: whom to ask.
            named: whether the policy names its host and port.
            deadline: when to stop waiting.

        Raises:
            FetchError: none in time, or one of them may not be connected to: a name
                that leads to public and private places at once is not trusted.
        """
        try:
            found = (
                [url.host]
                if url.is_address
                else without_translations(self._within(url, deadline))
            )
        except OSError as error:
            raise FetchError(f"{url.host}: no address: {error}") from None
        if not found:
            raise FetchError(f"{url.host}: no address")
        for address in found:
            why = refusal(address, named=named)
            if why:
                raise FetchError(f"{url.host}:{url.port}: {why}")
        return found[:MOST_ADDRESSES]

    def _within(self, url: Url, deadline: Deadline) -> list[str]:
        """Return what the resolver says, or stop waiting for it.

        Raises:
            OSError: it says nothing.
            FetchError: not in time.
        """
        answer: list[str] = []
        failure: list[OSError] = []

        def ask() -> None:
            try:
                answer.extend(self._resolve(url.host, url.port))
            except OSError as error:
                failure.append(error)
            except UnicodeError:
                failure.append(OSError("not a host name"))
            finally:
                self._free.release()

        if not self._free.acquire(timeout=deadline.left(url.host)):
            raise FetchError(f"{url.host}: the resolver does not answer")
        # getaddrinfo has no timeout of its own.
        asking = threading.Thread(target=ask, name="resolution", daemon=True)
        try:
            asking.start()
        except RuntimeError as error:  # no further thread can be had
            self._free.release()
            raise FetchError(f"{url.host}: not resolved: {error}") from None
        asking.join(deadline.left(url.host))
        if asking.is_alive():
            raise FetchError(f"{url.host}: the resolver does not answer")
        if failure:
            raise failure[0]
        return answer
