"""Trusted identities: names as policies write them, and as leaves have them."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from notation_verifier import (
    CheckName,
    Failed,
    InvalidTrustPolicy,
    Passed,
    Reason,
    verify,
)
from notation_verifier.identities import check_identities
from notation_verifier.names import UnreadableName, parse_name
from tests import forge
from tests.forge.certificates import LEAF

ROOT = forge.CertificateAuthority.root()
RIGHT = (
    (NameOID.COUNTRY_NAME, "US"),
    (NameOID.STATE_OR_PROVINCE_NAME, "WA"),
    (NameOID.ORGANIZATION_NAME, "acme"),
)


def outcome(identities: list[str], subject: Any = "Leaf") -> Any:
    key = forge.private_key("ES384", "Leaf")
    leaf = forge.build_certificate(
        subject, key, ROOT.certificate.subject, ROOT.key, LEAF
    )
    signer = forge.Signer(key, (leaf, *ROOT.chain))
    report = verify(
        **forge.case(
            forge.sign(forge.descriptor(), signer),
            signer,
            policy=forge.statement(identities=identities),
        )
    )
    found = report.check(CheckName.TRUSTED_IDENTITY).outcome
    assert (report.identity in identities) == isinstance(found, Passed)
    return found


def name(*more: tuple[Any, str], kind: Any = None) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(oid, value, kind)
            if kind
            else x509.NameAttribute(oid, value)
            for oid, value in (*RIGHT, *more)
        ]
    )


@pytest.mark.parametrize(
    "identity",
    [
        "*",
        "x509.subject: C=US, ST=WA, O=acme",
        "x509.subject:C=US,S=WA,O=acme",
        "x509.subject: O=acme; ST=WA; C=US",
        "x509.subject: C=US, ST=WA, L=Seattle, O=acme, CN=Leaf",
        "x509.subject: C=US, ST=WA, O=\\61cme",
        "x509.subject:C=\\55S,ST=WA,O=acme",
    ],
)
def test_a_name_matches_when_the_leaf_has_all_of_it(identity: str) -> None:
    assert isinstance(outcome([identity]), Passed)


@pytest.mark.parametrize(
    "identity",
    [
        "x509.subject: C=US, ST=WA, O=acme, OU=x",
        "x509.subject: C=US, ST=WA, O=Acme",
        "x509.subject: C=US, ST=WA, O=acme ltd",
        "x509.subject: C=US, ST=WA, O=acm",
        "x509.subject: C=US, ST=WA, O=acme, cn=Leaf",
        "x509.subject: C=US, ST=WA, O=\\ acme",
        "x509.subject: C=US, O=acme\\ , ST=WA",
        "x509.subject: C=US, ST=WA, O=\u0430cme",
        "arn:aws:signer:us-east-1:123456789012:/signing-profiles/payments",
        "x509.Subject: C=US, ST=WA, O=acme",
        "anything: at all",
    ],
)
def test_a_name_matches_nothing_less(identity: str) -> None:
    found = outcome([identity])
    assert isinstance(found, Failed)
    assert found.reason is Reason.IDENTITY_NOT_ALLOWED


def test_one_of_several_is_enough() -> None:
    identities = [
        "x509.subject: C=US, ST=WA, O=other",
        "x509.subject: C=US, ST=WA, O=acme",
    ]
    assert isinstance(outcome(identities), Passed)


UNREADABLE = {
    "no O": x509.Name.from_rfc4514_string("CN=x,ST=WA,C=US"),
    "no ST": x509.Name.from_rfc4514_string("CN=x,O=acme,C=US"),
    "no C": x509.Name.from_rfc4514_string("CN=x,O=acme,ST=WA"),
    "empty": x509.Name([]),
    "two OU": name(
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "a"), (NameOID.ORGANIZATIONAL_UNIT_NAME, "b")
    ),
    "two CN": name((NameOID.COMMON_NAME, "a"), (NameOID.COMMON_NAME, "b")),
    "two O": name((NameOID.ORGANIZATION_NAME, "acme")),
    "e-mail": name((NameOID.EMAIL_ADDRESS, "a@example.com")),
    "DC": name((NameOID.DOMAIN_COMPONENT, "example")),
    "UID": name((NameOID.USER_ID, "u")),
    "title": name((NameOID.TITLE, "t")),
    "=# in a value": name((NameOID.COMMON_NAME, "a=#b")),
    "=# at the start": name((NameOID.COMMON_NAME, "=#b")),
    "BMPString": name(kind=x509.name._ASN1Type.BMPString),
}


@pytest.mark.parametrize("subject", UNREADABLE)
def test_a_subject_that_cannot_be_matched_fails_but_for_the_wildcard(
    subject: str,
) -> None:
    found = outcome(["x509.subject: C=US, ST=WA, O=acme"], UNREADABLE[subject])
    assert isinstance(found, Failed)
    assert found.reason is Reason.IDENTITY_UNREADABLE
    assert isinstance(outcome(["*"], UNREADABLE[subject]), Passed)


@pytest.mark.parametrize(
    "value",
    ["#a", " a ", "a,b", "a+b", 'a"b', "a\\b", "a;b", "a<b>", "a=b", "ü\n", "A\0B"],
)
def test_any_value_can_be_trusted_when_escaped(value: str) -> None:
    escaped = "".join(f"\\{byte:02x}" for byte in value.encode())
    subject = name((NameOID.COMMON_NAME, value))
    identity = f"x509.subject: C=US, ST=WA, O=acme, CN={escaped}"
    assert isinstance(outcome([identity], subject), Passed)


def test_an_rdn_of_two_types_is_flattened() -> None:
    attributes = [x509.NameAttribute(oid, value) for oid, value in RIGHT]
    subject = x509.Name([x509.RelativeDistinguishedName(attributes)])
    assert isinstance(outcome(["x509.subject: C=US, ST=WA, O=acme"], subject), Passed)


@pytest.mark.parametrize("kind", ["PrintableString", "UTF8String"])
def test_the_kind_of_string_does_not_matter(kind: str) -> None:
    subject = name(kind=getattr(x509.name._ASN1Type, kind))
    assert isinstance(outcome(["x509.subject: C=US, ST=WA, O=acme"], subject), Passed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "C"),
        ("   ", "no C"),
        (",,,", "without a type"),
        ("invalid", "without a type"),
        ("C=US,", "without a type"),
        ("=US,ST=WA,O=a", "without a type"),
        ("C=US,ST=WA", "no O"),
        ("C=US,ST=WA,O=", "empty"),
        ("C=US,C=US,ST=WA,O=a", "two attributes C"),
        ("C=US,ST=WA,S=WA,O=a", "two attributes ST"),
        ("C=US+ST=WA,O=a", "several"),
        ("C=US,ST=WA,O=#0a", "=#"),
        ("C=US,ST=WA,O=a\\", "escapes"),
        ("C=US,ST=WA,O=a\\x", "escapes"),
        ("C=US,ST=WA,O=a\\ff", "UTF-8"),
        ("C=US,ST=WA,O=a\ud800", "UTF-8"),
    ],
)
def test_names_that_policies_may_not_write(text: str, message: str) -> None:
    with pytest.raises(UnreadableName, match=message):
        parse_name(text)


def test_a_name_has_a_bounded_length() -> None:
    with pytest.raises(UnreadableName, match="longer"):
        parse_name("C=US,ST=WA,O=" + "a" * 5000)


def test_escapes_and_spaces_are_read_as_the_reference_does() -> None:
    found = parse_name(r" C = US ;ST=W\,A,CN= x=y\ ,O=a\+b\20")
    assert found == {"C": "US", "ST": "W,A", "O": "a+b ", "CN": "x=y "}


@pytest.mark.parametrize(
    ("identities", "message"),
    [
        ([""], "empty"),
        (["x509.subject"], "':'"),
        (["x509.subject:"], "no usable name"),
        (["x509.subject: C=US"], "no ST"),
        (["*", "*"], "alone"),
        (["*", "x509.subject: C=US,ST=WA,O=a"], "alone"),
        (["x509.subject: C=US,ST=WA,O=a", "x509.subject:O=a,ST=WA,C=US"], "same name"),
        (
            ["x509.subject: C=US,ST=WA,O=a,CN=b", "x509.subject:O=a,ST=WA,C=US"],
            "overlap",
        ),
        (["x509.subject: C=US,ST=WA,O=a", "x509.subject:O=a,S=WA,C=US,X=y"], "overlap"),
    ],
)
def test_identities_are_checked_together(identities: list[str], message: str) -> None:
    with pytest.raises(InvalidTrustPolicy, match=message):
        check_identities(identities)


def test_names_that_differ_in_a_value_do_not_overlap() -> None:
    base = "x509.subject: C=US,ST=WA,O=a"
    check_identities([f"{base},CN=b", f"{base},CN=c", f"{base},OU=b", "arn:x", "arn:x"])


def test_thousands_of_identities_are_checked_quickly() -> None:
    check_identities([f"x509.subject: C=US,ST=WA,O=a,CN={n}" for n in range(5000)])
