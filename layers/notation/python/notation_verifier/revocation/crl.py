"""One CRL: when it is current, what it covers, what it says of a serial number.

Spec: trust-store-trust-policy, Certificate Revocation with CRL; RFC 5280 sections 5 and
6.3. docs/revocation.md numbers the rules.
"""

from datetime import datetime
from hashlib import sha256

from cryptography import x509

from notation_verifier.revocation.freshness import Clock
from notation_verifier.revocation.memory import Revocation, SeenCrl, Standing
from notation_verifier.revocation.pointers import DistributionPoint, Identity
from notation_verifier.revocation.status import PARSER_ERRORS, Cause, Refused
from notation_verifier.values import dataclass

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
