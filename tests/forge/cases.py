"""Whole calls of ``verify``: statement, stores and time that go with an envelope."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from notation_verifier import (
    Blob,
    Descriptor,
    PolicyStatement,
    TrustPolicyStatement,
    TrustStoreName,
    TrustStores,
    TrustStoreType,
    parse_statement,
)
from tests.forge.certificates import Signer, chain
from tests.forge.envelopes import COSE, JWS, NOW, descriptor, sign
from tests.forge.signer_service import SignerService


def statement(
    *,
    level: str = "strict",
    override: Mapping[str, str] | None = None,
    verify_timestamp: str = "always",
    stores: Sequence[str] = ("ca:acme", "signingAuthority:acme"),
    identities: Sequence[str] = ("*",),
) -> TrustPolicyStatement:
    """Return a statement for every repository."""
    return parse_statement(
        {
            "name": "forged",
            "registryScopes": ["*"],
            "signatureVerification": {
                "level": level,
                "override": dict(override or {}),
                "verifyTimestamp": verify_timestamp,
            },
            "trustStores": list(stores),
            "trustedIdentities": list(identities),
        }
    )


def case(
    envelope: bytes,
    signer: Signer | None = None,
    *,
    media_type: str = JWS,
    subject: Descriptor | Blob | None = None,
    policy: PolicyStatement | None = None,
    anchors: Sequence[bytes] | None = None,
    signer_roots: frozenset[str] | None = None,
    now: datetime = NOW,
) -> dict[str, Any]:
    """Return the arguments of ``verify``, with ``signer``'s root in every store.

    ``anchors`` replaces what the stores hold. The subject is ``forge.descriptor()``.
    """
    trusted = [signer.root_der] if anchors is None and signer else list(anchors or ())
    policy = policy or statement()
    stores = {
        TrustStoreName(kind, "acme"): trusted
        for kind in (TrustStoreType.CA, TrustStoreType.SIGNING_AUTHORITY)
        if trusted
    }
    arguments: dict[str, Any] = {
        "envelope": envelope,
        "media_type": media_type,
        "subject": subject or descriptor(),
        "statement": policy,
        "trust_stores": TrustStores(stores),
        "now": now,
    }
    if signer_roots is not None:
        arguments["signer_roots"] = signer_roots
    return arguments


def watched_cases() -> list[dict[str, Any]]:
    """Return verifications of every kind, for a test that watches what they touch."""
    signer = chain(3)
    service = SignerService()
    subject = descriptor()
    return [
        case(sign(subject, signer), signer),
        case(sign(subject, signer, "cose"), signer, media_type=COSE),
        case(
            sign(subject, signer),
            signer,
            policy=statement(identities=["x509.subject: C=US, ST=WA, O=acme"]),
        ),
        case(sign(descriptor(b"other"), signer), signer),
        case(
            service.sign(subject),
            service.signer(),
            policy=statement(identities=[service.profile_arn("payments")]),
            signer_roots=frozenset({service.root_fingerprint}),
        ),
        case(b"{}", signer),
        case(b"\xd2\x84", signer, media_type=COSE),
    ]
