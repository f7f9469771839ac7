"""A signature, a timestamp authority, and tokens by it with one thing changed."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from notation_verifier import (
    CheckName,
    Fetch,
    Outcome,
    TrustStoreName,
    TrustStores,
    Verification,
    verify,
)
from notation_verifier.revocation import RevocationSettings
from tests import forge
from tests.forge import timestamps as ts

SIGNER = forge.chain(2)
TSA = ts.authority()
STORES = ("ca:acme", "tsa:clock")


def signature_of(envelope: bytes) -> bytes:
    """Return the signature of a JWS envelope."""
    text = json.loads(envelope)["signature"]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


SIGNATURE = signature_of(forge.sign(forge.descriptor(), SIGNER))


def token(**changes: Any) -> bytes:
    """Return a token of the signature; ``changes`` are of ``Token`` of the forge."""
    right: dict[str, Any] = {"signer": TSA, "message": SIGNATURE}
    return ts.Token(**right | changes).der()


def case(
    stamp: bytes | None,
    *,
    signer: forge.Signer = SIGNER,
    roots: Sequence[bytes] = (TSA.root_der,),
    stores: Sequence[str] = STORES,
    now: datetime = forge.NOW,
    media_type: str = forge.JWS,
    **policy: Any,
) -> dict[str, Any]:
    """Return the arguments of ``verify`` for a signature with this timestamp."""
    kind = "jws" if media_type == forge.JWS else "cose"
    envelope = forge.sign(forge.descriptor(), signer, kind, timestamp=stamp)
    arguments = forge.case(
        envelope,
        signer,
        media_type=media_type,
        now=now,
        policy=forge.statement(stores=stores, **policy),
    )
    held = {TrustStoreName.parse("ca:acme"): [signer.root_der]}
    if roots:
        held[TrustStoreName.parse("tsa:clock")] = list(roots)
    arguments["trust_stores"] = TrustStores(held)
    return arguments


def judged(
    stamp: bytes | None,
    *,
    fetch: Fetch | None = None,
    settings: RevocationSettings | None = None,
    **changes: Any,
) -> Verification:
    """Return the report on a signature with this timestamp."""
    return verify(**case(stamp, **changes), fetch=fetch, revocation_settings=settings)


def outcome(found: Verification) -> Outcome:
    """Return the outcome of check 8."""
    return found.check(CheckName.AUTHENTIC_TIMESTAMP).outcome


def reason(found: Verification) -> str | None:
    """Return why check 8 did not pass; None where it did."""
    return getattr(outcome(found), "reason", None)
