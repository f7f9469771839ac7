"""Addresses: which are connected to, and which only if a policy names them. Pure.

An anchored chain says which URLs are asked, and its name server where they lead:
neither may turn the gate against the network it runs in (RFC 6890, AWS's own services).
"""

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

Address = IPv4Address | IPv6Address
_Networks = tuple[IPv4Network | IPv6Network, ...]


def _networks(*texts: str) -> _Networks:
    return tuple(ip_network(text) for text in texts)


_NEVER: Final = _networks(
    "0.0.0.0/32",
    "169.254.0.0/16",  # instance and task metadata, credentials, AWS's name server
    "224.0.0.0/4",
    "255.255.255.255/32",
    "::/128",
    "fd00:ec2::/32",  # the same over IPv6
    "fe80::/10",
    "ff00::/8",
)
"""Metadata, link-local, multicast, nobody: not even where a policy names them."""
_NOT_PUBLIC: Final = _networks(
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
)
_PUBLIC_6: Final = ip_network("2000::/3")
"""All that is handed out of IPv6; everything else is special."""
_NOT_PUBLIC_6: Final = _networks(
    "2001::/23",  # Teredo among others
    "2001:db8::/32",
    "2002::/16",  # 6to4
    "3fff::/20",
)
_EMBEDDING: Final = _networks(
    "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "::/96"
)
"""An IPv4 address in the last 32 bits: mapped, translated, NAT64, compatible."""
_SIX_TO_FOUR: Final = ip_network("2002::/16")


def refusal(address: str, *, named: bool) -> str:
    """Return why ``address`` is not connected to; empty where it may be.

    Args:
        address: an IP address in text, as a resolver returns it.
        named: whether the policy names the host and port that led here.
    """
    try:
        found = ip_address(address)
    except ValueError:  # a zone, as in fe80::1%eth0
        return f"{address!a} is no address to connect to"
    forms = (found, *_embedded(found))
    if any(_within(form, _NEVER) for form in forms):
        return f"{found} is link-local, metadata or nobody's; never asked"
    if named or _public(found):
        return ""
    return (
        f"{found} is not a public address; name the host and port in the policy's "
        "revocation.hosts if it is yours"
    )


def without_translations(addresses: Sequence[str]) -> Sequence[str]:
    """Return ``addresses`` less those that stand for another one of them.

    DNS64 adds to a name's IPv4 addresses their NAT64 forms: the same places again.
    """
    plain = set(addresses)
    return [
        each
        for each in addresses
        if not (":" in each and plain.intersection(_translated(each)))
    ]


def _translated(address: str) -> tuple[str, ...]:
    try:
        return tuple(str(form) for form in _embedded(ip_address(address)))
    except ValueError:
        return ()


def _public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not _within(address, _NOT_PUBLIC)
    return address in _PUBLIC_6 and not _within(address, _NOT_PUBLIC_6)


def _within(address: Address, networks: _Networks) -> bool:
    return any(address in network for network in networks)


def _embedded(address: Address) -> tuple[IPv4Address, ...]:
    """Return the IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv4Address):
        return ()
    if _within(address, _EMBEDDING):
        return (IPv4Address(address.packed[-4:]),)
    if address in _SIX_TO_FOUR:
        return (IPv4Address(address.packed[2:6]),)
    return ()
