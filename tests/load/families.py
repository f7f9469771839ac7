"""Families: multi-arch images, four manifests each, every second one signed.

    python -m tests.load.families FOLDER [--families N]

Writes ``families.jsonl`` and ``bundle.json`` into the folder. They are made here, where
the keys are, and pushed by an environment that has none.
"""

import argparse
import base64
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from notation_verifier import Descriptor
from simulator.ecr.manifests import digest_of
from simulator.pushes import IMAGE_CONFIG, IMAGE_INDEX, IMAGE_LAYER, IMAGE_MANIFEST
from tests import forge

ACCOUNT, REGION = "123456789012", "us-east-1"
REPOSITORIES = tuple(f"load/app-{number}" for number in range(10))
MANIFESTS = 4
"""Of a family: two platforms, their attestation, the index."""
GRACE = "10s"
FAMILIES = "families.jsonl"
BUNDLE = "bundle.json"


def families(count: int) -> Iterator[Mapping[str, Any]]:
    """Yield families: repository, blobs by digest, manifests in the order of pushes.

    Every second one has a signature by the signer that ``bundle`` trusts.
    """
    signer = _signer()
    for number in range(count):
        yield _family(number, signer if number % 2 == 0 else None)


def bundle() -> bytes:
    """Return the policy bundle: unsigned images are held as soon as the grace ends."""
    host = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    root = base64.b64encode(_signer().root_der).decode()
    document = {
        "schema": 1,
        "serial": 1,
        "audience": [ACCOUNT],
        "notBefore": None,
        "expires": None,
        "policies": [
            {
                "statement": {
                    "name": "load",
                    "registryScopes": [f"{host}/{each}" for each in REPOSITORIES],
                    # A weaker level would let no index cover what it lists.
                    "signatureVerification": {"level": "strict"},
                    "trustStores": ["ca:load"],
                    "trustedIdentities": ["x509.subject: CN=Leaf,O=acme,ST=WA,C=US"],
                },
                "enforcement": "quarantine",
                "grace": GRACE,
                "untaggedGrace": GRACE,
            }
        ],
        "trustStores": {"ca": {"load": [root]}},
    }
    return json.dumps(document).encode()


def _signer() -> forge.Signer:
    return forge.chain(3, subject="Leaf", algorithm="ES384")


def _family(number: int, signer: forge.Signer | None) -> Mapping[str, Any]:
    blobs: dict[str, str] = {}
    pushes: list[dict[str, Any]] = []

    def blob(content: bytes, media_type: str) -> dict[str, Any]:
        digest = digest_of(content)
        blobs[digest] = base64.b64encode(content).decode()
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def manifest(document: Mapping[str, Any], *, tag: str = "") -> dict[str, Any]:
        content = json.dumps({"schemaVersion": 2, **document})
        media_type = document["mediaType"]
        pushes.append({"content": content, "mediaType": media_type, "tag": tag})
        return {
            "mediaType": media_type,
            "digest": digest_of(content.encode()),
            "size": len(content.encode()),
        }

    def image(platform: str, layer_type: str) -> dict[str, Any]:
        about = {"architecture": platform, "os": "linux", "number": number}
        config = blob(json.dumps(about).encode(), IMAGE_CONFIG)
        layer = blob(f"{platform} of {number}".encode(), layer_type)
        return manifest(
            {"mediaType": IMAGE_MANIFEST, "config": config, "layers": [layer]}
        )

    entries = [image("amd64", IMAGE_LAYER), image("arm64", IMAGE_LAYER)]
    entries.append(image("unknown", "application/vnd.in-toto+json"))
    index = manifest(
        {"mediaType": IMAGE_INDEX, "manifests": entries}, tag=f"1.{number}"
    )
    if signer is not None:
        subject = Descriptor(
            media_type=index["mediaType"], digest=index["digest"], size=index["size"]
        )
        envelope = forge.sign(subject, signer)
        content, parts = forge.signature_manifest(subject, envelope, forge.JWS)
        for part in parts.values():
            blob(part, forge.JWS)
        pushes.append(
            {
                "content": content.decode(),
                "mediaType": json.loads(content)["mediaType"],
                "tag": "",
            }
        )
    return {
        "repository": REPOSITORIES[number % len(REPOSITORIES)],
        "signed": signer is not None,
        "index": index["digest"],
        "blobs": blobs,
        "pushes": pushes,
    }


def main(arguments: list[str]) -> int:
    """Write the files; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.families")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--families", type=int, default=2_500)
    asked = parser.parse_args(arguments)
    asked.folder.mkdir(parents=True, exist_ok=True)
    (asked.folder / BUNDLE).write_bytes(bundle())
    with (asked.folder / FAMILIES).open("w") as file:
        for family in families(asked.families):
            file.write(json.dumps(family) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
