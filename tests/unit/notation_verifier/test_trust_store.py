"""Trust stores: which certificates may be anchors, and how files are read."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from notation_verifier import (
    InvalidTrustStore,
    TrustStoreName,
    TrustStores,
    TrustStoreType,
)
from notation_verifier.certificate import read_certificate
from tests import forge
from tests.forge.certificates import CA

ROOT = forge.CertificateAuthority.root()
LEAF = ROOT.leaf()
LEAF_DER, ROOT_DER = LEAF.ders
INTERMEDIATE_DER = ROOT.authority().certificate.public_bytes(Encoding.DER)
CA_STORE = TrustStoreName(TrustStoreType.CA, "acme")
TSA_STORE = TrustStoreName(TrustStoreType.TSA, "acme")


def test_der_pem_and_several_in_one_file() -> None:
    text = b"a root of ours\n" + LEAF.root_pem.replace(b"\n", b"\r\n") + b"and more\n"
    stores = TrustStores({CA_STORE: [text, ROOT_DER + INTERMEDIATE_DER]})
    found = [certificate.der for certificate in stores[CA_STORE]]
    assert found == [ROOT_DER, ROOT_DER, INTERMEDIATE_DER]
    leaf, held = read_certificate(LEAF_DER), read_certificate(INTERMEDIATE_DER)
    assert stores.anchor(CA_STORE, [leaf, held]) is held
    assert stores.anchor(CA_STORE, [leaf]) is None
    assert stores.anchor(TSA_STORE, [read_certificate(ROOT_DER)]) is None
    assert CA_STORE in stores
    assert TSA_STORE not in stores
    assert list(stores) == [CA_STORE]
    assert len(stores) == 1


def test_a_self_signed_leaf_may_be_an_anchor() -> None:
    alone = forge.chain(1)
    assert TrustStores({CA_STORE: [alone.root_der]})[CA_STORE]
    with pytest.raises(InvalidTrustStore, match="no self-signed root CA"):
        TrustStores({TSA_STORE: [alone.root_der]})


def test_a_leaf_is_no_anchor() -> None:
    with pytest.raises(InvalidTrustStore, match="neither a CA nor self-signed"):
        TrustStores({CA_STORE: [ROOT_DER, LEAF_DER]})


def test_a_tsa_store_holds_roots_only() -> None:
    assert TrustStores({TSA_STORE: [ROOT_DER]})[TSA_STORE]
    with pytest.raises(InvalidTrustStore, match="no self-signed root CA"):
        TrustStores({TSA_STORE: [INTERMEDIATE_DER]})
    usage = forge.key_usage("crl_sign")
    cannot_sign = forge.CertificateAuthority.root(key_usage=usage).certificate
    with pytest.raises(InvalidTrustStore, match="no self-signed root CA"):
        TrustStores({TSA_STORE: [cannot_sign.public_bytes(Encoding.DER)]})


def test_a_root_signed_by_another_key_is_a_ca_but_no_tsa_root() -> None:
    other = forge.private_key("ES384", "other")
    fake = forge.build_certificate("Root", ROOT.key, "Root", other, CA)
    der = fake.public_bytes(Encoding.DER)
    assert TrustStores({CA_STORE: [der]})[CA_STORE]
    with pytest.raises(InvalidTrustStore):
        TrustStores({TSA_STORE: [der]})


FILES = {
    "empty": b"",
    "text": b"README",
    "cut short": ROOT_DER[:-1],
    "trailing byte": ROOT_DER + b"\0",
    "private key": LEAF.private_pem,
    "key beside a certificate": LEAF.root_pem + LEAF.private_pem,
    "a byte order mark": b"\xef\xbb\xbf" + LEAF.root_pem,
    "begins in a line": LEAF.root_pem + b" " + LEAF.root_pem,
    "begins after text": b"root: " + LEAF.root_pem,
    "ends in a line": LEAF.root_pem.replace(b"\n-----END", b"-----END"),
    "text after its end": LEAF.root_pem.rstrip(b"\n") + b" end\n",
    "no end": LEAF.root_pem.replace(b"-----END", b"-----"),
    "spoilt base64": LEAF.root_pem.replace(b"MII", b"M*I", 1),
    "another certificate's word": LEAF.root_pem.replace(b"CERTIFICATE", b"X509 CRL"),
    "too large": b"\0" * (5 * 1024 * 1024),
}


@pytest.mark.parametrize("file", FILES)
def test_a_file_holds_certificates_and_nothing_else(file: str) -> None:
    with pytest.raises(InvalidTrustStore, match="ca:acme"):
        TrustStores({CA_STORE: [ROOT_DER, FILES[file]]})


def test_a_store_is_not_empty() -> None:
    with pytest.raises(InvalidTrustStore, match="no certificate"):
        TrustStores({CA_STORE: []})


@pytest.mark.parametrize(
    "text", ["ca:a", "signingAuthority:A.b-c_9", "tsa:...", "ca:-"]
)
def test_names_of_stores(text: str) -> None:
    assert str(TrustStoreName.parse(text)) == text
