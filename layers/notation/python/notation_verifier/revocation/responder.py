"""Who may answer for an issuer: itself, or a responder it made for that and no other.

Spec: trust-store-trust-policy, Certificate Revocation with OCSP; RFC 6960 section
4.2.2.2. The reference believes any certificate of the issuer, a revoked leaf's own
included.
"""

import hashlib
from datetime import timedelta

from cryptography import x509
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from notation_verifier.algorithms import CERTIFICATE_ALGORITHMS, Padding, issued
from notation_verifier.certificate import Certificate, read_certificate
from notation_verifier.errors import InvalidCertificate
from notation_verifier.revocation._response import Response
from notation_verifier.revocation.freshness import Clock
from notation_verifier.revocation.pointers import identity
from notation_verifier.revocation.status import Cause, Refused

MAX_UNCHECKED_RESPONDER_LIFETIME = timedelta(days=10)
"""A responder's certificate without ``id-pkix-ocsp-nocheck`` would have to be checked
itself. One that lives no longer than the CA/Browser Forum's short-lived certificates is
believed without; any other is not."""

# The reference reads no other signature algorithms in OCSP answers; SHA-1 and MD5 are
# not in the table at all.
_PADDINGS = frozenset({Padding.PKCS1, Padding.ECDSA})
_OCSP_SIGNING = ExtendedKeyUsageOID.OCSP_SIGNING.dotted_string
# What a responder's certificate may mark critical: rules that are applied here.
_UNDERSTOOD = (x509.KeyUsage, x509.ExtendedKeyUsage, x509.OCSPNoCheck)


def authorise(
    response: ocsp.OCSPResponse, parts: Response, issuer: Certificate, clock: Clock
) -> None:
    """(R13) Accept a response signed by the issuer, or by a responder it authorised.

    RFC 6960 section 4.2.2.2. With certificates embedded only the first counts.

    Raises:
        Refused: signed by anyone else, or with an algorithm not accepted.
    """
    algorithm = CERTIFICATE_ALGORITHMS.get(parts.algorithm)
    if algorithm is None or algorithm.padding not in _PADDINGS:
        raise Refused(
            Cause.UNSUPPORTED_ALGORITHM,
            "signed with neither RSA (PKCS #1) nor ECDSA over SHA-256, 384 or 512",
        )
    responder = issuer
    if parts.certificate is not None:
        try:
            responder = read_certificate(parts.certificate)
        except InvalidCertificate as error:
            raise Refused(
                Cause.MALFORMED,
                f"the responder's certificate: {error}",
            ) from None
        if responder.der != issuer.der:
            _authorise_responder(responder, issuer, clock)
        elif not issuer.self_signed:
            raise Refused(
                Cause.RESPONDER_NOT_AUTHORISED,
                "the issuer's own certificate is embedded, issued by another",
            )
    if responder.key is None:
        raise Refused(
            Cause.UNSUPPORTED_ALGORITHM, "the responder's key is of no kind accepted"
        )
    if not issued(algorithm, responder.key, parts.signature, parts.tbs):
        raise Refused(
            Cause.SIGNATURE_MISMATCH,
            "not signed by the certificate's issuer"
            if responder is issuer
            else "not signed by the responder whose certificate it carries",
        )
    _check_responder_id(response, responder)
    if parts.critical_extension is not None:
        raise Refused(
            Cause.CRITICAL_EXTENSION,
            f"critical extension {parts.critical_extension} is not understood",
        )


def _authorise_responder(
    responder: Certificate, issuer: Certificate, clock: Clock
) -> None:
    """(R14) Accept a certificate that the issuer made for answering in its name.

    Raises:
        Refused: anything else, such as another certificate of the same CA.
    """

    def refuse(why: str) -> Refused:
        return Refused(
            Cause.RESPONDER_NOT_AUTHORISED, f"the responder's certificate {why}"
        )

    if (
        responder.algorithm is not None
        and issuer.key is not None
        and not issued(
            responder.algorithm, issuer.key, responder.signature, responder.tbs
        )
    ):
        raise Refused(
            Cause.SIGNATURE_MISMATCH,
            "the responder's certificate is not signed by the certificate's issuer",
        )
    if not responder.issued_by(issuer):
        raise refuse("is not issued by the certificate's own issuer")
    extensions = x509.load_der_x509_certificate(responder.der).extensions
    no_check = any(isinstance(e.value, x509.OCSPNoCheck) for e in extensions)
    why: str | None = None
    if _OCSP_SIGNING not in responder.extended_key_usages:
        why = "lacks the extended key usage OCSPSigning"
    elif responder.key_usage and not responder.key_usage.digital_signature:
        why = "lacks the key usage digitalSignature"
    elif not responder.not_before <= clock.now <= responder.not_after:
        why = (
            f"is valid from {responder.not_before:%FT%TZ} "
            f"to {responder.not_after:%FT%TZ} only"
        )
    elif (
        not no_check
        and responder.not_after - responder.not_before
        > MAX_UNCHECKED_RESPONDER_LIFETIME
    ):
        why = (
            "would have to be checked for revocation itself: no id-pkix-ocsp-nocheck, "
            f"and it lives over {MAX_UNCHECKED_RESPONDER_LIFETIME.days} days"
        )
    elif unknown := next(
        (
            e.oid.dotted_string
            for e in extensions
            if e.critical
            and not isinstance(e.value, (*_UNDERSTOOD, x509.BasicConstraints))
        ),
        None,
    ):
        why = f"has critical extension {unknown}, not understood"
    if why:
        raise refuse(why)


def _check_responder_id(response: ocsp.OCSPResponse, responder: Certificate) -> None:
    """(R15) Accept a response that names its signer (RFC 6960 section 4.2.2.3).

    Raises:
        Refused: it names someone else.
    """
    named = response.responder_name
    if named is not None:
        subject = x509.load_der_x509_certificate(responder.der).subject
        matches = named == subject
    else:
        key = hashlib.sha1(identity(responder).key, usedforsecurity=False).digest()
        matches = response.responder_key_hash == key
    if not matches:
        raise Refused(
            Cause.RESPONDER_NOT_AUTHORISED,
            "the response names another responder than the one who signed it",
        )
