"""The certificate chain of an envelope: ordered, complete, up to a self-signed root.

Only these rules count; name constraints, policies and other extensions are not
evaluated, by the specification's own word. Validity in time is a check of its own.

Spec: signature-specification, Certificate Requirements.
"""

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from notation_verifier.algorithms import algorithm_of
from notation_verifier.certificate import Certificate

MAX_CHAIN_LENGTH = 10
"""Certificates in one envelope; AWS Signer sends four."""

# Refused by the reference in this order, by the names its messages use.
_REFUSED_KEY_USAGES = (
    ("key_encipherment", "keyEncipherment"),
    ("data_encipherment", "dataEncipherment"),
    ("key_agreement", "keyAgreement"),
    ("key_cert_sign", "keyCertSign"),
    ("crl_sign", "cRLSign"),
)
_REFUSED_EXTENDED_USAGES = {
    "2.5.29.37.0": "anyExtendedKeyUsage",
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
}


class ChainError(Exception):
    """The first rule that the chain breaks, and where; never leaves the package."""


def check_chain(chain: Sequence[Certificate]) -> None:
    """Check ``chain``, leaf first, against every rule of structure and signature.

    Raises:
        ChainError: says which certificate breaks which rule.
    """
    if not chain:
        raise ChainError("there is no certificate")
    if len(chain) == 1:  # (2.1)
        _check_issued(chain[0], chain[0], "the only certificate is not self-signed")
        check_leaf(chain[0])
        return
    check_leaf(chain[0])
    for below, certificate in enumerate(chain[1:]):
        check_ca(certificate, below)
    *others, root = chain
    for index, certificate in enumerate(others):
        if certificate.self_signed:  # (2.1)
            raise ChainError(
                f"certificate {index} ({certificate.subject_text}) is"
                " self-signed; only the last may be"
            )
        _check_issued(
            certificate,
            chain[index + 1],
            f"certificate {index} ({certificate.subject_text}) is not issued by"
            f" the next ({chain[index + 1].subject_text})",
        )
    _check_issued(
        root,
        root,
        f"the last certificate ({root.subject_text}) is not a self-signed root",
    )


def _check_issued(certificate: Certificate, issuer: Certificate, message: str) -> None:
    if certificate.algorithm is None:  # (2.3)
        raise ChainError(
            f"{certificate.subject_text} is signed with an algorithm that is not"
            " SHA-2 with RSA or ECDSA, or Ed25519"
        )
    if issuer.key is None:  # (2.3)
        raise ChainError(
            f"{issuer.subject_text} holds a key that may not issue certificates:"
            " RSA of 2048 bits or more, P-256, P-384, P-521 and Ed25519 may"
        )
    if not certificate.issued_by(issuer):  # (2.2)
        raise ChainError(message)


def check_leaf(certificate: Certificate) -> None:
    """Check the rules of a code-signing certificate.

    Raises:
        ChainError: names the rule.
    """
    subject = certificate.subject_text
    if certificate.is_ca:  # (2.4)
        raise ChainError(f"the leaf ({subject}) is a CA")
    # (2.5) a key usage that is there has to be critical
    if certificate.key_usage is not None and not certificate.key_usage_critical:
        raise ChainError(f"the leaf's ({subject}) key usage is not critical")
    check_signing_key_usage(certificate)
    for oid in certificate.extended_key_usages:
        if oid in _REFUSED_EXTENDED_USAGES:  # (2.6)
            raise ChainError(
                f"the leaf's ({subject}) extended key usage holds"
                f" {_REFUSED_EXTENDED_USAGES[oid]}"
            )
    check_signing_key(certificate)


def check_signing_key_usage(certificate: Certificate) -> None:
    """Check that a leaf's key is for digital signatures and nothing else.

    Raises:
        ChainError: names the rule.
    """
    subject = certificate.subject_text
    usage = certificate.key_usage
    if usage is None:
        raise ChainError(f"the leaf ({subject}) has no key usage extension")
    if not usage.digital_signature:  # (2.5)
        raise ChainError(f"the leaf's ({subject}) key usage lacks digitalSignature")
    refused = [shown for name, shown in _REFUSED_KEY_USAGES if getattr(usage, name)]
    if refused:
        raise ChainError(
            f"the leaf's ({subject}) key usage also holds {', '.join(refused)}"
        )


def check_signing_key(certificate: Certificate) -> None:
    """Check that a leaf's key is of a kind and size that may sign.

    Raises:
        ChainError: says what it is.
    """
    key = certificate.key
    if key is None or algorithm_of(key) is None:  # (2.7)
        held = (
            f"an RSA key of {key.key_size} bits"
            if isinstance(key, rsa.RSAPublicKey)
            else f"a key on {key.curve.name}"
            if isinstance(key, ec.EllipticCurvePublicKey)
            else "another key"
        )
        raise ChainError(
            f"the leaf ({certificate.subject_text}) holds {held}; RSA of 2048, 3072 or"
            " 4096 bits, P-256, P-384 and P-521 may sign"
        )


def check_ca(
    certificate: Certificate, below: int, *, critical_usage: bool = True
) -> None:
    """Check the rules of a CA that has ``below`` other CAs between it and the leaf.

    A timestamping CA's key usage need not be critical: ``critical_usage`` is False.

    Raises:
        ChainError: names the rule.
    """
    subject = certificate.subject_text
    if not certificate.is_ca:  # (2.8)
        raise ChainError(f"the issuer {subject} is not a CA (basic constraints)")
    if certificate.path_length is not None and certificate.path_length < below:  # (2.9)
        raise ChainError(
            f"the CA {subject} allows {certificate.path_length} CAs below it, there are"
            f" {below}"
        )
    usage = certificate.key_usage
    if usage is None:
        raise ChainError(f"the CA {subject} has no key usage extension")
    if critical_usage and not certificate.key_usage_critical:
        raise ChainError(f"the CA's ({subject}) key usage is not critical")
    if not usage.key_cert_sign:  # (2.10)
        raise ChainError(f"the CA's ({subject}) key usage lacks keyCertSign")
