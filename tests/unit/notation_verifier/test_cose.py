"""COSE: every header rule broken once, and CBOR that has one reading only."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import cbor2
import pytest

from notation_verifier import (
    CheckName,
    MalformedEnvelope,
    Reason,
    UnsupportedEnvelope,
    verify,
)
from notation_verifier._cbor import CborError, Epoch, byte_string, cbor_value
from tests import forge

SIGNER = forge.chain(2)
SCHEME = "io.cncf.notary.signingScheme"
TIME = "io.cncf.notary.signingTime"
AUTHENTIC = "io.cncf.notary.authenticSigningTime"
EXPIRY = "io.cncf.notary.expiry"
TIMESTAMP = "io.cncf.notary.timestampSignature"
EXPIRES = datetime(2100, 1, 1, tzinfo=UTC)
AUTHORITY = "notary.x509.signingAuthority"


def case(envelope: bytes) -> dict[str, Any]:
    return forge.case(envelope, SIGNER, media_type=forge.COSE)


def refused(message: str, **changes: Any) -> None:
    envelope = forge.sign(forge.descriptor(), SIGNER, "cose", **changes)
    with pytest.raises(MalformedEnvelope, match=message):
        verify(**case(envelope))


def accepted(**changes: Any) -> None:
    envelope = forge.sign(forge.descriptor(), SIGNER, "cose", **changes)
    assert not verify(**case(envelope)).failures


@pytest.mark.parametrize("alg", [0, -8, -257, 5, 2**63 - 1])
def test_other_algorithms_are_unsupported(alg: int) -> None:
    envelope = forge.sign(forge.descriptor(), SIGNER, "cose", protected={1: alg})
    with pytest.raises(UnsupportedEnvelope, match="algorithm"):
        verify(**case(envelope))


@pytest.mark.parametrize("value", [forge.OMIT, None, "ES384", True, b"", []])
def test_the_algorithm_is_an_integer(value: Any) -> None:
    refused("alg", protected={1: value})


@pytest.mark.parametrize("value", [forge.OMIT, None, 50, b"", []])
def test_the_content_type_is_text(value: Any) -> None:
    refused("content type", protected={3: value})


@pytest.mark.parametrize("value", [forge.OMIT, None, 1, b"notary.x509"])
def test_the_scheme_is_text(value: Any) -> None:
    refused("signingScheme", protected={SCHEME: value})


def test_another_scheme_is_unsupported() -> None:
    envelope = forge.sign(
        forge.descriptor(), SIGNER, "cose", protected={SCHEME: "notary.x510"}
    )
    with pytest.raises(UnsupportedEnvelope, match="scheme"):
        verify(**case(envelope))


@pytest.mark.parametrize(
    "value",
    [
        forge.OMIT,
        None,
        1767225600,
        "2026-01-01T00:00:00Z",
        cbor2.CBORTag(0, "2026-01-01T00:00:00Z"),
        cbor2.CBORTag(1, 1767225600.5),
        cbor2.CBORTag(1, float("nan")),
        cbor2.CBORTag(1, "1767225600"),
        cbor2.CBORTag(1, cbor2.CBORTag(1, 1767225600)),
        cbor2.CBORTag(100, 1767225600),
        cbor2.CBORTag(1, 2**63),
        cbor2.CBORTag(1, -(2**63)),
        cbor2.CBORTag(1, -62135596800),
    ],
    ids=str,
)
def test_times_are_tag_1_around_an_integer(value: Any) -> None:
    refused("COSE|time", protected={TIME: value})


def test_a_time_before_1970_is_a_time() -> None:
    accepted(protected={TIME: cbor2.CBORTag(1, -5)})


def test_each_scheme_has_its_own_time_only() -> None:
    refused("must not be present", protected={AUTHENTIC: cbor2.CBORTag(1, 5)})
    refused(
        "must not be present", scheme=AUTHORITY, protected={TIME: cbor2.CBORTag(1, 5)}
    )
    accepted(scheme=AUTHORITY)


@pytest.mark.parametrize(
    "crit",
    [
        [],
        [SCHEME, SCHEME],
        [SCHEME, "absent"],
        [SCHEME, 4],
        [1],
        [SCHEME, None],
        [True],
    ],
    ids=str,
)
def test_crit_lists_what_it_must(crit: list[Any]) -> None:
    refused("crit", crit=crit)


@pytest.mark.parametrize("crit", [[SCHEME, 1], [SCHEME, 3], [SCHEME, TIME]], ids=str)
def test_crit_may_list_other_labels_that_are_there(crit: list[Any]) -> None:
    accepted(crit=crit)


def test_an_expiry_must_be_critical_and_later_than_the_signing_time() -> None:
    accepted(expiry=EXPIRES)
    refused("crit misses", expiry=EXPIRES, crit=[SCHEME])
    refused("is not after", expiry=forge.SIGNING_TIME)
    refused("expiry", expiry=EXPIRES, protected={EXPIRY: None})


def test_unknown_critical_attributes_fail_and_others_do_not() -> None:
    envelope = forge.sign(
        forge.descriptor(), SIGNER, "cose", critical={"com.example.a": b"\0"}
    )
    (failure,) = verify(**case(envelope)).failures
    assert failure[0].name is CheckName.CRITICAL_ATTRIBUTES
    assert failure[1].reason is Reason.UNKNOWN_CRITICAL_ATTRIBUTE
    accepted(attributes={"com.example.a": {"b": [None, True, b""]}})


@pytest.mark.parametrize("label", [4, 5, 33, -1, 16])
def test_other_integer_labels_are_refused(label: int) -> None:
    refused("label", protected={label: b"a"})
    if label != 33:
        refused("label", header={label: b"a"})


@pytest.mark.parametrize(
    "chain", [forge.OMIT, None, b"der", [], [1], [b"der"], ["text"]], ids=str
)
def test_the_chain_is_an_array_of_certificates(chain: Any) -> None:
    refused("x5chain|certificate", header={33: chain})


def test_the_timestamp_is_bytes() -> None:
    accepted(timestamp=b"any bytes")
    refused("not bytes", header={TIMESTAMP: "text"})
    refused("must be written", header={TIMESTAMP.upper(): b""})


@pytest.mark.parametrize(
    "members",
    [
        {0: None},
        {0: {}},
        {0: b""},
        {0: b"\x80"},
        {1: None},
        {1: []},
        {1: b""},
        {2: None},
        {2: {}},
        {3: None},
        {3: ""},
    ],
    ids=str,
)
def test_the_four_items_have_their_types(members: dict[int, Any]) -> None:
    refused("COSE", members=members)


CHANGED: dict[str, Callable[[bytes], bytes]] = {
    "no tag": lambda data: data[1:],
    "tag 98": lambda data: b"\xd8\x62" + data[1:],
    "tag 18 in two bytes": lambda data: b"\xd8\x12" + data[1:],
    "tag twice": lambda data: b"\xd2" + data,
    "indefinite array": lambda data: b"\xd2\x9f" + data[2:] + b"\xff",
    "five items": lambda data: b"\xd2\x85" + data[2:] + b"\x00",
    "three items": lambda data: b"\xd2\x83" + data[2:],
    "trailing byte": lambda data: data + b"\x00",
    "cut short": lambda data: data[:-1],
    "empty": lambda data: data[:0],
    "only the head": lambda data: data[:2],
}


@pytest.mark.parametrize("change", CHANGED)
def test_the_outer_structure_has_one_spelling(change: str) -> None:
    refused("COSE", tamper=CHANGED[change])


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "18",
        "1c",
        "1f",
        "5f4100ff",
        "7f6161ff",
        "9f01ff",
        "bf0102ff",
        "0000",
        "a2010201 03",
        "a201021801 03",
        "a2616101616102",
        "a1400 1",
        "a1f501",
        "a1c10101",
        "a1800 1",
        "62c328",
        "f90000",
        "fb7ff8000000000000",
        "f7",
        "f814",
        "f0",
        "c001",
        "c24101",
        "d81c01",
        "d9d9f701",
        "1b8000000000000000",
        "3b8000000000000000",
        "c11b8000000000000000",
        "a11b800000000000000000",
        "c1f6",
        "c1c101",
        "5b7fffffffffffffff",
        "9b7fffffffffffffff",
        "bb7fffffffffffffff",
        "9a00001001",
        "81" * 9 + "00",
        "a101" * 9 + "00",
    ],
)
def test_cbor_that_is_not_one_plain_value_is_refused(encoded: str) -> None:
    with pytest.raises(CborError):
        cbor_value(bytes.fromhex(encoded.replace(" ", "")))


@pytest.mark.parametrize(
    ("encoded", "value"),
    [
        ("00", 0),
        ("1800", 0),
        ("1b7fffffffffffffff", 2**63 - 1),
        ("3b7fffffffffffffff", -(2**63)),
        ("40", b""),
        ("63e282ac", "€"),
        ("83f4f5f6", [False, True, None]),
        ("a2012002f6", {1: -1, 2: None}),
        ("c13a00000000", Epoch(-1)),
        ("81" * 8 + "00", [[[[[[[[0]]]]]]]]),
    ],
)
def test_plain_cbor_is_read(encoded: str, value: Any) -> None:
    assert cbor_value(bytes.fromhex(encoded)) == value


def test_no_more_items_than_the_bound() -> None:
    with pytest.raises(CborError, match="items"):
        cbor_value(
            b"\x82" + b"\x99\x0f\xff" + b"\0" * 4095 + b"\x99\x0f\xff" + b"\0" * 4095
        )


@pytest.mark.parametrize("length", [0, 23, 24, 255, 256, 65535, 65536])
def test_byte_strings_are_written_in_the_shortest_way(length: int) -> None:
    assert byte_string(b"a" * length) == cbor2.dumps(b"a" * length)
