"""Revocation of a chain's certificates: OCSP and CRL, without a socket or a clock.

The numbers R1 to R50 are those of docs/revocation.md.
"""

from notation_verifier.revocation.chain import (
    LazySettings,
    RevocationSettings,
    check_revocation,
    resolved,
)
from notation_verifier.revocation.memory import (
    Revocation,
    RevocationMemory,
    SeenCrl,
    Standing,
)
from notation_verifier.revocation.status import (
    Attempt,
    Cause,
    CertificateRevocation,
    ChainRevocation,
    Method,
    RevocationStatus,
    SideBySide,
)

__all__ = [
    "Attempt",
    "Cause",
    "CertificateRevocation",
    "ChainRevocation",
    "LazySettings",
    "Method",
    "Revocation",
    "RevocationMemory",
    "RevocationSettings",
    "RevocationStatus",
    "SeenCrl",
    "SideBySide",
    "Standing",
    "check_revocation",
    "resolved",
]
