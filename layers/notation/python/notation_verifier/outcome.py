"""The outcome of a check: passed, failed or skipped, and the reasons there are."""

from enum import StrEnum

from notation_verifier.values import dataclass


class Reason(StrEnum):
    """Why a check failed or was skipped; docs/verification.md explains each."""

    # signature
    SIGNATURE_MISMATCH = "signature-mismatch"
    ALGORITHM_MISMATCH = "algorithm-mismatch"
    # certificate chain
    CHAIN_INVALID = "chain-invalid"
    # payload
    PAYLOAD_CONTENT_TYPE = "payload-content-type"
    PAYLOAD_MALFORMED = "payload-malformed"
    SUBJECT_MISMATCH = "subject-mismatch"
    USER_METADATA_MISMATCH = "user-metadata-mismatch"
    # critical attributes
    UNKNOWN_CRITICAL_ATTRIBUTE = "unknown-critical-attribute"
    UNKNOWN_PLUGIN = "unknown-plugin"
    SIGNER_ATTRIBUTES = "signer-attributes"
    # authenticity
    NOT_ANCHORED = "not-anchored"
    NO_TRUST_STORE = "no-trust-store"
    # trusted identity
    IDENTITY_NOT_ALLOWED = "identity-not-allowed"
    IDENTITY_UNREADABLE = "identity-unreadable"
    NOT_UNDER_SIGNER_ROOT = "not-under-signer-root"
    SIGNER_WILDCARD = "signer-wildcard"
    # expiry
    SIGNATURE_EXPIRED = "signature-expired"
    # authentic timestamp
    CERTIFICATE_NOT_VALID = "certificate-not-valid"
    SIGNING_TIME_IN_FUTURE = "signing-time-in-future"
    TIMESTAMP_MISSING = "timestamp-missing"
    TIMESTAMP_MALFORMED = "timestamp-malformed"
    TIMESTAMP_MISMATCH = "timestamp-mismatch"
    TIMESTAMP_SIGNATURE = "timestamp-signature"
    TSA_NOT_TRUSTED = "tsa-not-trusted"
    TSA_CHAIN_INVALID = "tsa-chain-invalid"
    TSA_REVOKED = "tsa-revoked"
    TSA_REVOCATION_UNKNOWN = "tsa-revocation-unknown"
    # revocation
    CERTIFICATE_REVOKED = "certificate-revoked"
    NO_REVOCATION_INFORMATION = "no-revocation-information"
    REVOCATION_UNKNOWN = "revocation-unknown"
    SIGNER_REVOKED = "signer-revoked"
    SIGNER_UNAVAILABLE = "signer-unavailable"
    # skipped
    LEVEL_SKIPS = "level-skips"
    EARLIER_CHECK_FAILED = "earlier-check-failed"
    NEEDS_REVOCATION_SERVICE = "needs-revocation-service"
    NEEDS_SIGNER_SERVICE = "needs-signer-service"


@dataclass(frozen=True, slots=True)
class Passed:
    """The check was made and holds."""

    detail: str
    """What was found, for a reader: the anchor, the identity, the time."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The check was made and does not hold."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """The check was not made; never an absence, always a reason."""

    reason: Reason
    detail: str


Outcome = Passed | Failed | Skipped
