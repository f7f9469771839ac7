"""Verify Notary Project signatures: bytes and values in, a report out.

``verify`` is the face; the other names are what it takes and gives.
"""

from typing import TYPE_CHECKING, Any

from notation_verifier.blob import Blob
from notation_verifier.descriptor import Descriptor
from notation_verifier.envelope import (
    COSE_MEDIA_TYPE,
    JWS_MEDIA_TYPE,
    MAX_ENVELOPE_BYTES,
    PAYLOAD_CONTENT_TYPE,
)
from notation_verifier.envelope_reader import read_envelope
from notation_verifier.errors import (
    InvalidCertificate,
    InvalidTrustPolicy,
    InvalidTrustStore,
    MalformedEnvelope,
    NotationError,
    UnsupportedEnvelope,
)
from notation_verifier.fetch import Fetch, FetchError
from notation_verifier.levels import (
    AUDIT,
    LEVELS,
    PERMISSIVE,
    SKIP,
    STRICT,
    Action,
    Validation,
    VerificationLevel,
)
from notation_verifier.outcome import Failed, Outcome, Passed, Reason, Skipped
from notation_verifier.registry_scopes import check_registry_scope
from notation_verifier.report import (
    ChainCertificate,
    Check,
    CheckName,
    Conclusion,
    Verification,
)
from notation_verifier.seen_chains import SeenChains
from notation_verifier.signer import PUBLISHED_SIGNER_ROOTS, SIGNER_ROOTS
from notation_verifier.statement import PolicyStatement, VerifyTimestamp
from notation_verifier.trust_policy import (
    TrustPolicyDocument,
    TrustPolicyStatement,
    parse_statement,
)
from notation_verifier.trust_store import TrustStoreName, TrustStores, TrustStoreType
from notation_verifier.verification import verify

if TYPE_CHECKING:
    from notation_verifier.blob_trust_policy import (
        BlobTrustPolicyDocument,
        BlobTrustPolicyStatement,
    )

__all__ = [
    "AUDIT",
    "COSE_MEDIA_TYPE",
    "JWS_MEDIA_TYPE",
    "LEVELS",
    "MAX_ENVELOPE_BYTES",
    "PAYLOAD_CONTENT_TYPE",
    "PERMISSIVE",
    "PUBLISHED_SIGNER_ROOTS",
    "SIGNER_ROOTS",
    "SKIP",
    "STRICT",
    "Action",
    "Blob",
    "BlobTrustPolicyDocument",
    "BlobTrustPolicyStatement",
    "ChainCertificate",
    "Check",
    "CheckName",
    "Conclusion",
    "Descriptor",
    "Failed",
    "Fetch",
    "FetchError",
    "InvalidCertificate",
    "InvalidTrustPolicy",
    "InvalidTrustStore",
    "MalformedEnvelope",
    "NotationError",
    "Outcome",
    "Passed",
    "PolicyStatement",
    "Reason",
    "SeenChains",
    "Skipped",
    "TrustPolicyDocument",
    "TrustPolicyStatement",
    "TrustStoreName",
    "TrustStoreType",
    "TrustStores",
    "UnsupportedEnvelope",
    "Validation",
    "Verification",
    "VerificationLevel",
    "VerifyTimestamp",
    "check_registry_scope",
    "parse_statement",
    "read_envelope",
    "verify",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 (what is asked for)
    # For blobs only: whoever verifies images never reads their policies.
    if name in {"BlobTrustPolicyDocument", "BlobTrustPolicyStatement"}:
        from notation_verifier import blob_trust_policy  # noqa: PLC0415

        return getattr(blob_trust_policy, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
