"""The envelope that SignPayload returns: a JWS of Notation's signing authority scheme.

AWS's real one was seen only as ``notation inspect`` prints it; its attributes are
these, and it carries no timestamp.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from simulator.signer.authority import Leaf

PLUGIN = "com.amazonaws.signer.notation.plugin"
_HALF = 48
"""Bytes of r, and of s, on P-384."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What the signature says besides its payload."""

    content_type: str
    profile_version: str
    job: str
    signed_at: datetime
    expires_at: datetime


def sealed(payload: bytes, statement: Statement, leaf: Leaf) -> bytes:
    """Return the envelope over ``payload``."""
    critical: dict[str, Any] = {
        "io.cncf.notary.signingScheme": "notary.x509.signingAuthority",
        "io.cncf.notary.authenticSigningTime": _instant(statement.signed_at),
        "io.cncf.notary.expiry": _instant(statement.expires_at),
        "io.cncf.notary.verificationPlugin": PLUGIN,
        "com.amazonaws.signer.signingProfileVersion": statement.profile_version,
        "com.amazonaws.signer.signingJob": statement.job,
    }
    header = {
        "alg": "ES384",
        "crit": list(critical),
        "cty": statement.content_type,
        **critical,
    }
    protected = _base64url(json.dumps(header, separators=(",", ":")).encode())
    signed = protected + "." + _base64url(payload)
    return json.dumps(
        {
            "payload": _base64url(payload),
            "protected": protected,
            "header": {
                "x5c": [base64.b64encode(der).decode() for der in leaf.ders],
                "io.cncf.notary.signingAgent": "simulated AWS Signer",
            },
            "signature": _base64url(_signature(leaf.key, signed.encode())),
        },
        separators=(",", ":"),
    ).encode()


def _signature(key: ec.EllipticCurvePrivateKey, signed: bytes) -> bytes:
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA384())))
    return r.to_bytes(_HALF) + s.to_bytes(_HALF)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
