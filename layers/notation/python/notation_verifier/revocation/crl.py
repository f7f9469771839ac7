"""One CRL: when it is believed, what it covers, what it says of a serial number.

Spec: trust-store-trust-policy, Certificate Revocation with CRL; RFC 5280 sections 5 and
6.3. docs/revocation.md numbers the rules.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography import x509

from notation_verifier import _der
from notation_verifier.algorithms import CERTIFICATE_ALGORITHMS, issued
from notation_verifier.certificate import Certificate
from notation_verifier.revocation.freshness import Clock
from notation_verifier.revocation.memory import Revocation, SeenCrl, Standing
from notation_verifier.revocation.pointers import (
    DistributionPoint,
    Identity,
    uri_names,
)
from notation_verifier.revocation.status import PARSER_ERRORS, Cause, Refused

MAX_CRL_BYTES = 32 * 1024 * 1024 - 1
"""The reference refuses 32 MiB and more."""
_MAX_NUMBER_BITS = 160  # RFC 5280 section 5.2.3: at most 20 octets
_VERSION_2 = bytes.fromhex("020101")
_TEMPORARY = frozenset(
    {x509.ReasonFlags.certificate_hold, x509.ReasonFlags.remove_from_crl}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crl:
    """A CRL signed by the certificate's issuer; not yet held against the time."""

    parsed: x509.CertificateRevocationList
    number: int | None
    this_update: datetime
    next_update: datetime | None
    base_number: int | None
    """Of the complete CRL a delta CRL completes; None for a complete one."""
    scope: x509.IssuingDistributionPoint | None
    freshest: tuple[str, ...] | None
    """Where its delta CRL is; None without that extension."""

    def memory_key(self, issuer: Identity) -> str:
        """Return what a memory knows CRLs of this issuer, scope and kind by."""
        scope = self.scope.public_bytes() if self.scope else b""
        kind = "complete" if self.base_number is None else "delta"
        return sha256(f"{issuer.id}:{kind}:".encode() + scope).hexdigest()

    def staleness(self, clock: Clock, seen: SeenCrl | None) -> Refused | None:
        """(R41) Return why it is no longer current, or None.

        Older than one already seen counts as not current (``seen``: the memory's).
        """
        stale = clock.staleness(self.this_update, self.next_update)
        if stale is not None or seen is None:
            return stale
        if self.this_update < seen.this_update or (
            seen.number is not None
            and (self.number is None or self.number < seen.number)
        ):
            return Refused(
                Cause.OLDER_THAN_SEEN,
                f"number {self.number} of {self.this_update:%FT%TZ}; number "
                f"{seen.number} of {seen.this_update:%FT%TZ} was seen before",
            )
        return None

    def listed(
        self, serial: int, authentic_signing_time: datetime | None
    ) -> tuple["Entry", ...]:
        """Return what it lists for ``serial``, in its order.

        A first entry that revokes for good is returned alone: nothing after it counts.

        Raises:
            Refused: an entry for ``serial`` is not understood.
        """
        try:
            first = self.parsed.get_revoked_certificate_by_serial_number(serial)
            if first is None:
                return ()
            entry = self._entry(first)
            if entry.for_good and entry.revocation.reaches(authentic_signing_time):
                return (entry,)
            return tuple(
                self._entry(one) for one in self.parsed if one.serial_number == serial
            )
        except PARSER_ERRORS as error:
            raise Refused(
                Cause.MALFORMED, f"the entry for it does not parse: {error!s:.200}"
            ) from None

    def _entry(self, listed: x509.RevokedCertificate) -> "Entry":
        reason: x509.ReasonFlags | None = None
        invalidity_date: datetime | None = None  # (R28)
        for extension in listed.extensions:
            match extension.value:
                case x509.CRLReason(reason=reason):
                    pass
                case x509.InvalidityDate() as date:
                    invalidity_date = date.invalidity_date_utc
                    continue
                case _:
                    pass
            if extension.critical:
                # The reference too refuses a critical reason code.
                raise Refused(
                    Cause.CRITICAL_EXTENSION,
                    f"critical extension {extension.oid.dotted_string} of its entry "
                    "is not understood",
                )
        return Entry(
            removed=reason is x509.ReasonFlags.remove_from_crl,
            revocation=Revocation(
                standing=Standing.HELD if reason in _TEMPORARY else Standing.REVOKED,
                this_update=self.this_update,
                revoked_at=listed.revocation_date_utc,
                reason=reason.value if reason else "unspecified",
                invalidity_date=invalidity_date,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a CRL for the certificate's serial number."""

    revocation: Revocation
    removed: bool
    """``removeFromCRL``: it ends a hold."""

    @property
    def for_good(self) -> bool:
        """Whether nothing can take it back."""
        return self.revocation.standing is Standing.REVOKED


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


def check_scope(crl: Crl, point: DistributionPoint, *, ca: bool) -> None:
    """(R24) Accept a CRL that covers the certificate (RFC 5280 section 6.3.3 (b)).

    Args:
        crl: as fetched from a URL of ``point``.
        point: the certificate's distribution point.
        ca: whether the certificate is a CA's.

    Raises:
        Refused: it covers others. The reference does not look.
    """
    if point.indirect:
        raise Refused(Cause.OUT_OF_SCOPE, "an indirect CRL; those are not used")
    scope = crl.scope
    if scope is None:
        return
    if scope.indirect_crl:
        raise Refused(Cause.OUT_OF_SCOPE, "an indirect CRL; those are not used")
    if scope.only_contains_attribute_certs:
        raise Refused(Cause.OUT_OF_SCOPE, "it covers attribute certificates only")
    if scope.only_contains_user_certs and ca:
        raise Refused(Cause.OUT_OF_SCOPE, "it covers no CA certificates")
    if scope.only_contains_ca_certs and not ca:
        raise Refused(Cause.OUT_OF_SCOPE, "it covers CA certificates only")
    if scope.relative_name is not None:
        raise Refused(Cause.OUT_OF_SCOPE, "it names its partition relative to a name")
    if scope.full_name is not None and point.names.isdisjoint(scope.full_name):
        raise Refused(
            Cause.OUT_OF_SCOPE,
            "it is the CRL of another distribution point than the certificate's",
        )
