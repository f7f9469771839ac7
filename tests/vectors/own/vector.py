"""A vector of our own: what is given, and what a verifier has to make of it."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests import forge

REPOSITORY = "registry.example/acme/app"
AT = "2026-06-01T00:00:00Z"


@dataclass(frozen=True, kw_only=True)
class EnvelopeVector:
    """An envelope, a trust policy, its stores, and the verdict."""

    envelope: bytes
    signer: forge.Signer
    media_type: str = forge.JWS
    stores: Sequence[str] = ("ca:acme",)
    identities: Sequence[str] = ("*",)
    signer_roots: Sequence[str] = ()
    clock: forge.Signer | None = None
    """The timestamp authority whose root is in the tsa stores."""
    verify_timestamp: str = ""
    """``always`` or ``afterCertExpiry``; "" for what a statement does not say."""
    override: Mapping[str, str] = field(default_factory=dict)
    failed: Sequence[str] = ()
    """Validations that fail; none for an envelope that is accepted."""
    reference: str = "agrees"
    """Or why notation-go cannot judge it alone: ``needs-plugin``."""

    def to_json(self) -> dict[str, Any]:
        """Return what is given and expected; bytes in base64."""
        subject = forge.descriptor()
        verification: dict[str, Any] = {"level": "strict"}
        if self.override:
            verification["override"] = dict(self.override)
        if self.verify_timestamp:
            verification["verifyTimestamp"] = self.verify_timestamp
        statement = {
            "name": "own",
            "registryScopes": ["*"],
            "signatureVerification": verification,
            "trustStores": list(self.stores),
            "trustedIdentities": list(self.identities),
        }
        roots = dict.fromkeys(self.stores, self.signer.root_der)
        if self.clock is not None:
            clocks = [name for name in self.stores if name.startswith("tsa:")]
            roots |= dict.fromkeys(clocks, self.clock.root_der)
        return {
            "kind": "envelope",
            "at": AT,
            "mediaType": self.media_type,
            "envelope": b64encode(self.envelope).decode(),
            "subject": {
                "mediaType": subject.media_type,
                "digest": subject.digest,
                "size": subject.size,
            },
            "trustPolicy": json.dumps({"version": "1.0", "trustPolicies": [statement]}),
            "trustStores": {
                name: [b64encode(root).decode()] for name, root in roots.items()
            },
            "signerRoots": list(self.signer_roots),
            "verdict": "refused" if self.failed else "accepted",
            "failed": sorted(self.failed),
            "reference": self.reference,
        }


@dataclass(frozen=True, kw_only=True)
class ResponseVector:
    """An OCSP response to a question about a leaf, and what it says of the leaf."""

    chain: Sequence[bytes]
    response: bytes
    at: datetime
    status: str
    """``good``, ``revoked`` or ``unknown``; what is forged says nothing: unknown."""

    def to_json(self) -> dict[str, Any]:
        """Return what is given and expected; bytes in base64."""
        return {
            "kind": "ocsp-response",
            "at": _text(self.at),
            "chain": [b64encode(der).decode() for der in self.chain],
            "response": b64encode(self.response).decode(),
            "status": self.status,
        }


@dataclass(frozen=True, kw_only=True)
class ListVector:
    """The CRLs that servers have of a leaf's issuer, and what they say of the leaf."""

    chain: Sequence[bytes]
    lists: Mapping[str, bytes]
    """By URL; what is not here cannot be had."""
    at: datetime
    signed_at: datetime | None = None
    """The authentic signing time, where the scheme has one."""
    status: str
    """``good``, ``revoked`` or ``unknown``; what is forged says nothing: unknown."""

    def to_json(self) -> dict[str, Any]:
        """Return what is given and expected; bytes in base64."""
        signed = {} if self.signed_at is None else {"signedAt": _text(self.signed_at)}
        return {
            "kind": "crl",
            "at": _text(self.at),
            **signed,
            "chain": [b64encode(der).decode() for der in self.chain],
            "lists": [
                {"url": url, "crl": b64encode(der).decode()}
                for url, der in self.lists.items()
            ],
            "status": self.status,
        }


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


Vector = EnvelopeVector | ResponseVector | ListVector
Case = Callable[[], Vector]


def described(case: Case) -> dict[str, str]:
    """Return a case's name, and the three paragraphs of its docstring.

    Raises:
        ValueError: it does not have title, chain and clause.
    """
    paragraphs = [
        " ".join(line.strip() for line in paragraph.splitlines() if line.strip())
        for paragraph in (case.__doc__ or "").split("\n\n")
    ]
    if len(paragraphs) != 3 or not paragraphs[2].startswith("Clause: "):
        raise ValueError(f"{case.__name__} does not say title, chain and clause")
    title, drawing, clause = paragraphs
    return {
        "name": case.__name__.replace("_", "-"),
        "title": title,
        "chain": drawing,
        "clause": clause.removeprefix("Clause: "),
    }
