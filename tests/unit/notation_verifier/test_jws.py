"""JWS: every header rule broken once, every ambiguity closed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from notation_verifier import (
    CheckName,
    MalformedEnvelope,
    Reason,
    UnsupportedEnvelope,
    verify,
)
from tests import forge

SIGNER = forge.chain(2)
SCHEME = "io.cncf.notary.signingScheme"
TIME = "io.cncf.notary.signingTime"
AUTHENTIC = "io.cncf.notary.authenticSigningTime"
EXPIRY = "io.cncf.notary.expiry"
EXPIRES = datetime(2100, 1, 1, tzinfo=UTC)
AUTHORITY = "notary.x509.signingAuthority"


def refused(message: str, **changes: Any) -> None:
    envelope = forge.sign(forge.descriptor(), SIGNER, **changes)
    with pytest.raises(MalformedEnvelope, match=message):
        verify(**forge.case(envelope, SIGNER))


def accepted(**changes: Any) -> None:
    envelope = forge.sign(forge.descriptor(), SIGNER, **changes)
    assert not verify(**forge.case(envelope, SIGNER)).failures


@pytest.mark.parametrize("alg", ["none", "HS256", "RS256", "es256", "EdDSA", ""])
def test_other_algorithms_are_unsupported(alg: str) -> None:
    envelope = forge.sign(forge.descriptor(), SIGNER, protected={"alg": alg})
    with pytest.raises(UnsupportedEnvelope, match="algorithm"):
        verify(**forge.case(envelope, SIGNER))


@pytest.mark.parametrize("scheme", ["notary.x509.", "NOTARY.X509", "", "x509"])
def test_other_schemes_are_unsupported(scheme: str) -> None:
    envelope = forge.sign(forge.descriptor(), SIGNER, protected={SCHEME: scheme})
    with pytest.raises(UnsupportedEnvelope, match="signing scheme"):
        verify(**forge.case(envelope, SIGNER))


@pytest.mark.parametrize("name", ["alg", "cty", SCHEME, TIME, "crit"])
@pytest.mark.parametrize("value", [forge.OMIT, None, 1, [], {}])
def test_every_header_must_be_there_and_of_its_type(name: str, value: Any) -> None:
    refused("missing|not text|no list", protected={name: value})


def test_each_scheme_has_its_own_time_only() -> None:
    refused("must not be present", protected={AUTHENTIC: "2026-01-01T00:00:00Z"})
    refused(
        "must not be present",
        scheme=AUTHORITY,
        protected={TIME: "2026-01-01T00:00:00Z"},
    )
    accepted(scheme=AUTHORITY)


@pytest.mark.parametrize(
    "crit",
    [
        [],
        ["nothing.such"],
        [SCHEME, "nothing.such"],
        [SCHEME, SCHEME],
        [SCHEME, "alg"],
        [SCHEME, "cty"],
        [SCHEME, "crit"],
        [SCHEME, TIME],
        [SCHEME, EXPIRY],
        [SCHEME, 1],
        [SCHEME, None],
    ],
)
def test_crit_lists_what_it_must_and_no_more(crit: list[Any]) -> None:
    refused("crit", crit=crit)


def test_an_expiry_must_be_critical_and_later_than_the_signing_time() -> None:
    accepted(expiry=EXPIRES)
    refused("crit misses", expiry=EXPIRES, crit=[SCHEME])
    refused("is not after", expiry=forge.SIGNING_TIME)
    refused("expiry", expiry=EXPIRES, protected={EXPIRY: None})


def test_an_authentic_signing_time_must_be_critical() -> None:
    refused("crit misses", scheme=AUTHORITY, crit=[SCHEME])


@pytest.mark.parametrize(
    "time",
    [
        "2026-01-01t00:00:00Z",
        "2026-01-01T00:00:00z",
        "2026-01-01 00:00:00Z",
        "2026-01-01T0:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00,5Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.1234567Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T24:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+05:60",
        "2026-01-01T00:00:00+0500",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-01-01T00:00:00Z\n",
        "\uff12026-01-01T00:00:00Z",
    ],
)
def test_what_is_no_rfc_3339_time_is_refused(time: str) -> None:
    refused("time|instant|offset|year", protected={TIME: time})


@pytest.mark.parametrize(
    "time",
    [
        "2026-01-01T00:00:00.123456Z",
        "2025-12-31T17:00:00-07:00",
        "2026-01-01T00:00:00+00:00",
    ],
)
def test_fractions_and_offsets_are_read(time: str) -> None:
    accepted(protected={TIME: time})


def test_unknown_critical_attributes_fail_and_others_do_not() -> None:
    envelope = forge.sign(forge.descriptor(), SIGNER, critical={"com.example.a": "b"})
    (failure,) = verify(**forge.case(envelope, SIGNER)).failures
    assert failure[0].name is CheckName.CRITICAL_ATTRIBUTES
    assert failure[1].reason is Reason.UNKNOWN_CRITICAL_ATTRIBUTE
    assert "com.example.a" in failure[1].detail
    accepted(attributes={"com.example.a": {"b": [1.5, None]}})


@pytest.mark.parametrize(
    "changes",
    [
        {"protected": {"ALG": "ES384"}},
        {"protected": {"Crit": []}},
        {"protected": {"io.cncf.notary.Expiry": "2100-01-01T00:00:00Z"}},
        {"protected": {"io.cncf.notary.\u017figningScheme": "notary.x509"}},
        {"header": {"X5C": []}},
        {"header": {"io.cncf.notary.TimestampSignature": ""}},
    ],
)
def test_a_case_variant_of_a_known_name_is_refused(changes: dict[str, Any]) -> None:
    refused("must be written", **changes)


@pytest.mark.parametrize(
    "members",
    [
        {"signatures": []},
        {"Payload": "e30"},
        {"header": forge.OMIT},
        {"header": None},
        {"header": []},
        {"payload": forge.OMIT},
        {"payload": None},
        {"protected": 1},
        {"signature": forge.OMIT},
    ],
)
def test_the_members_are_exactly_four(members: dict[str, Any]) -> None:
    refused("members|not text|not an object", members=members)


CHANGED_TEXT: dict[str, Callable[[str], str]] = {
    "padding": lambda text: text + "=",
    "line break": lambda text: text + "\n",
    "standard alphabet": lambda text: text[:-1] + "+",
    "dot": lambda text: text + ".",
    "not ASCII": lambda text: text + "é",
    "one more": lambda text: "A" + text,
    "space": lambda text: " " + text,
}


@pytest.mark.parametrize("member", ["payload", "protected", "signature"])
@pytest.mark.parametrize("change", CHANGED_TEXT)
def test_base64url_is_canonical(member: str, change: str) -> None:
    def tamper(data: bytes) -> bytes:
        envelope = json.loads(data)
        envelope[member] = CHANGED_TEXT[change](envelope[member])
        return json.dumps(envelope).encode()

    # What still decodes is another text, and the signature does not cover it.
    envelope = forge.sign(forge.descriptor(), SIGNER, tamper=tamper)
    try:
        report = verify(**forge.case(envelope, SIGNER))
    except MalformedEnvelope:
        return
    assert report.check(CheckName.SIGNATURE) in [check for check, _ in report.failures]


def test_non_zero_last_bits_are_refused() -> None:
    payload = forge.payload_of(forge.descriptor())
    payload += b" " * (-(len(payload) + 2) % 3)  # one byte left over
    assert len(payload) % 3 == 1

    def tamper(data: bytes) -> bytes:
        envelope = json.loads(data)
        last = envelope["payload"][-1]
        envelope["payload"] = envelope["payload"][:-1] + chr(ord(last) + 1)
        return json.dumps(envelope).encode()

    refused("canonical", payload=payload, tamper=tamper)
    accepted(payload=payload)


@pytest.mark.parametrize(
    "x5c",
    [
        forge.OMIT,
        None,
        [],
        "text",
        [1],
        [None],
        ["*"],
        ["AAAA\nAAAA"],
        ["AAA"],
        ["AAB="],
        ["MAA="],
        [""],
    ],
)
def test_x5c_is_a_list_of_certificates(x5c: Any) -> None:
    refused("x5c|base64|certificate", header={"x5c": x5c})


def test_a_chain_has_a_bounded_length() -> None:
    refused("11 certificates", chain=[SIGNER.root_der] * 11)


def test_a_timestamp_must_be_base64() -> None:
    accepted(timestamp=b"any bytes: no tsa store asks for it")
    refused("base64", header={"io.cncf.notary.timestampSignature": "*"})
    refused("not text", header={"io.cncf.notary.timestampSignature": None})


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(old, new)


CHANGED_BYTES: dict[str, Callable[[bytes], bytes]] = {
    "cut short": lambda data: data[:-1],
    "one more byte": lambda data: data + b"x",
    "twice": lambda data: data + data,
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "member twice": replaced(b'{"payload"', b'{"signature":"","payload"'),
    "x5c twice": replaced(b'"header":{', b'"header":{"x5c":[],'),
    "NaN": replaced(b'"header":{', b'"header":{"n":NaN,'),
    "infinity": replaced(b'"header":{', b'"header":{"n":-Infinity,'),
    "long integer": replaced(b'"header":{', b'"header":{"n":' + b"1" * 5000 + b","),
    "lone surrogate": replaced(b'"header":{', b'"header":{"n":"\\ud800",'),
    "not UTF-8": replaced(b'"header":{', b'"header":{"n":"\xff",'),
    "depth": replaced(b'"header":{', b'"header":{"n":' + b"[" * 40 + b"]" * 40 + b","),
}


@pytest.mark.parametrize("change", CHANGED_BYTES)
def test_json_has_one_reading(change: str) -> None:
    refused("JWS", tamper=CHANGED_BYTES[change])


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b'""', b"1", b"{}"])
def test_what_is_no_envelope_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedEnvelope, match="JWS"):
        verify(**forge.case(data, SIGNER))


def test_white_space_around_the_envelope_is_json() -> None:
    accepted(tamper=lambda data: b" \n" + data + b"\n")


def test_duplicates_in_the_protected_header_are_refused() -> None:
    header = (
        b'{"alg":"ES384","alg":"ES384","cty":"application/vnd.cncf.notary.payload.v1+json",'
        b'"crit":["io.cncf.notary.signingScheme"],'
        b'"io.cncf.notary.signingScheme":"notary.x509",'
        b'"io.cncf.notary.signingTime":"2026-01-01T00:00:00Z"}'
    )
    refused("twice", protected_bytes=header)
    accepted(protected_bytes=header.replace(b'"alg":"ES384",', b"", 1))


def test_the_signing_agent_is_nobodys_business() -> None:
    accepted(header={"io.cncf.notary.SigningAgent": 7, "anything": [None]})
