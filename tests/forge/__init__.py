"""Makes keys, certificate chains and signature envelopes, right ones and wrong ones.

The usual way, three lines::

    signer = forge.chain(length=3, algorithm="ES384")
    envelope = forge.sign(forge.descriptor(b"{}"), signer, format="cose")
    manifest, blobs = forge.signature_manifest(subject, envelope, forge.COSE)

Elliptic-curve keys come from their names and sign deterministically, so the same call
gives the same bytes. RSA keys are made once per process and differ between runs.

This shares no code with the verifier, on purpose: one mistake must not hide another.
"""

from tests.forge.cases import case, statement, watched_cases
from tests.forge.certificates import (
    NOT_AFTER,
    NOT_BEFORE,
    CertificateAuthority,
    Signer,
    build_certificate,
    chain,
    key_usage,
)
from tests.forge.envelopes import (
    COSE,
    JWS,
    NOW,
    OMIT,
    SIGNING_TIME,
    cose_envelope,
    descriptor,
    jws_envelope,
    payload_of,
    sign,
    signature_of,
)
from tests.forge.keys import ALGORITHMS, private_key
from tests.forge.manifests import signature_manifest
from tests.forge.signer_service import SignerService

__all__ = [
    "ALGORITHMS",
    "COSE",
    "JWS",
    "NOT_AFTER",
    "NOT_BEFORE",
    "NOW",
    "OMIT",
    "SIGNING_TIME",
    "CertificateAuthority",
    "Signer",
    "SignerService",
    "build_certificate",
    "case",
    "chain",
    "cose_envelope",
    "descriptor",
    "jws_envelope",
    "key_usage",
    "payload_of",
    "private_key",
    "sign",
    "signature_manifest",
    "signature_of",
    "statement",
    "watched_cases",
]
