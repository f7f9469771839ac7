"""Validity, checks 7 to 9: the signature has not ended, its certificates held and hold.

Spec: trust-store-trust-policy, Signature Verification, steps 4 to 6; signing-scheme.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from notation_verifier.envelope import Envelope, SigningScheme
from notation_verifier.fetch import Fetch
from notation_verifier.outcome import Failed, Outcome, Passed, Reason, Skipped
from notation_verifier.signer import names_signer_plugin
from notation_verifier.statement import PolicyStatement, VerifyTimestamp
from notation_verifier.trust_store import (
    TrustStoreName,
    TrustStores,
    TrustStoreType,
)
from notation_verifier.values import dataclass

if TYPE_CHECKING:
    from notation_verifier.revocation import LazySettings
    from notation_verifier.timestamp import Timestamp

CLOCK_SKEW = timedelta(minutes=5)
"""How far a signing authority's clock may be ahead of ours."""


def check_expiry(envelope: Envelope, now: datetime) -> Outcome:
    """(7) The signature has not expired."""
    expiry = envelope.expiry
    if expiry is None:
        return Passed("the signature does not expire")
    if now >= expiry:  # (7.1)
        return Failed(
            Reason.SIGNATURE_EXPIRED, f"the signature expired {expiry.isoformat()}"
        )
    return Passed(f"the signature expires {expiry.isoformat()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """When and with what a timestamp is checked."""

    now: datetime
    fetch: Fetch | None = None
    """Asks about the authority's certificates; None leaves that open."""
    settings: "LazySettings" = None
    """What earlier checks of revocation learnt."""


def check_authentic_timestamp(
    envelope: Envelope,
    statement: PolicyStatement,
    trust_stores: TrustStores,
    circumstances: Circumstances,
) -> "tuple[Outcome, Timestamp | None]":
    """(8) Every certificate was valid at the time that can be relied upon.

    Returns:
        The outcome, and the timestamp where one was needed and can be trusted.
    """
    now = circumstances.now
    if envelope.scheme is SigningScheme.SIGNING_AUTHORITY:
        at = envelope.signing_time
        if at - now > CLOCK_SKEW:  # (8.1)
            return Failed(
                Reason.SIGNING_TIME_IN_FUTURE,
                f"the authentic signing time {at.isoformat()} is after now,"
                f" {now.isoformat()}",
            ), None
        return _valid_at(envelope, at, "the authentic signing time"), None
    stores = [
        name for name in statement.trust_stores if name.type is TrustStoreType.TSA
    ]
    if not stores:  # (8.2)
        what = "now: the statement names no tsa store"
        return _valid_at(envelope, now, what), None
    # (8.3) until something has expired, no timestamp is looked at (T1)
    if statement.verify_timestamp is VerifyTimestamp.AFTER_CERT_EXPIRY and all(
        now <= certificate.not_after for certificate in envelope.chain
    ):
        return _valid_at(envelope, now, "now: no certificate has expired"), None
    return _timestamp(envelope, stores, trust_stores, circumstances)


def _timestamp(
    envelope: Envelope,
    stores: Sequence[TrustStoreName],
    trust_stores: TrustStores,
    circumstances: Circumstances,
) -> "tuple[Outcome, Timestamp | None]":
    """Return whether a timestamp shows when the signature was there, and when."""
    if not envelope.timestamp:
        return Failed(
            Reason.TIMESTAMP_MISSING,
            "the statement names a tsa store, the envelope has no timestamp",
        ), None
    absent = [str(name) for name in stores if name not in trust_stores]
    if absent:
        return Failed(
            Reason.NO_TRUST_STORE, f"there is no trust store {', '.join(absent)}"
        ), None
    # Costs nothing where no timestamp is looked at.
    from notation_verifier.timestamp import check_timestamp  # noqa: PLC0415

    roots = {root.der: root for name in stores for root in trust_stores[name]}
    return check_timestamp(  # (8.4)
        envelope.timestamp,
        envelope.signature,
        envelope.chain,
        tuple(roots.values()),
        now=circumstances.now,
        fetch=circumstances.fetch,
        settings=circumstances.settings,
    )


def check_revocation(
    envelope: Envelope, *, anchored: bool, information_required: bool = False
) -> Outcome:
    """(9) Nothing in the chain is revoked, as far as that needs no network.

    Args:
        envelope: its chain holds together.
        anchored: whether a trust store holds a certificate of the chain. Nothing is
            ever asked about a chain that is not: its maker chose the addresses.
        information_required: whether a certificate that names no source fails.
    """
    signer = names_signer_plugin(envelope)
    # The root is its own word: nobody is asked about it.
    if not signer and not any(
        certificate.has_revocation_pointer for certificate in envelope.chain[:-1]
    ):
        if information_required and len(envelope.chain) > 1:
            return Failed(
                Reason.NO_REVOCATION_INFORMATION,
                "no certificate names OCSP or a CRL, and the policy requires it",
            )
        return Passed("no revocation information in any certificate")  # (9.1)
    if not anchored:
        # Not Skipped: whoever made the chain would buy an inconclusive end with it.
        return Failed(
            Reason.NOT_ANCHORED, "nothing is asked about a chain that is not anchored"
        )
    if signer:
        return Skipped(Reason.NEEDS_SIGNER_SERVICE, "there is no way to ask AWS Signer")
    return Skipped(
        Reason.NEEDS_REVOCATION_SERVICE, "OCSP and CRLs are not asked for yet"
    )


def _valid_at(envelope: Envelope, at: datetime, what: str) -> Outcome:
    for certificate in envelope.chain:
        if not certificate.not_before <= at <= certificate.not_after:  # (8.5)
            return Failed(
                Reason.CERTIFICATE_NOT_VALID,
                f"{certificate.subject_text} is valid from"
                f" {certificate.not_before.isoformat()} to"
                f" {certificate.not_after.isoformat()}, not at {at.isoformat()}"
                f" ({what})",
            )
    return Passed(f"every certificate is valid at {at.isoformat()} ({what})")
