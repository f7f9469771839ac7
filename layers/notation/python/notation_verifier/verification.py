"""Verify one envelope against one statement."""

from collections.abc import Set as AbstractSet
from datetime import datetime

from notation_verifier.descriptor import Descriptor
from notation_verifier.fetch import Fetch
from notation_verifier.report import Verification
from notation_verifier.signer import SIGNER_ROOTS
from notation_verifier.trust_policy import TrustPolicyStatement
from notation_verifier.trust_store import TrustStores


def verify(
    envelope: bytes,
    *,
    media_type: str,
    subject: Descriptor,
    statement: TrustPolicyStatement,
    trust_stores: TrustStores,
    signer_roots: AbstractSet[str] = SIGNER_ROOTS,
    fetch: Fetch | None = None,
    now: datetime,
) -> Verification:
    """Return the report on ``envelope``; raise NotationError for bytes that are none."""
    raise NotImplementedError
