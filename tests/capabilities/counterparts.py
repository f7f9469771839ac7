"""Which use case here is which of tests/faults, or why there is none."""

from collections.abc import Mapping
from typing import Final

COUNTERPARTS: Final[Mapping[str, str]] = {
    "answered": "answered",
    "batch": "unsigned",
    "breaker-trips": "bundle-changed",
    "bundle-changed": "bundle-changed",
    "by-responder": "by-responder",
    "by-signer": "by-signer",
    "deleted": "deleted",
    "fallback-tag": "fallback-tag",
    "glass-broken": "glass-broken",
    "gone": "gone",
    "held-then-signed": "held-then-signed",
    "held-with-evidence": "held-with-evidence",
    "late-signature": "late-signature",
    "malformed": "malformed",
    "many-signatures": "many-signatures",
    "multi-arch": "multi-arch",
    "multi-arch-unsigned": "multi-arch-unsigned",
    "paused": "paused",
    "proposal-approved": "answered",
    "pulls-allowed": "pulls-denied",
    "pulls-denied": "pulls-denied",
    "pushed-again": "pushed-again",
    "release-ends": "held-then-signed",
    "released-to-sign": "released-to-sign",
    "resumed": "paused",
    "signature-lost": "signature-lost",
    "signed": "signed",
    "swept": "swept",
    "ticked": "deleted",
    "unsigned": "unsigned",
    "wrong-signer": "wrong-signer",
}
"""By its name there."""
REASONS: Final[Mapping[str, str]] = {
    "large-report": (
        "a transaction of puts is authorised put by put, as the intent of each hold is"
    ),
}
"""Of those that are not played here: why no right hangs on them."""
