"""One HTTP exchange over one connection, every byte of it under the deadline.

The response is parsed by ``http.client``, over a file that looks at the deadline before
each read: a server that sends a byte a second, in its headers too, gains nothing.
"""

import http.client
import io
import socket
from collections.abc import Callable
from typing import Any, Final

from notation_verifier import FetchError
from sealward.web.deadline import Deadline
from sealward.web.urls import Url

LIMIT: Final = 32 * 1024 * 1024
"""Bytes of a CRL: the reference's limit."""
OCSP_LIMIT: Final = 64 * 1024
"""Bytes of an OCSP response; the verifier reads 20,480 of them."""
OCSP_RESPONSE: Final = "application/ocsp-response"
CONNECT_SECONDS: Final = 3.0
"""For one address; the next is tried then."""
_CHUNK: Final = 64 * 1024

Connect = Callable[[str, int, float], socket.socket]
"""IP address, port and seconds to a connected socket; raises OSError."""


def connect(address: str, port: int, seconds: float) -> socket.socket:
    """Return a connection to a numeric address: nothing is resolved here.

    Raises:
        OSError: nobody there, or not in time.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((address, port))
    except OSError:
        connection.close()
        raise
    return connection


def exchange(
    connection: socket.socket,
    url: Url,
    body: bytes | None,
    *,
    deadline: Deadline,
    target: str | None = None,
) -> bytes:
    """Return the body of the answer to a GET, or to a POST of ``body``.

    Args:
        connection: to a checked address.
        url: what is asked.
        body: an OCSP request.
        deadline: when the last byte must be there.
        target: the request target, where it is not the URL's own (a proxy's).

    Raises:
        FetchError: no answer, another status than 200, a redirect, too large, too late.
    """
    what = f"{url.host}:{url.port}"
    try:
        connection.settimeout(deadline.left(what))
        connection.sendall(_request(url, body, target or url.target))
        # Looks like a socket to http.client, which only asks it for a file.
        wire: Any = _Wire(connection, deadline, what)
        method = "GET" if body is None else "POST"
        answer = http.client.HTTPResponse(wire, method=method)
        answer.begin()
        _check_status(answer, what)
        is_ocsp = body is not None or (
            (answer.getheader("Content-Type") or "").lower().startswith(OCSP_RESPONSE)
        )
        return _read(answer, OCSP_LIMIT if is_ocsp else LIMIT, what)
    except TimeoutError:
        deadline.left(what)  # says it better, where the deadline is over
        raise FetchError(f"{what}: no answer in time") from None
    except (http.client.HTTPException, OSError, ValueError) as error:
        said = str(error)[:100]  # may be the server's own bytes
        raise FetchError(f"{what}: {type(error).__name__}: {said!a}") from None


def _request(url: Url, body: bytes | None, target: str) -> bytes:
    lines = [
        f"{'GET' if body is None else 'POST'} {target} HTTP/1.1",
        f"Host: {url.host_header}",
        "User-Agent: sealward",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if body is not None:
        lines += [
            "Content-Type: application/ocsp-request",
            f"Content-Length: {len(body)}",
        ]
    return "\r\n".join((*lines, "", "")).encode("ascii") + (body or b"")


def _check_status(answer: http.client.HTTPResponse, what: str) -> None:
    match answer.status:
        case 200:
            pass
        case status if 300 <= status < 400:  # noqa: PLR2004 - RFC 9110 section 15.4
            place = (answer.getheader("Location") or "")[:120]
            raise FetchError(
                f"{what}: {status} to {place!a}; redirects are not followed"
            )
        case status:
            raise FetchError(f"{what}: status {status}")
    if (answer.getheader("Content-Encoding") or "identity").lower() != "identity":
        raise FetchError(f"{what}: an encoded body, which nobody asked for")


def _read(answer: http.client.HTTPResponse, limit: int, what: str) -> bytes:
    # What the server says of its length is checked before memory is spent on it.
    if answer.length is not None and answer.length > limit:
        raise FetchError(f"{what}: {answer.length} bytes; at most {limit} are read")
    body = bytearray()
    while part := answer.read(min(_CHUNK, limit + 1 - len(body))):
        body += part
        if len(body) > limit:
            raise FetchError(f"{what}: more than {limit} bytes")
    if answer.length:  # http.client ends such a body without a word
        raise FetchError(f"{what}: the answer ends {answer.length} bytes early")
    return bytes(body)


class _Wire(io.RawIOBase):
    """The receiving side of a connection; each read waits no longer than is left."""

    def __init__(
        self, connection: socket.socket, deadline: Deadline, what: str
    ) -> None:
        self._connection = connection
        self._deadline = deadline
        self._what = what

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self, _CHUNK)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - a writable buffer
        self._connection.settimeout(self._deadline.left(self._what))
        read = self._connection.recv_into(buffer)
        self._deadline.spend(read, self._what)
        return read
