"""Certificates whose extensions and names the reference's reader refuses."""

from datetime import UTC, datetime

import pytest

from notation_verifier.certificate import read_certificate
from notation_verifier.errors import InvalidCertificate
from tests.differential import der, names
from tests.differential.certificates import Extension, Template, signed, to_be_signed
from tests.differential.keys import Key, KeyPool

ALTERNATIVE_NAME, CONSTRAINTS = "2.5.29.17", "2.5.29.30"
POLICIES, MAPPINGS = "2.5.29.32", "2.5.29.33"


@pytest.fixture(scope="module")
def key() -> Key:
    return KeyPool().key("p256")


def certificate(
    key: Key,
    *extensions: Extension,
    subject_der: bytes | None = None,
    issuer: names.Name | None = None,
) -> bytes:
    template = Template(
        subject=names.plain("a"),
        issuer=issuer or names.plain("b"),
        key=key,
        signer=key,
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_after=datetime(2027, 1, 1, tzinfo=UTC),
        extensions=extensions,
        subject_der=subject_der,
    )
    return signed(to_be_signed(template), template)


def alternative_name(number: int, value: bytes) -> Extension:
    return Extension(ALTERNATIVE_NAME, der.sequence(der.implicit(number, value)))


def constraint(number: int, value: bytes) -> Extension:
    tree = der.sequence(der.sequence(der.implicit(number, value)))
    return Extension(CONSTRAINTS, der.sequence(der.tlv(0xA0, tree[2:])))


def policies(*oids: str) -> Extension:
    return Extension(POLICIES, der.sequence(*(der.sequence(der.oid(o)) for o in oids)))


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (1, b"team@registry.example"),
        (2, b"signer.example"),
        (2, b"*.signer.example"),
        (6, b"spiffe://trust.example/team/signer"),
        (6, b"https://signer.example:8443/a?b=c#d%20e"),
        (6, b"urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        (6, b"file:///a/b"),
        (7, b"\x7f\0\0\x01"),
    ],
)
def test_alternative_names_of_real_certificates(
    key: Key, number: int, value: bytes
) -> None:
    assert read_certificate(certificate(key, alternative_name(number, value))).sha256


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (1, b"te\xc3\xa4m@registry.example"),
        (2, b"sign\xc3\xa4r.example"),
        (6, b"http://[::1"),
        (6, b"http://[::1]/"),
        (6, b"%zz:/ /"),
        (6, b"https://a..b/"),
        (6, b"https://a./"),
        (6, b"https://user@a/"),
        (6, b"https://a:port/"),
        (6, b"https://a/%zz"),
        (6, b"https://a/\n"),
        (6, b"no scheme"),
        (6, b"://a"),
        (6, b""),
        (7, b"\x7f\0\0"),
    ],
)
def test_alternative_names_that_the_reference_may_refuse(
    key: Key, number: int, value: bytes
) -> None:
    with pytest.raises(InvalidCertificate):
        read_certificate(certificate(key, alternative_name(number, value)))


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (1, b"registry.example"),
        (1, b"a.b@registry.example"),
        (2, b""),
        (2, b".example"),
        (6, b"registry.example"),
        (7, b"\x0a\0\0\0\xff\0\0\0"),
    ],
)
def test_name_constraints_of_real_certificates(
    key: Key, number: int, value: bytes
) -> None:
    assert read_certificate(certificate(key, constraint(number, value))).sha256


@pytest.mark.parametrize(
    ("number", "value"),
    [
        (1, b"a..b@registry.example"),
        (1, b"@registry.example"),
        (1, b"..example"),
        (2, b"..example"),
        (2, b"example."),
        (2, b"a b"),
        (2, b"x" * 64),
        (6, b"127.0.0.1"),
        (6, b"::1"),
        (7, b"\x0a\0\0\0\xff\0\xff\0"),
        (7, b"\x0a"),
    ],
)
def test_name_constraints_that_the_reference_refuses(
    key: Key, number: int, value: bytes
) -> None:
    with pytest.raises(InvalidCertificate):
        read_certificate(certificate(key, constraint(number, value)))


def test_a_policy_stands_once(key: Key) -> None:
    assert read_certificate(certificate(key, policies("1.2.3.4", "1.2.3.5"))).sha256
    with pytest.raises(InvalidCertificate, match=POLICIES):
        read_certificate(certificate(key, policies("1.2.3.4", "1.2.3.4")))


def test_policy_mappings_are_pairs_of_identifiers(key: Key) -> None:
    pair = der.sequence(der.oid("1.2.3.4"), der.oid("1.2.3.5"))
    for good in (der.sequence(), der.sequence(pair, pair)):
        assert read_certificate(certificate(key, Extension(MAPPINGS, good))).sha256
    for bad in (
        b"",
        b"\x05\0",
        pair,
        der.sequence(pair) + b"\0",
        der.sequence(der.sequence(der.oid("1.2.3.4"))),
        der.sequence(der.sequence(der.oid("1.2.3.4"), der.integer(7))),
        der.sequence(der.sequence(der.oid("1.2.3.4"), der.oid("1.2.3"), b"\x05\0")),
    ):
        with pytest.raises(InvalidCertificate, match=MAPPINGS):
            read_certificate(certificate(key, Extension(MAPPINGS, bad)))


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (der.PRINTABLE_STRING, b"under_score"),
        (der.UTF8_STRING, b"\xff"),
        (der.IA5_STRING, b"\xe9"),
        (der.BMP_STRING, b"\0x\0"),
        (der.BMP_STRING, b"\xd8\0"),
        (der.BMP_STRING, b"\xff\xff"),
        (28, b"\0\0\0x"),
        (der.INTEGER, b"\x07"),
        (der.NULL, b""),
    ],
)
def test_neither_subject_nor_issuer_holds_what_is_no_string(
    key: Key, tag: int, value: bytes
) -> None:
    odd = names.name(names.Attribute("CN", value, tag))
    for der_ in (
        certificate(key, subject_der=names.encoded(odd)),
        certificate(key, issuer=odd),
    ):
        with pytest.raises(InvalidCertificate):
            read_certificate(der_)


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (der.T61_STRING, b"\xe9"),
        (der.BMP_STRING, b"\0x"),
        (der.IA5_STRING, b"x"),
        (der.NUMERIC_STRING, b"1 2"),
    ],
)
def test_old_kinds_of_string_may_stand_in_a_name(
    key: Key, tag: int, value: bytes
) -> None:
    odd = names.name(names.Attribute("CN", value, tag))
    assert read_certificate(certificate(key, issuer=odd)).sha256
