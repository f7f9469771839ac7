"""The demo's trust policy in Notation's own form, and how its bundle is compiled."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from sealward.cli.__main__ import main as sealward

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
SOURCE = "111122223333/us-east-1"
"""Where ``replicated`` is copied from."""
SIGNER_PROFILE = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/demo_release"
POLICY = Path(__file__).parents[1] / "policy"
TRUST_POLICY = POLICY / "trustpolicy.json"
TRUST_STORE = POLICY / "truststore"
BUNDLE = POLICY / "bundle.json"

PAYMENTS_REPOSITORIES = (
    "signed-jws",
    "signed-cose",
    "unsigned",
    "wrong-team",
    "wrong-identity",
    "tampered-envelope",
    "other-image",
    "expired",
    "held-then-signed",
    "disguised",
    "junk-beside-good",
    "misshapen-beside-good",
    "multi-arch-unsigned",
    "re-pushed",
    "paused",
    "break-glass",
)
PATIENT_REPOSITORIES = ("late-signature", "fallback-tag", "outage")
REGISTRY_REPOSITORIES = (
    "registry-web",
    "registry-api",
    "registry-jobs",
    "registry-cron",
)


def _statement(
    name: str,
    repositories: tuple[str, ...],
    store: str,
    identity: str,
    **level: dict[str, str],
) -> dict[str, Any]:
    return {
        "name": name,
        "registryScopes": [f"{REGISTRY}/demo/{one}" for one in repositories],
        "signatureVerification": {"level": "strict", **level},
        "trustStores": [store],
        "trustedIdentities": [identity],
    }


def trust_policy() -> dict[str, Any]:
    """Return the document; ``notation`` accepts it as it is."""
    team = "x509.subject: C=DE, ST=Berlin, O=Example, CN={}".format
    payments, billing = team("payments-build"), team("billing-build")
    platform = team("platform-build")
    return {
        "version": "1.0",
        "trustPolicies": [
            _statement("payments", PAYMENTS_REPOSITORIES, "ca:payments", payments),
            _statement(
                "payments-patient", PATIENT_REPOSITORIES, "ca:payments", payments
            ),
            _statement("managed", ("managed-signing",), "ca:payments", payments),
            _statement("registry", REGISTRY_REPOSITORIES, "ca:payments", payments),
            _statement("deleted", ("deleted",), "ca:payments", payments),
            _statement("replicated", ("replicated",), "ca:payments", payments),
            _statement("billing", ("signed-billing",), "ca:billing", billing),
            _statement("platform", ("multi-arch",), "ca:platform", platform),
            _statement(
                "signer",
                ("signer-shaped",),
                "signingAuthority:demo-signer",
                SIGNER_PROFILE,
                override={"revocation": "skip"},
            ),
            {
                "name": "exempt",
                "registryScopes": [f"{REGISTRY}/demo/exempt"],
                "signatureVerification": {"level": "skip"},
            },
        ],
    }


def settings() -> dict[str, Any]:
    """Return what the bundle's policies say beside their statement, where it is more.

    The day in quarantine before a deletion is waived by the policy itself for what is
    pushed again and again: docs/evidence.md.
    """
    return {
        "deleted": {"enforcement": "delete", "escalation": "delete"},
        "replicated": {"replication": {"sources": [SOURCE], "grace": "15s"}},
    }


def write_policy(authorities: Mapping[str, bytes], signer_root: bytes) -> None:
    """Write trust policy, trust stores (of PEM roots) and bundle under demo/policy."""
    TRUST_POLICY.parent.mkdir(exist_ok=True)
    TRUST_POLICY.write_text(json.dumps(trust_policy(), indent=2) + "\n")
    shutil.rmtree(TRUST_STORE, ignore_errors=True)
    stores = {f"ca/{name}": one for name, one in authorities.items()}
    for name, root in (stores | {"signingAuthority/demo-signer": signer_root}).items():
        folder = TRUST_STORE / "x509" / name
        folder.mkdir(parents=True)
        (folder / "root.pem").write_bytes(root)
    compile_bundle(BUNDLE)


def compile_bundle(target: Path) -> None:
    """Compile the bundle with the ``sealward`` command, as anybody would."""
    root = TRUST_STORE / "x509" / "signingAuthority" / "demo-signer" / "root.pem"
    certificate = x509.load_pem_x509_certificate(root.read_bytes())
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        file.write(json.dumps(settings()).encode())
        file.flush()
        sealward(
            [
                *("policy", "compile", "--trust-policy", str(TRUST_POLICY)),
                *("--trust-store", str(TRUST_STORE), "--serial", "1"),
                *("--audience", "123456789012", "--settings", file.name),
                *("--enforcement", "quarantine", "--enforcement", "deleted=delete"),
                *("--grace", "3s", "--grace", "payments-patient=60s"),
                *("--grace", "platform=60s", "--grace", "managed=6s"),
                *("--untagged-grace", "3s", "--untagged-grace", "platform=60s"),
                *("--signer-root", f"demo-signer={fingerprint}", "-o", str(target)),
            ],
            standalone_mode=False,
        )
