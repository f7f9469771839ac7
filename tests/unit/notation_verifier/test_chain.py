"""The certificate chain: each rule broken one at a time."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from notation_verifier import CheckName, Failed, NotationError, Passed, Reason, verify
from notation_verifier.outcome import Skipped
from tests import forge
from tests.forge.certificates import CA, LEAF

CODE_SIGNING = ExtendedKeyUsageOID.CODE_SIGNING
ROOT = forge.CertificateAuthority.root()


def outcome(signer: forge.Signer, **changes: Any) -> Any:
    envelope = forge.sign(forge.descriptor(), signer, **changes)
    report = verify(**forge.case(envelope, signer))
    found = report.check(CheckName.CERTIFICATE_CHAIN).outcome
    later = [
        report.check(name).outcome
        for name in (
            CheckName.AUTHENTICITY,
            CheckName.TRUSTED_IDENTITY,
            CheckName.REVOCATION,
        )
    ]
    if isinstance(found, Failed):
        assert found.reason is Reason.CHAIN_INVALID
        # What is not a chain is anchored in nothing.
        assert all(isinstance(each, Skipped) for each in later)
        assert report.anchor is None
        assert report.identity is None
    return found


def refused(message: str, signer: forge.Signer, **changes: Any) -> None:
    found = outcome(signer, **changes)
    assert isinstance(found, Failed)
    assert message in found.detail


def accepted(signer: forge.Signer, **changes: Any) -> None:
    assert isinstance(outcome(signer, **changes), Passed)


@pytest.mark.parametrize(
    ("bit", "name"),
    [
        ("key_encipherment", "keyEncipherment"),
        ("data_encipherment", "dataEncipherment"),
        ("key_agreement", "keyAgreement"),
        ("key_cert_sign", "keyCertSign"),
        ("crl_sign", "cRLSign"),
    ],
)
@pytest.mark.parametrize("length", [1, 2])
def test_a_leaf_signs_and_nothing_else(bit: str, name: str, length: int) -> None:
    usage = forge.key_usage("digital_signature", bit)
    refused(name, forge.chain(length, key_usage=usage))


def test_a_leaf_must_be_for_signing_and_say_so_critically() -> None:
    refused("no key usage", forge.chain(2, key_usage=None))
    refused("not critical", forge.chain(2, key_usage_critical=False))
    usage = forge.key_usage("content_commitment")
    refused("digitalSignature", forge.chain(2, key_usage=usage))
    usage = forge.key_usage("digital_signature", "content_commitment")
    accepted(forge.chain(2, key_usage=usage))


@pytest.mark.parametrize("length", [1, 2])
def test_a_leaf_is_no_ca(length: int) -> None:
    ca = x509.BasicConstraints(ca=True, path_length=None)
    refused("is a CA", forge.chain(length, basic_constraints=ca))
    accepted(forge.chain(length, basic_constraints=None))


@pytest.mark.parametrize(
    "usage",
    [
        "ANY_EXTENDED_KEY_USAGE",
        "SERVER_AUTH",
        "CLIENT_AUTH",
        "EMAIL_PROTECTION",
        "TIME_STAMPING",
        "OCSP_SIGNING",
    ],
)
def test_a_leaf_has_no_other_purpose(usage: str) -> None:
    oid = getattr(ExtendedKeyUsageOID, usage)
    refused("extended key usage", forge.chain(2, extended_key_usage=[oid]))
    both = [CODE_SIGNING, oid]
    refused("extended key usage", forge.chain(2, extended_key_usage=both))


def test_extended_key_usage_may_be_absent_or_unknown() -> None:
    accepted(forge.chain(2, extended_key_usage=[]))
    unknown = x509.ObjectIdentifier("1.3.6.1.4.1.55555.1")
    accepted(forge.chain(2, extended_key_usage=[unknown]))


@pytest.mark.parametrize("algorithm", ["P-224", "RSA-1024", "RSA-2056", "Ed25519"])
def test_a_leafs_key_is_of_the_six_kinds(algorithm: str) -> None:
    key = forge.private_key(algorithm, "odd")
    leaf = forge.build_certificate("odd", key, ROOT.chain[0].subject, ROOT.key, LEAF)
    signer = forge.Signer(forge.private_key("ES384", "odd"), (leaf, *ROOT.chain))
    envelope = forge.sign(forge.descriptor(), signer)
    report = verify(**forge.case(envelope, signer))
    found = {check.name: failed.reason for check, failed in report.failures}
    assert found[CheckName.CERTIFICATE_CHAIN] is Reason.CHAIN_INVALID
    assert found[CheckName.SIGNATURE] is Reason.ALGORITHM_MISMATCH


NO_CA: dict[str, tuple[str, dict[str, Any]]] = {
    "no basic constraints": ("not a CA", {"basic_constraints": None}),
    "cA false": (
        "not a CA",
        {"basic_constraints": x509.BasicConstraints(ca=False, path_length=None)},
    ),
    "no key usage": ("no key usage", {"key_usage": None}),
    "key usage not critical": ("not critical", {"key_usage_critical": False}),
    "no keyCertSign": ("keyCertSign", {"key_usage": forge.key_usage("crl_sign")}),
}


@pytest.mark.parametrize("rule", NO_CA)
def test_every_issuer_is_a_ca(rule: str) -> None:
    message, changes = NO_CA[rule]
    refused(message, forge.CertificateAuthority.root(**changes).leaf())
    refused(message, ROOT.authority(**changes).leaf())


def test_basic_constraints_of_a_ca_need_not_be_critical() -> None:
    accepted(ROOT.authority(basic_constraints_critical=False).leaf())


@pytest.mark.parametrize(("length", "allowed"), [(0, 0), (1, 1), (2, 3)])
def test_a_path_is_as_long_as_the_ca_allows(length: int, allowed: int) -> None:
    def signer(limit: int) -> forge.Signer:
        constraints = x509.BasicConstraints(ca=True, path_length=limit)
        authority = forge.CertificateAuthority.root(basic_constraints=constraints)
        for number in range(length):
            authority = authority.authority(f"Below {number}")
        return authority.leaf()

    accepted(signer(allowed))
    if length:
        refused("allows", signer(length - 1))


ORDERS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "no root": lambda ders: ders[:-1],
    "root twice": lambda ders: [*ders, ders[-1]],
    "no intermediate": lambda ders: [ders[0], ders[-1]],
    "issuers swapped": lambda ders: [ders[0], ders[2], ders[1], ders[3]],
    "leaf only": lambda ders: ders[:1],
    "leaf twice": lambda ders: [ders[0], *ders],
    "root between": lambda ders: [ders[0], ders[-1], *ders[1:]],
    "unrelated root after": lambda ders: [
        *ders,
        forge.chain(2, ca_algorithm="ES256").root_der,
    ],
}


@pytest.mark.parametrize("order", ORDERS)
def test_the_chain_is_ordered_and_complete(order: str) -> None:
    signer = forge.chain(4)
    found = outcome(signer, chain=ORDERS[order](signer.ders))
    assert isinstance(found, Failed)


def test_equal_names_make_no_certificate_self_signed() -> None:
    name = "Same"
    root = forge.CertificateAuthority.root(name, algorithm="ES256")
    key = forge.private_key("ES384", name)
    leaf = forge.build_certificate(name, key, name, root.key, LEAF)
    signer = forge.Signer(key, (leaf, *root.chain))
    accepted(signer)
    refused("not self-signed", signer, chain=signer.ders[:1])


def test_an_issuer_is_the_one_named() -> None:
    key = forge.private_key("ES384", "leaf")
    leaf = forge.build_certificate("leaf", key, "Elsewhere", ROOT.key, LEAF)
    refused("not issued by", forge.Signer(key, (leaf, *ROOT.chain)))


def test_issuer_names_are_compared_byte_for_byte() -> None:
    def name(kind: Any) -> x509.Name:
        attributes = ((NameOID.ORGANIZATION_NAME, "acme"), (NameOID.COMMON_NAME, "R"))
        return x509.Name(
            [x509.NameAttribute(oid, value, kind) for oid, value in attributes]
        )

    key, other = forge.private_key("ES384", "R"), forge.private_key("ES384", "L")
    kinds = x509.name._ASN1Type
    printable, utf8 = name(kinds.PrintableString), name(kinds.UTF8String)
    root = forge.build_certificate(printable, key, printable, key, CA)
    leaf = forge.build_certificate("L", other, utf8, key, LEAF)
    refused("not issued by", forge.Signer(other, (leaf, root)))


def test_a_leaf_that_signed_itself_cannot_have_an_issuer() -> None:
    key = forge.private_key("ES384", "Own")
    root = forge.build_certificate("Own", key, "Own", key, CA)
    leaf = forge.build_certificate("Own", key, "Own", key, LEAF, serial=5)
    refused("self-signed", forge.Signer(key, (leaf, root)))


def test_the_last_certificate_signed_itself() -> None:
    other = forge.private_key("ES384", "Elsewhere")
    fake = forge.build_certificate("Root", ROOT.key, "Root", other, CA)
    signer = forge.CertificateAuthority(ROOT.key, (fake,)).leaf()
    refused("self-signed root", signer)


@pytest.mark.parametrize("algorithm", ["PS256", "ES256", "ES512", "Ed25519"])
def test_cas_may_use_other_algorithms_than_the_leaf(algorithm: str) -> None:
    accepted(forge.chain(3, ca_algorithm=algorithm))


@pytest.mark.parametrize("hash_", [hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])
@pytest.mark.parametrize("pss", [False, True])
def test_rsa_cas_may_sign_with_any_sha_2_and_both_paddings(
    hash_: Any, *, pss: bool
) -> None:
    root = forge.CertificateAuthority.root(
        "RSA", algorithm="PS256", hash=hash_, pss=pss
    )
    accepted(root.leaf(hash=hash_, pss=pss))


@pytest.mark.parametrize("algorithm", ["P-224", "RSA-1024"])
def test_weak_cas_are_refused(algorithm: str) -> None:
    refused("may not issue", forge.chain(2, ca_algorithm=algorithm))


def test_a_sha_1_signature_is_refused_even_on_a_chain_of_one() -> None:
    key = forge.private_key("PS256", "Old")
    now = forge.build_certificate("Old", key, "Old", key, LEAF)
    assert isinstance(key, rsa.RSAPrivateKey)
    sha256 = bytes.fromhex("2a864886f70d01010b")
    sha1 = bytes.fromhex("2a864886f70d010105")
    tbs = now.tbs_certificate_bytes.replace(sha256, sha1)
    der = now.public_bytes(Encoding.DER).replace(sha256, sha1)
    signature = key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())
    der = der.replace(now.signature, signature)
    signer = forge.Signer(key, (now,))
    refused("signed with an algorithm", signer, chain=[der])


def test_extensions_that_must_not_be_critical_are_refused() -> None:
    identifier = x509.SubjectKeyIdentifier(b"key")
    accepted(forge.chain(2, extensions=[(identifier, False)]))
    with pytest.raises(NotationError, match="must not be critical"):
        outcome(forge.chain(2, extensions=[(identifier, True)]))


def test_an_unknown_critical_extension_is_not_evaluated() -> None:
    oid = x509.ObjectIdentifier("1.3.6.1.4.1.55555.2")
    accepted(forge.chain(2, extensions=[(x509.UnrecognizedExtension(oid, b""), True)]))


def test_name_constraints_are_not_evaluated() -> None:
    constraints = x509.NameConstraints([x509.DNSName("example.com")], None)
    accepted(ROOT.authority(extensions=[(constraints, True)]).leaf())
