"""Writes the seeds and the certificates they lead to (``make generated``).

Every seed comes from ``tests.forge``, whose elliptic keys sign the same bytes each
time, or from files of this checkout; so writing them again changes nothing. A name that
begins with ``good`` says that the target accepts the seed, signatures believed.
"""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from notation_verifier import Descriptor
from tests import forge
from tests.forge import revocation
from tests.forge import timestamps as ts
from tests.fuzz.material import (
    CORPUS,
    IMAGE,
    MATERIAL,
    MESSAGE,
    NOW,
)

ROOT = Path(__file__).parents[2]

EVENTS = (
    "ecr-push-signed-jws",
    "ecr-referrer-signed-jws",
    "ecr-replication-unsigned",
)
ORGANISATION = "C=US,ST=WA,O=acme,CN=Build"
HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"

SIGNER = forge.chain(2, algorithm="ES256", subject=ORGANISATION)
SERVICE = forge.SignerService()
TSA = ts.authority(2)
BY_OCSP = revocation.scene(ocsp=[revocation.OCSP_URL])
BY_CRL = revocation.scene(crl=[revocation.CRL_URL])
SUBJECT: Descriptor = forge.descriptor(IMAGE)

Seeds = dict[str, bytes]


def material() -> Seeds:
    """Return the certificates that the targets trust or ask after."""
    chains = {
        "envelope": SIGNER.ders,
        "signer": SERVICE.signer(signing_time=forge.NOW).ders,
        "tsa": TSA.ders,
        "ocsp": BY_OCSP.signer.ders,
        "crl": BY_CRL.signer.ders,
    }
    return {
        f"{name}-{index}.der": der
        for name, ders in chains.items()
        for index, der in enumerate(ders)
    }


def _token(**changes: Any) -> bytes:
    right: dict[str, Any] = {"signer": TSA, "message": MESSAGE}
    return ts.Token(**right | changes).der()


def envelopes(format_: str) -> Seeds:
    """Return envelopes of one format: as the schemes have them, and wrong ones."""
    plain = forge.sign(SUBJECT, SIGNER, format_)
    return {
        "good-timestamped": forge.sign(
            SUBJECT,
            SIGNER,
            format_,
            timestamp=_token(message=forge.signature_of(plain)),
        ),
        "signer": SERVICE.sign(SUBJECT, format=format_),
        "expired": forge.sign(
            SUBJECT, SIGNER, format_, expiry=NOW - timedelta(hours=1)
        ),
        "other-timestamp": forge.sign(SUBJECT, SIGNER, format_, timestamp=_token()),
        "attributes": forge.sign(
            SUBJECT,
            SIGNER,
            format_,
            scheme="notary.x509.signingAuthority",
            annotations={"io.example/commit": "f00"},
            attributes={"io.example/stage": {"a": [1, None, True]}},
            critical={"io.example/gate": "x"},
        ),
        "other-chain": forge.sign(SUBJECT, forge.chain(1), format_),
        "cut": plain[: len(plain) // 2],
    }


def jws_parts() -> Seeds:
    """Return protected headers and payloads, as they are under the base64."""
    found: Seeds = {}
    for name, envelope in envelopes("jws").items():
        if name != "cut":
            read = json.loads(envelope)
            parts = [
                base64.urlsafe_b64decode(read[member] + "==")
                for member in ("protected", "payload")
            ]
            found[name.removeprefix("good-")] = b"\0".join(parts)
    return found


def certificates() -> Seeds:
    """Return certificates as chains, trust stores and timestamps have them."""
    others = {
        "good-p-521": forge.chain(1, algorithm="ES512"),
        "ed25519": forge.chain(2, ca_algorithm="Ed25519", algorithm="ES256"),
    }
    return {
        "good-root": SIGNER.root_der,
        "good-pem": SIGNER.root_pem,
        "good-two": SIGNER.root_der + SERVICE.root_der,
        "leaf": SIGNER.ders[0],
        "ocsp-leaf": BY_OCSP.signer.ders[0],
        "crl-leaf": BY_CRL.signer.ders[0],
        "tsa-leaf": TSA.ders[0],
        **{name: signer.ders[0] for name, signer in others.items()},
    }


def timestamps() -> Seeds:
    """Return timestamp tokens, right ones and wrong ones."""
    return {
        "good": _token(),
        "good-accuracy": _token(accuracy=ts.accuracy(1, 2, 3)),
        "good-serial": _token(issuer_serial=True),
        "other-message": _token(message=b"another"),
        "good-no-time": _token(attributes={ts.SIGNING_TIME: None}),
        "extension": _token(rest=(ts.tst_extension(critical=True),)),
        "no-certificates": _token(certificates=[]),
    }


def responses() -> Seeds:
    """Return OCSP responses, right ones and wrong ones."""
    scene = BY_OCSP
    dated = (revocation.invalidity_date(NOW),)
    return {
        "good": scene.ocsp().der(),
        "good-delegated": scene.delegated().der(),
        "revoked": scene.ocsp("revoked", reason=1, extensions=dated).der(),
        "delegated-revoked": scene.delegated("revoked", reason=6).der(),
        "unknown": scene.ocsp("unknown").der(),
        "try-later": revocation.ocsp_error(3),
    }


def lists() -> Seeds:
    """Return CRLs and deltas, right ones and wrong ones."""
    scene = BY_CRL
    user = revocation.scope(user=True)
    return {
        "good": scene.crl().der(),
        "good-scoped": scene.crl(scope=user).der(),
        "listed": scene.crl(scene.listed(reason=1)).der(),
        "hold": scene.crl(scene.listed(reason=revocation.HOLD), scope=user).der(),
        "freshest": scene.crl(freshest=[revocation.DELTA_URL]).der(),
        "delta": scene.crl(number=12, base=10).der(),
    }


def _file(name: str) -> bytes:
    return (ROOT / name).read_bytes()


def policies() -> Seeds:
    """Return trust policy documents."""
    document = json.loads(_file("demo/policy/trustpolicy.json"))
    one = {**document, "trustPolicies": document["trustPolicies"][:1]}
    return {
        "good-one": json.dumps(one).encode(),
        "good-demo": _file("demo/policy/trustpolicy.json"),
        "empty": b'{"version":"1.0","trustPolicies":[]}',
    }


def blob_policies() -> Seeds:
    """Return trust policy documents for blobs."""

    def document(**changes: Any) -> bytes:
        statement = {
            "name": "blobs",
            "signatureVerification": {"level": "strict"},
            "trustStores": ["ca:acme"],
            "trustedIdentities": ["x509.subject: C=US, ST=WA, O=acme"],
            **changes,
        }
        return json.dumps({"version": "1.0", "trustPolicies": [statement]}).encode()

    return {
        "good-one": document(),
        "good-global": document(globalPolicy=True),
        "scopes": document(registryScopes=["*"]),
        "empty": b'{"version":"1.0","trustPolicies":[]}',
    }


def store_files() -> Seeds:
    """Return files of trust stores, as they come from people and from tools."""
    pem = SIGNER.root_pem
    return {
        "good-pem": b"subject=/CN=root\n" + pem,
        "good-pem-crlf": pem.replace(b"\n", b"\r\n"),
        "good-two-pem": pem + SERVICE.root_pem,
        "good-two-der": SIGNER.root_der + SERVICE.root_der,
        "headers": pem.replace(b"-----\n", b"-----\nProc-Type: 4\n\n", 1),
        "mark": b"\xef\xbb\xbf" + pem,
        "key": pem + pem.replace(b"CERTIFICATE", b"PRIVATE KEY"),
        "cut": pem[: len(pem) // 2],
        "leaf": SIGNER.ders[0],
    }


def payloads() -> Seeds:
    """Return payloads, with and without user metadata."""
    plain = json.loads(forge.payload_of(SUBJECT))
    target = plain["targetArtifact"]

    def of(**members: Any) -> bytes:
        return json.dumps({"targetArtifact": {**target, **members}}).encode()

    return {
        "good": of(),
        "good-metadata": of(annotations={"team": "payments", "": ""}),
        "good-platform": of(platform={"architecture": "arm64", "os": "linux"}),
        "numbers": of(annotations={"team": 7}),
        "size": of(size=-1),
        "digest": of(digest="sha256:00"),
    }


def statements() -> Seeds:
    """Return statements of every level."""
    found: Seeds = {}
    for level in ("strict", "permissive", "audit", "skip"):
        verification: dict[str, Any] = {"level": level}
        value: dict[str, Any] = {
            "name": level,
            "registryScopes": [f"{HOST}/prod/app"],
            "signatureVerification": verification,
        }
        if level != "skip":
            verification["override"] = {"revocation": "log"}
            verification["verifyTimestamp"] = "afterCertExpiry"
            value["trustStores"] = ["ca:acme", "tsa:clock"]
            value["trustedIdentities"] = [
                "x509.subject: C=US, ST=WA, O=acme",
                SERVICE.profile_arn("payments"),
            ]
        found[f"good-{level}"] = json.dumps(value).encode()
    return found | {"bare": b'{"name":"a","registryScopes":["*"]}'}


def texts(*lines: str) -> Iterator[tuple[str, bytes]]:
    """Yield numbered seeds; a leading ``!`` is of one that is refused."""
    for number, line in enumerate(lines):
        good = "" if line.startswith("!") else "good-"
        yield f"{good}{number}", line.removeprefix("!").encode()


def manifests() -> Seeds:
    """Return manifests: signatures, images, indices."""
    envelope = forge.sign(SUBJECT, SIGNER)
    found: Seeds = {
        f"good-{shape}": forge.signature_manifest(
            SUBJECT, envelope, forge.JWS, shape=shape
        )[0]
        for shape in ("config", "artifactType")
    }
    signature = json.loads(found["good-artifactType"])
    index = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [signature["subject"], {**signature["subject"], "platform": {}}],
    }
    image = {**signature, "config": {**signature["config"], "mediaType": "text/html"}}
    return found | {
        "index": json.dumps(index).encode(),
        "image": json.dumps(image).encode(),
        "schema-1": b'{"schemaVersion":1,"fsLayers":[],"history":[]}',
    }


def corpus() -> dict[str, Seeds]:
    """Return the seeds of every target, by target and name."""
    return {
        "jws": envelopes("jws"),
        "jws-parts": jws_parts(),
        "cose": envelopes("cose"),
        "certificate": certificates(),
        "timestamp": timestamps(),
        "ocsp": responses(),
        "crl": lists(),
        "trust-policy": policies(),
        "blob-policy": blob_policies(),
        "trust-store": store_files(),
        "payload": payloads(),
        "statement": statements(),
        "scope": dict(
            texts(
                "*",
                f"{HOST}/prod/app",
                f"{HOST}/prod/*",
                f"{HOST}/*",
                HOST,
                "!registry.example:5000/a/b",
                f"!{HOST}/a..b",
            )
        ),
        "name": dict(
            texts(
                "C=US, ST=WA, O=acme",
                r"C=US,ST=WA,O=a\,b\2Bc,CN=d\ ",
                "!CN=a,OU=b+OU=c,C=US,ST=WA,O=d",
                "!C=US,S=WA,O=#0c0161",
                "!C=US,C=US,ST=WA,O=a",
                "!O=acme",
            )
        ),
        "manifest": manifests(),
        "bundle": {
            "good-demo": _file("demo/policy/bundle.json"),
            "empty": b'{"schema":1,"serial":1,"audience":["*"],"policies":[]}',
        },
        "event": {f"good-{name}": _file(f"events/{name}.json") for name in EVENTS}
        | {"malformed": _file("events/ecr-push-malformed.json")},
    }


def main() -> None:
    """Write them all; what is no longer made is removed."""
    folders = {MATERIAL: material()}
    folders |= {CORPUS / target: seeds for target, seeds in corpus().items()}
    for folder, files in folders.items():
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            if old.name not in files:
                old.unlink()
        for name, content in files.items():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
