"""Reading a CRL: by whom it is signed first, then what it says.

Spec: RFC 5280 section 5. docs/revocation.md numbers the rules.
"""

from cryptography import x509

from notation_verifier import _der
from notation_verifier.algorithms import CERTIFICATE_ALGORITHMS, issued
from notation_verifier.certificate import Certificate
from notation_verifier.revocation.crl import Crl
from notation_verifier.revocation.freshness import Clock
from notation_verifier.revocation.pointers import uri_names
from notation_verifier.revocation.status import PARSER_ERRORS, Cause, Refused
from notation_verifier.values import dataclass

MAX_CRL_BYTES = 32 * 1024 * 1024 - 1
"""The reference refuses 32 MiB and more."""
_MAX_NUMBER_BITS = 160  # RFC 5280 section 5.2.3: at most 20 octets
_VERSION_2 = bytes.fromhex("020101")


@dataclass(frozen=True, slots=True)
class _Slices:
    tbs: bytes
    algorithm: bytes
    signature: bytes
    issuer: bytes


def _slices(der: bytes) -> _Slices:
    """Cut a CRL along RFC 5280 section 5.1.

    Raises:
        DerError: not that structure, or not DER.
        Refused: version 1, or two different algorithms named.
    """
    element = _der.element
    outer = element(der, 0, len(der), _der.SEQUENCE)
    tbs = element(der, outer.content, outer.end, _der.SEQUENCE)
    algorithm = element(der, tbs.end, outer.end, _der.SEQUENCE)
    signature = element(der, algorithm.end, outer.end, _der.BIT_STRING)
    if not signature.end == outer.end == len(der):
        raise _der.DerError("bytes follow the CRL")
    if der[signature.content : signature.content + 1] != b"\0":
        raise _der.DerError("the signature is not a string of whole bytes")
    if not der.startswith(_VERSION_2, tbs.content):
        raise Refused(Cause.MALFORMED, "not a version 2 CRL")
    inner = element(der, tbs.content + len(_VERSION_2), tbs.end, _der.SEQUENCE)
    issuer = element(der, inner.end, tbs.end, _der.SEQUENCE)
    algorithm_bytes = der[algorithm.start : algorithm.end]
    if der[inner.start : inner.end] != algorithm_bytes:
        raise Refused(Cause.MALFORMED, "the two signature algorithms differ")
    return _Slices(
        der[tbs.start : tbs.end],
        algorithm_bytes,
        der[signature.content + 1 : signature.end],
        der[issuer.start : issuer.end],
    )


def read_crl(der: bytes, issuer: Certificate, clock: Clock) -> Crl:
    """(R21) Return the CRL ``der`` holds, once its signature is known for ``issuer``'s.

    Only then is it parsed: strangers' bytes get no further than their outermost shape.

    Raises:
        Refused: too large, not a version 2 CRL in DER, by another issuer, with a
            critical extension that is not understood, or dated in the future.
    """
    if len(der) > MAX_CRL_BYTES:
        raise Refused(
            Cause.TOO_LARGE, f"{len(der)} bytes; at most {MAX_CRL_BYTES} are read"
        )
    try:
        slices = _slices(der)
        _authorise(slices, issuer)
        return _parse(der, clock)
    except _der.DerError as error:
        raise Refused(Cause.MALFORMED, f"not a CRL in DER: {error}") from None
    except PARSER_ERRORS as error:
        raise Refused(Cause.MALFORMED, f"not a CRL: {error!s:.200}") from None


def _authorise(slices: _Slices, issuer: Certificate) -> None:
    """(R22) Accept a CRL that the certificate's own issuer signed.

    Raises:
        Refused: anyone else did, or it may not.
    """
    if slices.issuer != issuer.subject:
        raise Refused(
            Cause.OTHER_ISSUER, "its issuer is not the certificate's (indirect CRL)"
        )
    usage = issuer.key_usage
    if not issuer.is_ca or usage is None or not usage.crl_sign:
        raise Refused(
            Cause.ISSUER_NOT_AUTHORISED,
            "the issuer's certificate does not allow it to sign CRLs (cRLSign)",
        )
    algorithm = CERTIFICATE_ALGORITHMS.get(slices.algorithm)
    if algorithm is None or issuer.key is None:
        raise Refused(
            Cause.UNSUPPORTED_ALGORITHM,
            "signed with neither RSA, ECDSA over SHA-256, 384 or 512, nor Ed25519",
        )
    if not issued(algorithm, issuer.key, slices.signature, slices.tbs):
        raise Refused(
            Cause.SIGNATURE_MISMATCH, "not signed by the certificate's issuer"
        )


def _parse(der: bytes, clock: Clock) -> Crl:
    """(R23) Return what an authenticated CRL says, its extensions understood."""
    parsed = x509.load_der_x509_crl(der)
    number: int | None = None
    base_number: int | None = None
    scope: x509.IssuingDistributionPoint | None = None
    freshest: tuple[str, ...] | None = None
    for extension in parsed.extensions:
        understood = False
        match extension.value:
            case x509.CRLNumber(crl_number=number):
                pass
            case x509.DeltaCRLIndicator(crl_number=base_number):
                understood = True
            case x509.IssuingDistributionPoint() as scope:
                understood = True
            case x509.FreshestCRL() as points:
                freshest = tuple(
                    url for point in points for url in uri_names(point.full_name or ())
                )
            case _:
                pass
        if extension.critical and not understood:
            raise Refused(
                Cause.CRITICAL_EXTENSION,
                f"critical extension {extension.oid.dotted_string} is not understood",
            )
    for one in (number, base_number):
        if one is not None and not 0 <= one < 1 << _MAX_NUMBER_BITS:
            raise Refused(Cause.MALFORMED, "a CRL number that RFC 5280 does not allow")
    this_update = parsed.last_update_utc
    clock.refuse_future(this_update, "thisUpdate")
    return Crl(
        parsed=parsed,
        number=number,
        this_update=this_update,
        next_update=parsed.next_update_utc,
        base_number=base_number,
        scope=scope,
        freshest=freshest,
    )
