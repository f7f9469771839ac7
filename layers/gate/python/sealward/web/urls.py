"""URLs of revocation sources: read strictly, or not at all. Pure.

Nothing two readers could read two ways: no user information, no fragment, no escapes in
a host, no number that a C library would take for an address.
"""

import ipaddress
import re
from typing import Final

from notation_verifier.values import dataclass
from sealward.policy.revocation import HostPort

HTTP_PORT: Final = 80
MAX_URL_CHARACTERS: Final = 4_096
"""An OCSP request in a URL adds about 300 to the 1,024 a certificate may write."""

_URL: Final = re.compile(
    r"http://(?P<host>[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<target>(?:/[a-z0-9._~%!$&'()*+,;=:@/-]*)?"
    r"(?:\?[a-z0-9._~%!$&'()*+,;=:@/?-]*)?)",
    re.IGNORECASE | re.ASCII,
)
_HOST_CHARACTERS: Final = 253
_MOST_PORT: Final = 65_535
_NUMBER_LIKE: Final = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z")


class RefusedUrl(ValueError):  # noqa: N818 - named by what happens to it
    """A URL that is not asked; ``str()`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """A plain ``http`` URL."""

    host: str
    """Lower case, without brackets: a name or an IP address."""
    port: int
    target: str
    """Path and query as written; at least ``/``."""

    @property
    def source(self) -> HostPort:
        """Whom it asks."""
        return HostPort(host=self.host, port=self.port)

    @property
    def is_address(self) -> bool:
        """Whether the host is an IP address, which nobody has to resolve."""
        return ":" in self.host or self.host.replace(".", "").isdigit()

    @property
    def host_header(self) -> str:
        """RFC 9110 section 7.2: the name as asked, whatever address it leads to."""
        return str(self.source).removesuffix(f":{HTTP_PORT}")


def parse_url(text: str) -> Url:
    """Return the URL that ``text`` writes.

    Raises:
        RefusedUrl: it is not asked: another scheme, or not of plain spelling.
    """
    if len(text) > MAX_URL_CHARACTERS:
        raise RefusedUrl(f"a URL of {len(text)} characters")
    found = _URL.fullmatch(text)
    if found is None:
        raise RefusedUrl("not an http:// URL of plain spelling")
    host = found["host"].lower()
    port = int(found["port"] or HTTP_PORT)
    if not 1 <= port <= _MOST_PORT:
        raise RefusedUrl(f"port {port}")
    target = found["target"]
    return Url(
        host=_checked_host(host),
        port=port,
        target=target if target.startswith("/") else f"/{target}",
    )


def _checked_host(host: str) -> str:
    """Return a host's one spelling.

    Raises:
        RefusedUrl: it is neither a name nor an address everybody reads alike.
    """
    bracketed = host.startswith("[")
    bare = host[1:-1] if bracketed else host
    if bracketed or _NUMBER_LIKE.search(bare.rpartition(".")[2]):
        try:
            address = ipaddress.ip_address(bare)
        except ValueError:
            raise RefusedUrl(f"{bare!a} is no IP address") from None
        if bracketed != (address.version == 6):  # noqa: PLR2004 - IPv6
            raise RefusedUrl(f"{host!a} is no IP address as URLs write it")
        return str(address)
    if len(bare) > _HOST_CHARACTERS or ".." in bare:
        raise RefusedUrl("not a host name")
    return bare
