"""OCSP: what is asked, and when an answer is believed.

Spec: trust-store-trust-policy, Certificate Revocation with OCSP; RFC 6960.
docs/revocation.md numbers the rules; where the reference can be fooled, ours are
stricter.
"""

import base64
import hashlib
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from notation_verifier import _der
from notation_verifier.certificate import Certificate
from notation_verifier.revocation._response import generalized_time, read_response
from notation_verifier.revocation.freshness import Clock
from notation_verifier.revocation.memory import Revocation, Standing
from notation_verifier.revocation.pointers import Identity, identity
from notation_verifier.revocation.responder import authorise
from notation_verifier.revocation.status import PARSER_ERRORS, Bars, Cause, Refused
from notation_verifier.values import dataclass

MAX_RESPONSE_BYTES = 20_480
_MAX_GET_CHARACTERS = 255

_PASSED_OVER = frozenset({Cause.EXPIRED, Cause.NO_NEXT_UPDATE})
"""What the reference, too, answers by asking the next responder."""
_INVALIDITY_DATE = "2.5.29.24"
_TEMPORARY = frozenset(
    {x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OcspAnswer:
    """A response that is signed, authorised and about the certificate asked for."""

    good: bool
    """False: revoked."""
    this_update: datetime
    fresh_until: datetime | None
    revocation: Revocation | None


def request(serial: int, issuer: Identity) -> bytes:
    """(R10) Return the DER of the request: one certificate, no nonce.

    SHA-1 names the issuer as the reference does, because public responders know nothing
    else; it only says which CA is meant. Nothing rests on that hash alone: the answer
    must be signed by the very issuer. Without a nonce, answers can be cached; a replay
    is bounded by ``nextUpdate``, the policy's maximum age and the memory.
    """
    built = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        hashlib.sha1(issuer.name, usedforsecurity=False).digest(),
        hashlib.sha1(issuer.key, usedforsecurity=False).digest(),
        serial,
        hashes.SHA1(),  # noqa: S303 - an identifier, see above
    )
    return built.build().public_bytes(serialization.Encoding.DER)


def address(url: str, asked: bytes) -> tuple[str, bytes | None]:
    """Return where to send ``asked`` and the body to post; None means GET.

    GET for requests under 255 characters (RFC 6960 appendix A.1): they become the last
    segment of the path, a query stays behind it.
    """
    text = base64.b64encode(asked).decode()
    escaped = text.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    if len(escaped) >= _MAX_GET_CHARACTERS:
        return url, asked
    path, mark, query = url.partition("?")
    return f"{path.rstrip('/')}/{escaped}{mark}{query}", None


def judge(
    body: bytes,
    *,
    serial: int,
    issuer: Certificate,
    clock: Clock,
    authentic_signing_time: datetime | None,
    newest_seen: datetime | None,
) -> OcspAnswer:
    """(R12, R16) Return what a responder says of the certificate.

    Args:
        body: the response as received.
        serial: of the certificate asked for.
        issuer: its issuer's certificate.
        clock: now, and the policy's maximum age.
        authentic_signing_time: under ``notary.x509.signingAuthority``; else None.
        newest_seen: the latest ``thisUpdate`` seen for this certificate.

    Raises:
        Refused: the answer is not relied on, and what that keeps later sources from.
    """
    if len(body) > MAX_RESPONSE_BYTES:
        raise Refused(
            Cause.TOO_LARGE, f"{len(body)} bytes; at most {MAX_RESPONSE_BYTES} are read"
        )
    try:
        response = ocsp.load_der_ocsp_response(body)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            status = response.response_status.name.lower()
            raise Refused(Cause.RESPONDER_ERROR, f"the responder answers {status}")
        parts = read_response(body)
        singles = list(response.responses)
        if len(singles) != len(parts.singles):
            raise Refused(Cause.MALFORMED, "not an OCSP response: responses differ")
        numbers = [n for n, one in enumerate(singles) if one.serial_number == serial]
    except (*PARSER_ERRORS, _der.DerError) as error:
        raise Refused(
            Cause.MALFORMED, f"not an OCSP response: {error!s:.200}"
        ) from None
    if not numbers:
        raise Refused(Cause.OTHER_CERTIFICATE, "it is about other certificates")
    claims = {singles[n].certificate_status for n in numbers}
    if len(numbers) > 1:
        refused = Refused(Cause.MALFORMED, "it answers more than once")
        raise _barring(refused, claims)
    number = numbers[0]
    try:
        authorise(response, parts, issuer, clock)
        return _read(
            singles[number],
            parts.single_extensions(number),
            issuer=identity(issuer),
            produced_at=response.produced_at_utc,
            clock=clock,
            authentic_signing_time=authentic_signing_time,
            newest_seen=newest_seen,
        )
    except Refused as error:
        raise _barring(error, claims) from None
    except (*PARSER_ERRORS, _der.DerError) as error:
        refused = Refused(Cause.MALFORMED, f"not an OCSP response: {error!s:.200}")
        raise _barring(refused, claims) from None


def _barring(refused: Refused, claims: set[ocsp.OCSPCertStatus]) -> Refused:
    """(R50) Add to a refused answer about our certificate what it bars."""
    if refused.cause is Cause.SIGNATURE_MISMATCH:
        return refused  # anybody's words, and refused by the reference too
    if refused.cause is Cause.NOT_KNOWN_THERE:
        refused.bars = Bars.RESPONDERS
    elif ocsp.OCSPCertStatus.REVOKED in claims:
        refused.bars = Bars.GOOD
    elif ocsp.OCSPCertStatus.UNKNOWN in claims and refused.cause not in _PASSED_OVER:
        # Whether the reference stops here and turns to the CRLs or asks the next
        # responder depends on details that we did not get to see.
        refused.bars = Bars.GOOD
    return refused


def _check_issuer(single: ocsp.OCSPSingleResponse, issuer: Identity) -> None:
    """(R16) Accept a response whose CertID names the certificate's issuer.

    Raises:
        Refused: it names another; the reference compares the serial number alone.
    """
    algorithm = single.hash_algorithm
    if not isinstance(
        algorithm,
        hashes.SHA1 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512,
    ):
        raise Refused(
            Cause.UNSUPPORTED_ALGORITHM, f"issuer hashed with {algorithm.name}"
        )

    def digest(data: bytes) -> bytes:
        return hashlib.new(algorithm.name, data, usedforsecurity=False).digest()

    if (single.issuer_name_hash, single.issuer_key_hash) != (
        digest(issuer.name),
        digest(issuer.key),
    ):
        raise Refused(
            Cause.OTHER_ISSUER,
            "its serial number matches, its issuer is another",
        )


def _read(
    single: ocsp.OCSPSingleResponse,
    extensions: dict[str, tuple[bool, bytes]],
    *,
    issuer: Identity,
    produced_at: datetime,
    clock: Clock,
    authentic_signing_time: datetime | None,
    newest_seen: datetime | None,
) -> OcspAnswer:
    """(R17, R18) Return what one authenticated single response says.

    Raises:
        Refused: it is not of this issuer, not understood, or not current.
    """
    _check_issuer(single, issuer)
    for oid, (critical, _) in extensions.items():
        if critical:
            raise Refused(
                Cause.CRITICAL_EXTENSION, f"critical extension {oid} is not understood"
            )
    this_update, next_update = single.this_update_utc, single.next_update_utc
    # Also of a revocation: a clock that runs ahead would poison the memory for good.
    clock.refuse_future(this_update, "thisUpdate")
    clock.refuse_future(produced_at, "producedAt")
    stale = clock.staleness(this_update, next_update)
    if stale is None and newest_seen is not None and this_update < newest_seen:  # (R40)
        stale = Refused(
            Cause.OLDER_THAN_SEEN,
            f"of {this_update:%FT%TZ}; one of {newest_seen:%FT%TZ} was seen before",
        )
    revocation = None
    if single.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        revocation = _revocation(single, extensions)
        for_good = revocation.standing is Standing.REVOKED
        if for_good and revocation.reaches(authentic_signing_time):
            # (R33) A signed "revoked for good" does not age.
            stale = None
    if stale is not None:
        raise stale
    if single.certificate_status is ocsp.OCSPCertStatus.UNKNOWN:
        raise Refused(Cause.NOT_KNOWN_THERE, "the responder does not know it")
    current = next_update is not None and clock.now <= next_update
    return OcspAnswer(
        good=revocation is None or not revocation.reaches(authentic_signing_time),
        this_update=this_update,
        fresh_until=clock.until(this_update, next_update)
        if next_update is not None and current
        else None,
        revocation=revocation,
    )


def _revocation(
    single: ocsp.OCSPSingleResponse, extensions: dict[str, tuple[bool, bytes]]
) -> Revocation:
    reason = single.revocation_reason
    invalidity_date = None
    if _INVALIDITY_DATE in extensions:
        invalidity_date = generalized_time(extensions[_INVALIDITY_DATE][1])
    return Revocation(
        standing=Standing.HELD if reason in _TEMPORARY else Standing.REVOKED,
        this_update=single.this_update_utc,
        revoked_at=single.revocation_time_utc or single.this_update_utc,
        reason=reason.value if reason else "unspecified",
        invalidity_date=invalidity_date,
    )
