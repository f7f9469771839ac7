"""Hostile sizes: time and memory stay bounded, and the error is the verifier's own."""

import time
import tracemalloc
from collections.abc import Callable

import pytest

from notation_verifier import MAX_ENVELOPE_BYTES, NotationError, verify
from notation_verifier._strict import StrictError, json_value
from tests import forge

SIGNER = forge.chain(2)
MEBIBYTE = 1024 * 1024


def nested_json(depth: int) -> bytes:
    return b'{"payload":' + b"[" * depth + b"]" * depth + b"}"


def nested_payload(depth: int) -> bytes:
    payload = b'{"targetArtifact":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"
    return forge.jws_envelope(payload, SIGNER)


def duplicates(count: int) -> bytes:
    return b"{" + b",".join(b'"a":1' for _ in range(count)) + b"}"


def different(count: int) -> bytes:
    return b"{" + b",".join(b'"%d":1' % number for number in range(count)) + b"}"


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "10,000 nested arrays": (forge.JWS, lambda: nested_json(10_000)),
    "200,000 nested arrays": (forge.JWS, lambda: nested_json(200_000)),
    "unclosed arrays": (forge.JWS, lambda: b"[" * 1_000_000),
    "unclosed strings": (forge.JWS, lambda: b'"\\' * 500_000),
    "100,000 duplicate keys": (forge.JWS, lambda: duplicates(100_000)),
    "100,000 keys": (forge.JWS, lambda: different(100_000)),
    "a long integer": (forge.JWS, lambda: b'{"a":' + b"9" * 1_000_000 + b"}"),
    "32 MiB of JSON": (forge.JWS, lambda: b'"' + b"a" * (32 * MEBIBYTE - 2) + b'"'),
    "32 MiB of COSE": (forge.COSE, lambda: b"\xd2\x84" + b"\0" * 32 * MEBIBYTE),
    "10,000 nested CBOR arrays": (forge.COSE, lambda: b"\xd2\x84" + b"\x81" * 10_000),
    "10,000 nested CBOR tags": (forge.COSE, lambda: b"\xd2\x84" + b"\xc1" * 10_000),
    "a CBOR array of 2**63": (forge.COSE, lambda: b"\xd2\x84\x9b\x7f" + b"\xff" * 7),
    "CBOR bytes of 2**63": (forge.COSE, lambda: b"\xd2\x84\x5b\x7f" + b"\xff" * 7),
    "a CBOR map of 2**63": (forge.COSE, lambda: b"\xd2\x84\xbb\x7f" + b"\xff" * 7),
    "100,000 duplicate CBOR keys": (
        forge.COSE,
        lambda: b"\xd2\x84\x40\xba\x00\x01\x86\xa0" + b"\x01\x01" * 100_000,
    ),
    "100,000 duplicate CBOR keys, protected": (
        forge.COSE,
        lambda: (
            b"\xd2\x84\x5a\x00\x03\x0d\x45\xba\x00\x01\x86\xa0" + b"\x01\x01" * 100_000
        ),
    ),
    "a million CBOR zeros": (
        forge.COSE,
        lambda: b"\xd2\x84\x9a\x00\x0f\x00\x00" + b"\0" * 983_040,
    ),
    "1,000 certificates": (
        forge.JWS,
        lambda: forge.sign(forge.descriptor(), SIGNER, chain=[SIGNER.root_der] * 1000),
    ),
    "a large certificate": (
        forge.JWS,
        lambda: forge.sign(forge.descriptor(), SIGNER, chain=[b"\x30" * 500_000]),
    ),
    "a million dots": (forge.JWS, lambda: b'{"protected":"' + b"." * 1_000_000 + b'"}'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_are_refused_in_bounded_time_and_memory(name: str) -> None:
    media_type, make = HOSTILE[name]
    arguments = forge.case(make(), SIGNER, media_type=media_type)
    tracemalloc.start()
    start = time.process_time()
    with pytest.raises(NotationError):
        verify(**arguments)
    took = time.process_time() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 5
    assert peak < 64 * MEBIBYTE


def test_a_deeply_nested_payload_is_a_malformed_payload() -> None:
    report = verify(**forge.case(nested_payload(10_000), SIGNER))
    assert [str(failed.reason) for _, failed in report.failures] == [
        "payload-malformed"
    ]


def test_depth_in_strings_is_no_depth() -> None:
    assert json_value(b'"' + b"[" * 10_000 + b'\\"{"') == "[" * 10_000 + '"{'
    with pytest.raises(StrictError, match="nested"):
        json_value(b'["]",' * 40)


def test_an_envelope_as_large_as_the_bound_is_still_read() -> None:
    small = forge.sign(forge.descriptor(), SIGNER)
    padding = b" " * (MAX_ENVELOPE_BYTES - len(small))
    assert not verify(**forge.case(small + padding, SIGNER)).failures
    with pytest.raises(NotationError, match="bytes"):
        verify(**forge.case(small + padding + b" ", SIGNER))
