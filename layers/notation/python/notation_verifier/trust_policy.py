"""Trust policy documents: which identities may sign what, and how strictly.

Spec: trust-store-trust-policy, Trust Policy.
"""

from dataclasses import dataclass
from enum import StrEnum

from notation_verifier.levels import VerificationLevel
from notation_verifier.trust_store import TrustStoreName


class VerifyTimestamp(StrEnum):
    """When an RFC 3161 countersignature is looked at."""

    ALWAYS = "always"
    AFTER_CERT_EXPIRY = "afterCertExpiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicyStatement:
    """One statement; everything in it has been validated as ``notation`` would."""

    name: str
    registry_scopes: tuple[str, ...]
    level: VerificationLevel
    verify_timestamp: VerifyTimestamp
    trust_stores: tuple[TrustStoreName, ...]
    trusted_identities: tuple[str, ...]
    """As written: ``*``, ``x509.subject: …`` or an AWS Signer ARN."""
