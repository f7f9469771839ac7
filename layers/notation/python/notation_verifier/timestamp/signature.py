"""The signature of a token: by the certificate it names, over what it states.

RFC 5652 sections 5.4 and 5.6, RFC 5816, RFC 3161 section 2.4.2; Notary Project,
trust-store-trust-policy, Authentic Timestamp.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives import hashes

from notation_verifier.algorithms import CertificateAlgorithm, Padding, issued
from notation_verifier.certificate import Certificate
from notation_verifier.timestamp._asn1 import read_identifier, read_octets, read_time
from notation_verifier.timestamp.token import (
    TST_INFO,
    SignerInfo,
    Token,
    issuer_and_serial,
    read_signing_certificate,
)

_SHA256, _SHA384, _SHA512 = (
    "2.16.840.1.101.3.4.2.1",
    "2.16.840.1.101.3.4.2.2",
    "2.16.840.1.101.3.4.2.3",
)
_HASHES = {
    _SHA256: hashlib.sha256,
    _SHA384: hashlib.sha384,
    _SHA512: hashlib.sha512,
}
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_TIME = "1.2.840.113549.1.9.5"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_SHOWN_CHARACTERS = 400

_SIGNED_WITH: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    _SHA256: hashes.SHA256(),
    _SHA384: hashes.SHA384(),
    _SHA512: hashes.SHA512(),
}
# Where the signature's algorithm names no hash, the digest's counts.
_BY_DIGEST = {
    "1.2.840.113549.1.1.1": Padding.PKCS1,
    "1.2.840.113549.1.1.10": Padding.PSS,
}
_BY_ITSELF = {
    "1.2.840.113549.1.1.11": CertificateAlgorithm(Padding.PKCS1, hashes.SHA256()),
    "1.2.840.113549.1.1.12": CertificateAlgorithm(Padding.PKCS1, hashes.SHA384()),
    "1.2.840.113549.1.1.13": CertificateAlgorithm(Padding.PKCS1, hashes.SHA512()),
    "1.2.840.10045.4.3.2": CertificateAlgorithm(Padding.ECDSA, hashes.SHA256()),
    "1.2.840.10045.4.3.3": CertificateAlgorithm(Padding.ECDSA, hashes.SHA384()),
    "1.2.840.10045.4.3.4": CertificateAlgorithm(Padding.ECDSA, hashes.SHA512()),
}


class TokenSignatureError(Exception):
    """The first rule that the token's signature breaks; never leaves the package."""


def shown(certificate: Certificate) -> str:
    """Return who a certificate is for, short enough for a message."""
    return certificate.subject_text[:_SHOWN_CHARACTERS]


def digest(hash_: str, data: bytes) -> bytes:
    """Return the digest of ``data`` with the hash of this identifier.

    Raises:
        TokenSignatureError: it is none of SHA-256, SHA-384 and SHA-512.
    """
    if hash_ not in _HASHES:
        raise TokenSignatureError(
            f"the hash {hash_} is none of SHA-256, SHA-384, SHA-512"
        )
    return _HASHES[hash_](data).digest()


def signing_certificate(
    token: Token, certificates: Sequence[Certificate]
) -> Certificate:
    """(T7) Return the certificate that the signed attributes bind by its hash.

    Only the first ESSCertIDv2 counts. Where it names issuer and serial number they
    find the certificate, else the signer's identifier, which nothing signs, does.

    Raises:
        TokenSignatureError: the attribute is missing, or the certificate is another
            or not in the token.
        DerError: the attribute does not parse.
    """
    named = read_signing_certificate(_attribute(token, _SIGNING_CERTIFICATE_V2))
    reference = named.reference or token.signer.signer
    found = next(
        (each for each in certificates if issuer_and_serial(each.der) == reference),
        None,
    )
    if found is None:
        raise TokenSignatureError("the signing certificate is not in the token")
    if digest(named.hash or _SHA256, found.der) != named.digest:
        raise TokenSignatureError(
            f"the token was signed by another certificate than {shown(found)}"
        )
    return found


def check_signature(token: Token, certificate: Certificate) -> None:
    """(T8, T9) Check that ``certificate``'s key signed the token's content.

    Raises:
        TokenSignatureError: it did not, or with an algorithm not accepted.
        DerError: a signed attribute does not parse.
    """
    signer = token.signer
    algorithm = _algorithm(signer)
    key = certificate.key
    if key is None or not issued(algorithm, key, signer.signature, signer.signed):
        raise TokenSignatureError(f"not signed by {shown(certificate)}")
    if read_identifier(_attribute(token, _CONTENT_TYPE)) != TST_INFO:
        raise TokenSignatureError("signed as another type of content")
    stated = read_octets(_attribute(token, _MESSAGE_DIGEST))
    if stated != digest(signer.digest_algorithm, token.content):
        raise TokenSignatureError("another TSTInfo was signed")


def signing_time(token: Token) -> tuple[datetime, datetime] | None:
    """(T10) Return the earliest and latest moment of the signingTime, if there is one.

    Raises:
        DerError: it does not parse.
    """
    value = token.signer.attributes.get(_SIGNING_TIME)
    return None if value is None else read_time(value)


def _attribute(token: Token, kind: str) -> bytes:
    try:
        return token.signer.attributes[kind]
    except KeyError:
        raise TokenSignatureError(f"the signed attribute {kind} is missing") from None


def _algorithm(signer: SignerInfo) -> CertificateAlgorithm:
    found = _BY_ITSELF.get(signer.signature_algorithm)
    padding = _BY_DIGEST.get(signer.signature_algorithm)
    hash_ = _SIGNED_WITH.get(signer.digest_algorithm)
    if padding is not None and hash_ is not None:
        found = CertificateAlgorithm(padding, hash_)
    if found is None:
        raise TokenSignatureError(
            f"the algorithms {signer.digest_algorithm} and {signer.signature_algorithm}"
            " are not RSA or ECDSA with SHA-2"
        )
    return found
