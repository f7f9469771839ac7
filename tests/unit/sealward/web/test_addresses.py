"""Which addresses are connected to; checked against Python's own tables as well."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealward.web.addresses import refusal, without_translations

PUBLIC = ("93.184.216.34", "1.1.1.1", "2606:2800:220:1::1", "2a00:1450::1")
OWN = (
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "127.0.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "240.0.0.1",
    "::1",
    "fd12::1",
    "fec0::1",
    "::ffff:10.0.0.1",
    "::ffff:93.184.216.34",
    "64:ff9b::5db8:d822",
    "64:ff9b:1::93.184.216.34",
    "2002:5db8:d822::1",
    "2001::1",
    "2001:db8::1",
)
NEVER = (
    "0.0.0.0",
    "169.254.0.1",
    "169.254.169.253",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "fd00:ec2::23",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "::169.254.169.254",
    "::ffff:0:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::169.254.169.254",
    "2002:a9fe:a9fe::1",
    "not an address",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_asked(address: str) -> None:
    assert refusal(address, named=False) == ""


@pytest.mark.parametrize("address", OWN)
def test_other_addresses_only_where_the_policy_names_them(address: str) -> None:
    assert "revocation.hosts" in refusal(address, named=False)
    assert refusal(address, named=True) == ""


@pytest.mark.parametrize("address", NEVER)
def test_some_are_never_asked(address: str) -> None:
    assert refusal(address, named=False)
    assert refusal(address, named=True)


def test_what_dns64_adds_to_a_name_is_left_out() -> None:
    added = "64:ff9b::5db8:d822"
    assert without_translations(["93.184.216.34", added]) == ["93.184.216.34"]
    assert without_translations([added]) == [added]
    own = ["10.0.0.1", added, "fe80::1%eth0", "::1"]
    assert without_translations(own) == own


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_what_python_calls_private_is_never_public(address: IPv4Address) -> None:
    if not address.is_global or address.is_multicast:
        assert refusal(str(address), named=False)


@given(
    st.integers(0, 2**128 - 1).map(IPv6Address)
    | st.integers(0, 2**32 - 1).map(lambda low: IPv6Address((0x64FF9B << 96) | low))
    | st.integers(0, 2**32 - 1).map(lambda low: IPv6Address((0xFFFF << 32) | low))
)
def test_of_ipv6_only_global_unicast_is_public(address: IPv6Address) -> None:
    special = not address.is_global or address.ipv4_mapped or address.sixtofour
    if special or ip_address(address).is_multicast:
        assert refusal(str(address), named=False)
