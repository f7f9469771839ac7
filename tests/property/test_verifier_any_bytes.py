"""Any bytes end in a report or in the verifier's own error, and never in a pass."""

import json
from base64 import urlsafe_b64encode
from contextlib import suppress
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notation_verifier import (
    Conclusion,
    InvalidTrustPolicy,
    InvalidTrustStore,
    NotationError,
    Passed,
    TrustPolicyDocument,
    TrustStoreName,
    TrustStores,
    parse_statement,
    verify,
)
from notation_verifier._cbor import cbor_value
from notation_verifier._strict import StrictError, json_value
from notation_verifier.certificate import read_certificate
from notation_verifier.errors import InvalidCertificate
from notation_verifier.names import UnreadableName, parse_name
from tests import forge

SIGNER = forge.chain(3, algorithm="ES256")
JWS = forge.sign(forge.descriptor(), SIGNER)
COSE = forge.sign(forge.descriptor(), SIGNER, "cose")
SERVICE = forge.SignerService()
MEDIA_TYPES = (forge.JWS, forge.COSE)
ARGUMENTS = forge.case(
    b"",
    SIGNER,
    policy=forge.statement(identities=["x509.subject: C=US, ST=WA, O=acme"]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
MORE = settings(max_examples=100, deadline=None)


def conclude(envelope: bytes, media_type: str) -> Conclusion | None:
    """Return the conclusion, or None for the verifier's own error."""
    arguments = {**ARGUMENTS, "envelope": envelope, "media_type": media_type}
    try:
        return verify(**arguments).conclusion()
    except NotationError as error:
        assert str(error)  # noqa: PT017 - it says what is wrong
        return None


@MORE
@given(st.binary(max_size=300), st.sampled_from(MEDIA_TYPES))
def test_any_bytes(data: bytes, media_type: str) -> None:
    assert conclude(data, media_type) is not Conclusion.SATISFIED


@MORE
@given(st.binary(max_size=200))
def test_any_bytes_after_the_head_of_a_cose_sign1(data: bytes) -> None:
    assert conclude(b"\xd2\x84" + data, forge.COSE) is not Conclusion.SATISFIED


@pytest.mark.parametrize(
    ("envelope", "media_type"),
    [(JWS, forge.JWS), (COSE, forge.COSE)],
    ids=["jws", "cose"],
)
def test_the_envelopes_are_right_before_they_are_changed(
    envelope: bytes, media_type: str
) -> None:
    assert conclude(envelope, media_type) is Conclusion.SATISFIED


@MORE
@given(st.data())
def test_a_changed_byte_is_never_satisfied(data: st.DataObject) -> None:
    media_type, right = data.draw(
        st.sampled_from([(forge.JWS, JWS), (forge.COSE, COSE)])
    )
    envelope = bytearray(right)
    at = data.draw(st.integers(0, len(envelope) - 1))
    envelope[at] ^= data.draw(st.integers(1, 255))
    if not _same_signature(bytes(envelope), media_type):
        assert conclude(bytes(envelope), media_type) is not Conclusion.SATISFIED


def _same_signature(envelope: bytes, media_type: str) -> bool:
    """Whether only what nothing signs or reads differs: the agent, a member's name."""
    agent = b"forge/1.0"
    names = (b"io.cncf.notary.signingAgent",)
    if agent not in envelope or any(name not in envelope for name in names):
        return True
    return media_type == forge.JWS and json.loads(JWS) == _loaded(envelope)


def _loaded(envelope: bytes) -> Any:
    try:
        return json.loads(envelope)
    except ValueError:
        return None


@MORE
@given(st.data())
def test_cut_and_spliced_envelopes(data: st.DataObject) -> None:
    media_type, right = data.draw(
        st.sampled_from([(forge.JWS, JWS), (forge.COSE, COSE)])
    )
    start, end = sorted(
        data.draw(st.tuples(st.integers(0, len(right)), st.integers(0, len(right))))
    )
    spliced = right[:start] + data.draw(st.binary(max_size=20)) + right[end:]
    if spliced != right and not _same_signature(spliced, media_type):
        assert conclude(spliced, media_type) is not Conclusion.SATISFIED


@MORE
@given(st.dictionaries(st.text(), JSON, max_size=5), st.data())
def test_any_protected_header(members: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(
        st.sampled_from(
            [
                "alg",
                "cty",
                "crit",
                "io.cncf.notary.signingScheme",
                "io.cncf.notary.signingTime",
                "io.cncf.notary.expiry",
                "io.cncf.notary.verificationPlugin",
            ]
        )
    )
    header = {**members, name: data.draw(JSON)}
    envelope = forge.sign(forge.descriptor(), SIGNER, protected=header)
    conclude(envelope, forge.JWS)
    payload = json.dumps(header).encode()
    envelope = forge.sign(forge.descriptor(), SIGNER, payload=payload)
    assert conclude(envelope, forge.JWS) is not Conclusion.SATISFIED


@MORE
@given(JSON, st.integers(0, 3))
def test_any_item_in_cose(value: Any, index: int) -> None:
    payload = forge.payload_of(forge.descriptor())
    envelope = forge.cose_envelope(payload, SIGNER, members={index: value})
    conclude(envelope, forge.COSE)
    protected = cbor2.dumps(value)
    envelope = forge.cose_envelope(payload, SIGNER, protected_bytes=protected)
    assert conclude(envelope, forge.COSE) is not Conclusion.SATISFIED


@MORE
@given(st.data())
def test_a_changed_certificate(data: st.DataObject) -> None:
    ders = list(SIGNER.ders)
    link = data.draw(st.integers(0, 2))
    der = bytearray(ders[link])
    for _ in range(data.draw(st.integers(1, 3))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    if bytes(der) == ders[link]:
        return
    ders[link] = bytes(der)
    envelope = forge.sign(forge.descriptor(), SIGNER, chain=ders)
    assert conclude(envelope, forge.JWS) is not Conclusion.SATISFIED


@MORE
@given(
    st.binary(max_size=400)
    | st.binary(max_size=40).map(lambda end: SIGNER.root_der[:-40] + end)
)
def test_any_certificate(data: bytes) -> None:
    with suppress(InvalidCertificate):
        assert read_certificate(data).der == data
    name = TrustStoreName.parse("ca:any")
    with suppress(InvalidTrustStore):
        assert TrustStores({name: [data]})[name]


@MORE
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_json_is_read_as_json_or_refused(data: bytes) -> None:
    try:
        value = json_value(data)
    except StrictError:
        return
    # repr: NaN is refused, and so is all else that would not equal itself.
    assert repr(value) == repr(json.loads(data))


@MORE
@given(st.binary(max_size=100))
def test_cbor_is_read_as_cbor_or_refused(data: bytes) -> None:
    try:
        value = cbor_value(data)
    except NotationError:
        return
    if "Epoch" not in repr(value):
        assert cbor2.loads(data) == value


@MORE
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_document(data: bytes) -> None:
    with pytest.raises(InvalidTrustPolicy):
        TrustPolicyDocument.parse(data)


@MORE
@given(st.data())
def test_any_statement(data: st.DataObject) -> None:
    statement: dict[str, Any] = {
        "name": "a",
        "registryScopes": ["*"],
        "signatureVerification": {"level": "strict", "override": {"expiry": "log"}},
        "trustStores": ["ca:a"],
        "trustedIdentities": ["x509.subject: C=US, ST=WA, O=acme"],
    }
    where = data.draw(st.sampled_from([statement, statement["signatureVerification"]]))
    where[data.draw(st.sampled_from(sorted(where)))] = data.draw(JSON)
    try:
        assert parse_statement(statement).registry_scopes
    except InvalidTrustPolicy as error:
        assert str(error)  # noqa: PT017 - it says what is wrong


@MORE
@given(st.text(alphabet='CSTO=,;+\\# "aé\x00\ud800', max_size=40))
def test_any_name(text: str) -> None:
    try:
        found = parse_name("C=US,ST=WA,O=a," + text)
    except UnreadableName:
        return
    assert found.items() >= {"C": "US", "ST": "WA", "O": "a"}.items()


@MORE
@given(
    st.dictionaries(
        st.sampled_from(["CN", "L", "OU", "STREET"]), st.text(min_size=1), max_size=4
    )
)
def test_escaping_every_byte_keeps_the_value(attributes: dict[str, str]) -> None:
    try:
        written = [
            f"{kind}=" + "".join(f"\\{byte:02X}" for byte in value.encode())
            for kind, value in attributes.items()
        ]
    except UnicodeEncodeError:
        return
    found = parse_name(",".join(["C=US", "ST=WA", "O=a", *written]))
    assert found == {"C": "US", "ST": "WA", "O": "a", **attributes}


@MORE
@given(st.binary(min_size=1, max_size=60))
def test_payload_and_header_text_is_what_was_signed(extra: bytes) -> None:
    """Whatever is put in front of or behind the signed text breaks the signature."""
    envelope = json.loads(JWS)
    text = urlsafe_b64encode(extra).rstrip(b"=").decode()
    for member in ("payload", "protected"):
        for changed in (envelope[member] + text, text + envelope[member]):
            data = json.dumps({**envelope, member: changed}).encode()
            assert conclude(data, forge.JWS) is not Conclusion.SATISFIED


def test_signer_shaped_bytes_changed_one_by_one() -> None:
    right = SERVICE.sign(forge.descriptor())
    arguments = forge.case(
        right,
        SERVICE.signer(),
        policy=forge.statement(
            override={"revocation": "skip"},
            identities=[SERVICE.profile_arn("payments")],
        ),
        signer_roots=frozenset({SERVICE.root_fingerprint}),
    )
    assert verify(**arguments).conclusion() is Conclusion.SATISFIED
    header = json.loads(right)["protected"]
    for at in range(0, len(header), 7):
        other = "A" if header[at] != "A" else "B"
        changed = right.replace(
            header.encode(), (header[:at] + other + header[at + 1 :]).encode()
        )
        try:
            report = verify(**{**arguments, "envelope": changed})
        except NotationError:
            continue
        assert not isinstance(report.checks[0].outcome, Passed)
