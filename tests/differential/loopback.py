"""Asking the run's revocation services, for our side; no redirects."""

import http.client
from urllib.parse import urlsplit

from notation_verifier import FetchError

_PATIENCE_S = 30.0
_MOST_BYTES = 4 * 1024 * 1024
_connections: dict[str, http.client.HTTPConnection] = {}


class Loopback:
    """A ``Fetch`` that reaches the services of one run, and nothing else."""

    def __init__(self, base: str) -> None:
        """Reach the ports in ``base``: see :class:`Services`."""
        host, _, refused = base.removeprefix("http://").partition(",")
        self._places = {host, f"{host.partition(':')[0]}:{refused}"}

    def __call__(self, url: str, *, body: bytes | None = None) -> bytes:
        """Return the answer.

        Raises:
            FetchError: another place, no connection, or a status other than 200.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.netloc not in self._places:
            raise FetchError(f"{url[:120]} is not served here")
        connection = _connections.get(parts.netloc)
        if connection is None:
            connection = http.client.HTTPConnection(parts.netloc, timeout=_PATIENCE_S)
            _connections[parts.netloc] = connection
        try:
            connection.request("GET" if body is None else "POST", parts.path, body)
            answer = connection.getresponse()
            content = answer.read(_MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise FetchError(f"no answer: {error}") from None
        if answer.status != http.HTTPStatus.OK:
            raise FetchError(f"status {answer.status}")
        return content
