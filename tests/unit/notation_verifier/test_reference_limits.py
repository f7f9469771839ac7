"""What the reference cannot read, and ours must not: found by `make differential`."""

import json
from typing import Any

import pytest

from notation_verifier._cbor import CborError, cbor_value
from notation_verifier._strict import StrictError, base64_standard, json_value
from notation_verifier.errors import InvalidTrustPolicy
from notation_verifier.names import UnreadableName, parse_name
from notation_verifier.payload import PayloadError, read_payload
from notation_verifier.statement import VerifyTimestamp
from notation_verifier.trust_policy import TrustPolicyDocument

TARGET = {
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "digest": "sha256:" + "0" * 64,
    "size": 2,
}


def payload(**members: Any) -> bytes:
    return json.dumps({"targetArtifact": {**TARGET, **members}}).encode()


@pytest.mark.parametrize(
    "members",
    [
        {"annotations": {"team": "payments"}},
        {"annotations": None},
        {"artifactType": "application/x"},
        {"urls": ["https://registry.example/"]},
        {"data": "e30="},
        {"platform": {"os": "linux", "architecture": "arm64", "os.features": ["x"]}},
        {"platform": {"os": None, "other": 7}},
        {"other": [7]},
    ],
)
def test_optional_members_of_their_types(members: dict[str, Any]) -> None:
    assert read_payload(payload(**members)).descriptor.size == 2


@pytest.mark.parametrize(
    "members",
    [
        {"annotations": {"team": 7}},
        {"annotations": []},
        {"artifactType": 7},
        {"urls": "https://registry.example/"},
        {"urls": [7]},
        {"data": "not base64"},
        {"data": 7},
        {"platform": "linux"},
        {"platform": {"os": 7}},
        {"platform": {"OS": "linux"}},
        {"platform": {"os.features": "x"}},
        {"Platform": {}},
    ],
)
def test_optional_members_of_another_type(members: dict[str, Any]) -> None:
    with pytest.raises(PayloadError):
        read_payload(payload(**members))


@pytest.mark.parametrize("excess", ["=", "==", "==="])
def test_base64_with_more_padding_than_it_needs(excess: str) -> None:
    assert base64_standard("QUJD") == b"ABC"
    for text in ("QUJD", "QUI=", "QQ=="):
        with pytest.raises(StrictError):
            base64_standard(text + excess)


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"[1e309]"])
def test_numbers_beyond_a_float(number: bytes) -> None:
    with pytest.raises(StrictError):
        json_value(number)


@pytest.mark.parametrize(
    "text",
    [
        rb'"\u0032027-01-01T00:00:00Z"',
        rb'{"\u0061lg":1}',
        rb'"\\\u005A"',
        rb'"2027\u002D01"',
        rb'"\u003a"',
    ],
)
def test_letters_and_digits_as_escapes(text: bytes) -> None:
    with pytest.raises(StrictError, match="escape"):
        json_value(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (rb'"\\u0041"', "\\u0041"),
        (rb'"\u003c\u0026\u2028"', "<&\u2028"),
        (rb'"\u00e9\n"', "é\n"),
    ],
)
def test_escapes_that_writers_make(text: bytes, value: str) -> None:
    assert json_value(text) == value


def policy(verification: dict[str, Any]) -> bytes:
    statement = {
        "name": "a",
        "registryScopes": ["*"],
        "signatureVerification": {"level": "strict", **verification},
        "trustStores": ["ca:a"],
        "trustedIdentities": ["*"],
    }
    return json.dumps({"version": "1.0", "trustPolicies": [statement]}).encode()


@pytest.mark.parametrize("value", [None, "", "always"])
def test_verify_timestamp_by_default(value: str | None) -> None:
    document = TrustPolicyDocument.parse(policy({"verifyTimestamp": value}))
    assert document.statements[0].verify_timestamp is VerifyTimestamp.ALWAYS


@pytest.mark.parametrize("value", [False, 0, [], {}, 1, " "])
def test_verify_timestamp_that_is_no_text(value: Any) -> None:
    with pytest.raises(InvalidTrustPolicy, match="verifyTimestamp"):
        TrustPolicyDocument.parse(policy({"verifyTimestamp": value}))


def test_only_spaces_are_cut_off_a_name() -> None:
    assert parse_name(" C=US, ST=WA, O=a ")["O"] == "a"
    assert parse_name("C=US,ST=WA,O=a\n")["O"] == "a\n"
    with pytest.raises(UnreadableName, match="no C"):
        parse_name("\tC=US,ST=WA,O=a")


def test_times_stand_in_the_protected_header_alone() -> None:
    assert cbor_value(bytes.fromhex("c101"))
    with pytest.raises(CborError, match="protected"):
        cbor_value(bytes.fromhex("c101"), times=False)
