"""The policies of the three stacks: the same words, each about its own registry."""

import base64
import json
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from demo.stack import REGION, SOURCE, LocalAws
from sealward.policy.bundle import load_bundle
from tests.converge.signatures import signer
from tests.forge import revocation

CANARY: Final = "cap/canary"
RESPONDER: Final = "http://ocsp.example"
TOPIC: Final = "owners"
RELEASE: Final = "release"
"""Signing profile of ``by-signer``."""
REVOKED: Final = "leaked"
"""Signing profile of ``revoked``."""
PATIENT: Final = "10m"
QUICK: Final = "3s"
_TEAM: Final = "x509.subject: CN=Leaf,O=acme,ST=WA,C=US"
_SECOND: Final = "x509.subject: CN=Second,O=acme,ST=WA,C=US"


@cache
def revocable() -> revocation.Scene:
    """Return a CA and its signer, whose certificate names a responder."""
    return revocation.scene(ocsp=[RESPONDER])


def repository(use_case: str) -> str:
    """Return the repository that a use case has for itself."""
    return f"cap/{use_case}"


def bundle(
    aws: LocalAws, use_cases: Mapping[str, object], *, since: datetime, serial: int = 1
) -> bytes:
    """Return the bundle of an account.

    Args:
        aws: as the account sees it.
        use_cases: by name; each has a repository and a policy of its own.
        since: what was there before is proposed, by the policies that say so.
        serial: the second one trusts another signer in ``bundle-changed``.
    """
    root = _signer_root(aws)
    settings = _settings(aws.account, since=since, serial=serial)
    names = [each for each in use_cases if each != "ungoverned"]
    document = {
        "schema": 1,
        "serial": serial,
        "audience": [aws.account],
        "policies": [
            _policy(aws.account, each, settings.get(each, {}))
            for each in (*names, "canary")
        ],
        "trustStores": {
            "ca": {
                "acme": [_text(signer("Leaf").root_der)],
                "revocable": [_text(revocable().signer.root_der)],
            },
            "signingAuthority": {
                "signer": [_text(root.public_bytes(Encoding.DER))],
            },
        },
        "signerRoots": {"local": root.fingerprint(hashes.SHA256()).hex()},
    }
    content = json.dumps(document, indent=1).encode()
    load_bundle(content)  # the stack would refuse a bad one a minute later
    return content


def source_bundle(aws: LocalAws, outputs: Mapping[str, str], external_id: str) -> bytes:
    """Return the source's bundle, which names whom to ask in the account of ``aws``."""
    verdicts = {
        "place": f"{aws.account}/{REGION}",
        "role": outputs["VerdictRole"],
        "externalId": external_id,
        "function": outputs["VerdictFunction"],
    }
    policies = [
        _policy(SOURCE, each, {"replication": {"verdicts": [verdicts]}})
        for each in ("replicated", "replicated-unsigned")
    ]
    document = {
        "schema": 1,
        "serial": 1,
        "audience": [SOURCE],
        "policies": policies,
        "trustStores": {"ca": {"acme": [_text(signer("Leaf").root_der)]}},
    }
    content = json.dumps(document).encode()
    load_bundle(content)
    return content


def _settings(account: str, *, since: datetime, serial: int) -> dict[str, Any]:
    """Return what the policies say beside what all of them say, by use case."""
    before = {"enforceFrom": f"{since:%Y-%m-%dT%H:%M:%S.%fZ}"}
    from_source = {"sources": [f"{SOURCE}/{REGION}"]}
    by_signer = {"store": "signingAuthority:signer"}
    patient = {"grace": PATIENT, "untaggedGrace": PATIENT}
    topic = f"arn:aws:sns:{REGION}:{account}:{TOPIC}"
    return {
        **dict.fromkeys(
            (
                "signed",
                "many-signatures",
                "fallback-tag",
                "multi-arch",
                "late-signature",
                "archived-by-others",
                "signature-lost",
                "gone",
            ),
            patient,
        ),
        "by-signer": {**patient, **by_signer, "identity": _profile(account, RELEASE)},
        "revoked": {**patient, **by_signer, "identity": _profile(account, REVOKED)},
        "by-responder": {**patient, "store": "ca:revocable", "identity": "*"},
        "exempt": {"level": "skip"},
        "tag-move": {"grace": "15s"},
        "managed-signing-failed": {"grace": "8s"},
        "replicated": {"replication": {**from_source, "grace": PATIENT}},
        "replicated-unsigned": {"replication": {**from_source, "grace": "6s"}},
        "held-with-evidence": {"owner": {"team": "payments", "topic": topic}},
        "proposed": before,
        "answered": before,
        "bundle-changed": {**patient, "identity": _SECOND if serial > 1 else _TEAM},
        "pulls-denied": {"escalation": "deny-pulls"},
        "deleted": {"enforcement": "delete"},
        "deleted-at-once": {"enforcement": "delete", "escalation": "delete"},
        "canary": {"grace": "12s"},
    }


def _policy(account: str, use_case: str, said: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(said)
    level = said.pop("level", "strict")
    statement: dict[str, Any] = {
        "name": use_case,
        "registryScopes": [
            f"{account}.dkr.ecr.{REGION}.amazonaws.com/{repository(use_case)}"
        ],
        "signatureVerification": {"level": level},
    }
    store, identity = said.pop("store", "ca:acme"), said.pop("identity", _TEAM)
    if level != "skip":
        statement |= {"trustStores": [store], "trustedIdentities": [identity]}
    return {
        "statement": statement,
        "enforcement": "quarantine",
        "grace": QUICK,
        "untaggedGrace": said.get("grace", QUICK),
        **said,
    }


def _profile(account: str, name: str) -> str:
    return f"arn:aws:signer:{REGION}:{account}:/signing-profiles/{name}"


def _signer_root(aws: LocalAws) -> x509.Certificate:
    address = f"{aws.endpoint}/_sealward/signer-root/aws"
    with urllib.request.urlopen(address, timeout=60) as answer:
        return x509.load_pem_x509_certificate(answer.read())


def _text(certificate: bytes) -> str:
    return base64.b64encode(certificate).decode()
