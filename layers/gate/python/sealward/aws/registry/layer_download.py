"""Layers over HTTP: one GET of the address that GetDownloadUrlForLayer gave.

The address is pre-signed: no header of ours goes with it, redirects are not followed,
no proxy is read from the environment, and only so many bytes and seconds are spent on
it.
"""

import time
from collections.abc import Callable
from typing import Final
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import HTTPError

from sealward.ports.failures import Denied, NotFound, Unavailable

Fetch = Callable[[str, int], bytes]
"""Address and the most bytes to read, to the body; raises port errors only."""

DEADLINE: Final = 10.0
"""Seconds for one layer, body included: one byte a second must not hold a look."""
_CHUNK: Final = 64 * 1024
_TIMEOUT: Final = urllib3.Timeout(connect=1.0, read=3.0)


class LayerDownload:
    """Fetches pre-signed addresses: ``https``, or the API endpoint's own origin.

    Args:
        endpoint: the ECR client's ``meta.endpoint_url``. Where that is no ``https``
            address (a local AWS), its origin is allowed as well.
        monotonic: seconds of a clock that never goes back.
        deadline: seconds for one fetch.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        deadline: float = DEADLINE,
    ) -> None:
        self._origin = _origin(urlsplit(endpoint))
        self._monotonic = monotonic
        self._deadline = deadline
        self._pool = urllib3.PoolManager(num_pools=4, maxsize=8, retries=False)
        self._through: dict[str, urllib3.ProxyManager] = {}

    def __call__(self, url: str, limit: int) -> bytes:
        """Return the body of ``url`` as sent, at most ``limit`` bytes.

        Raises:
            NotFound: it does not exist or is larger than ``limit``.
            Denied: the store refuses the address (403).
            Unavailable: no such scheme or host, a redirect, 5xx, too slow, unreachable.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" and _origin(parts) != self._origin:
            raise Unavailable(
                f"layer address of {parts.scheme}://{parts.netloc} refused"
            )
        place = f"{parts.scheme}://{parts.netloc}"  # never the query: it is the secret
        end = self._monotonic() + self._deadline
        try:
            answer = self._pool_for(parts).request(
                "GET",
                url,
                headers={"Accept-Encoding": "identity"},
                preload_content=False,
                decode_content=False,
                redirect=False,
                timeout=_TIMEOUT,
            )
        except HTTPError as error:
            raise Unavailable(f"layer from {place}: {type(error).__name__}") from error
        try:
            _check_status(answer.status, place)
            return self._body(answer, limit=limit, end=end, place=place)
        except (HTTPError, OSError) as error:
            raise Unavailable(f"layer from {place}: {type(error).__name__}") from error
        finally:
            answer.close()

    def _pool_for(self, parts: SplitResult) -> urllib3.PoolManager:
        """Return what asks the store: through the proxy of the environment, if any.

        ``HTTPS_PROXY`` and ``NO_PROXY`` as botocore takes them for AWS's own API.
        """
        proxy = getproxies().get("https", "") if parts.scheme == "https" else ""
        if not proxy or proxy_bypass(parts.netloc):
            return self._pool
        if proxy not in self._through:
            auth = urllib3.util.parse_url(proxy).auth
            self._through[proxy] = urllib3.ProxyManager(
                proxy,
                proxy_headers=urllib3.make_headers(proxy_basic_auth=auth),
                num_pools=4,
                maxsize=8,
                retries=False,
            )
        return self._through[proxy]

    def _body(
        self, answer: urllib3.BaseHTTPResponse, *, limit: int, end: float, place: str
    ) -> bytes:
        body = bytearray()
        while True:
            # read1 returns what has arrived, so that the deadline is seen in between.
            part = answer.read1(min(_CHUNK, limit + 1 - len(body)))
            if not part:
                return bytes(body)
            body += part
            if len(body) > limit:
                raise NotFound(f"layer from {place} is larger than {limit} bytes")
            if self._monotonic() > end:
                raise Unavailable(f"layer from {place}: over {self._deadline:g} s")


def _check_status(status: int, place: str) -> None:
    match status:
        case 200:
            return
        case 403:
            raise Denied(f"layer from {place}: 403, see the endpoint and key policies")
        case 404 | 410:
            raise NotFound(f"layer from {place}: {status}")
        case _:
            raise Unavailable(f"layer from {place}: unexpected status {status}")


def _origin(parts: SplitResult) -> tuple[str, str]:
    return parts.scheme, parts.netloc.lower()
