"""Timestamps of authorities: right, late, of others, and forged."""

from datetime import UTC, datetime
from typing import Any

from tests import forge
from tests.forge import timestamps as ts
from tests.forge.revocation import generalized
from tests.vectors.own.vector import Case, EnvelopeVector

SUBJECT = forge.descriptor()
EXPIRED = forge.chain(
    2,
    algorithm="ES256",
    not_before=datetime(2025, 1, 1, tzinfo=UTC),
    not_after=datetime(2026, 3, 1, tzinfo=UTC),
)
CURRENT = forge.chain(2, algorithm="ES256")
CLOCK = ts.authority(3)
LATE = generalized(datetime(2026, 3, 2, tzinfo=UTC))
FAILED = ("authenticTimestamp",)
STORES = ("ca:acme", "tsa:clock")


def _vector(
    *,
    signer: forge.Signer = EXPIRED,
    media_type: str = forge.JWS,
    message: bytes | None = None,
    when: str = "always",
    stamped: bool = True,
    authority: forge.Signer = CLOCK,
    failed: tuple[str, ...] = (),
    **token: Any,
) -> EnvelopeVector:
    format_ = "jws" if media_type == forge.JWS else "cose"
    plain = forge.sign(SUBJECT, signer, format_)
    if message is None:
        message = forge.signature_of(plain)
    made = ts.Token(signer=authority, message=message, **token).der()
    return EnvelopeVector(
        envelope=forge.sign(SUBJECT, signer, format_, timestamp=made)
        if stamped
        else plain,
        signer=signer,
        media_type=media_type,
        stores=STORES,
        clock=CLOCK,
        verify_timestamp=when,
        failed=failed,
    )


def timestamp_outlives_the_certificate() -> EnvelopeVector:
    """The leaf has expired; the timestamp says the signature was there before.

    Root > Leaf (expired); TSA Root > TSA CA 1 > TSA

    Clause: trust-store-trust-policy, Authentic Timestamp
    """
    return _vector()


def timestamp_outlives_the_certificate_in_cose() -> EnvelopeVector:
    """The same in COSE.

    Root > Leaf (expired); TSA Root > TSA CA 1 > TSA

    Clause: trust-store-trust-policy, Authentic Timestamp
    """
    return _vector(media_type=forge.COSE)


def timestamp_after_the_certificate_expired() -> EnvelopeVector:
    """Stamped a day after the leaf had expired.

    Root > Leaf (expired); TSA Root > TSA CA 1 > TSA

    Clause: trust-store-trust-policy, Authentic Timestamp
    """
    return _vector(time=LATE, failed=FAILED)


def timestamp_that_may_be_late() -> EnvelopeVector:
    """Stamped before the leaf expired, give or take ninety days.

    Root > Leaf (expired); TSA Root > TSA CA 1 > TSA

    Clause: RFC 3161, section 2.4.2, accuracy
    """
    return _vector(accuracy=ts.accuracy(90 * 86400), failed=FAILED)


def timestamp_of_another_signature() -> EnvelopeVector:
    """Of other bytes than this envelope's signature.

    Root > Leaf (expired); TSA Root > TSA CA 1 > TSA

    Clause: RFC 3161, section 2.4.2, messageImprint
    """
    return _vector(message=b"another signature", failed=FAILED)


def timestamp_by_a_stranger() -> EnvelopeVector:
    """By an authority whose root is in no tsa store.

    Root > Leaf (expired); Stranger > TSA

    Clause: trust-store-trust-policy, Trust Store
    """
    root = forge.CertificateAuthority.root("Stranger", algorithm="ES256")
    return _vector(authority=ts.leaf(root), failed=FAILED)


def timestamp_forged_by_another_key() -> EnvelopeVector:
    """In the authority's name, signed by a key that is not the authority's.

    Root > Leaf (expired); TSA Root > TSA CA 1 > TSA

    Clause: RFC 5652, section 5.6
    """
    return _vector(key=forge.private_key("ES256", "stranger"), failed=FAILED)


def timestamp_by_a_certificate_for_code() -> EnvelopeVector:
    """By a certificate of the right root that is for code signing.

    Root > Leaf (expired); TSA Root > TSA CA 1 > Code

    Clause: RFC 3161, section 2.3
    """
    root = forge.CertificateAuthority.root("TSA Root", algorithm="ES256")
    above = root.authority("TSA CA 1", algorithm="ES256")
    code = above.leaf("Code", algorithm="ES256")
    return _vector(authority=code, failed=FAILED)


def timestamp_missing() -> EnvelopeVector:
    """The statement wants a timestamp always, the envelope has none.

    Root > Leaf

    Clause: trust-store-trust-policy, verifyTimestamp
    """
    return _vector(signer=CURRENT, stamped=False, failed=FAILED)


def timestamp_not_needed_yet() -> EnvelopeVector:
    """Wanted after a certificate has expired, and none has.

    Root > Leaf

    Clause: trust-store-trust-policy, verifyTimestamp
    """
    return _vector(signer=CURRENT, stamped=False, when="afterCertExpiry")


CASES: tuple[Case, ...] = (
    timestamp_outlives_the_certificate,
    timestamp_outlives_the_certificate_in_cose,
    timestamp_after_the_certificate_expired,
    timestamp_that_may_be_late,
    timestamp_of_another_signature,
    timestamp_by_a_stranger,
    timestamp_forged_by_another_key,
    timestamp_by_a_certificate_for_code,
    timestamp_missing,
    timestamp_not_needed_yet,
)
