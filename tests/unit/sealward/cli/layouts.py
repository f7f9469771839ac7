"""OCI image layouts for tests of ``sealward verify``: signatures forged into them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from demo.layouts.oci_layout import IMAGE_CONFIG, IMAGE_MANIFEST, OciLayout, canonical
from notation_verifier import Descriptor
from sealward.cli.__main__ import main
from tests import forge

REPOSITORY = "registry.example/app"
AT = "2026-06-01T00:00:00Z"


class Bench:
    """A folder with a layout, a trust policy and its trust store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.layout = OciLayout.create(folder / "layout")
        self.signer = forge.chain(length=2, algorithm="ES256")
        self.policy()
        self.trust(self.signer)

    def policy(self, **changes: Any) -> None:
        """Write the trust policy with one statement."""
        statement = {
            "name": "apps",
            "registryScopes": [REPOSITORY],
            "signatureVerification": {"level": "strict"},
            "trustStores": ["ca:acme"],
            "trustedIdentities": ["*"],
            **changes,
        }
        document = {"version": "1.0", "trustPolicies": [statement]}
        (self.folder / "trustpolicy.json").write_text(json.dumps(document))

    def trust(self, signer: forge.Signer, store: str = "ca/acme") -> None:
        """Put the signer's root into a store."""
        place = self.folder / "truststore" / "x509" / store
        place.mkdir(parents=True)
        (place / "root.pem").write_bytes(signer.root_pem)

    def image(self, tag: str = "1.0", *, about: str = "") -> Descriptor:
        """Add an image; ``about`` makes it another one."""
        config = self.layout.add_blob(canonical({"about": about}), IMAGE_CONFIG)
        manifest = {
            "schemaVersion": 2,
            "mediaType": IMAGE_MANIFEST,
            "config": config,
            "layers": [],
        }
        added = self.layout.add_manifest(manifest, tag=tag)
        return Descriptor(
            media_type=IMAGE_MANIFEST, digest=added["digest"], size=added["size"]
        )

    def sign(
        self,
        subject: Descriptor,
        *,
        signer: forge.Signer | None = None,
        envelope: bytes | None = None,
        listed: bool = True,
        shape: str = "config",
        annotations: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """Add a signature of ``subject``; return its manifest's descriptor."""
        made = envelope or forge.sign(subject, signer or self.signer, **changes)
        content, blobs = forge.signature_manifest(
            subject, made, forge.JWS, shape=shape, annotations=annotations
        )
        for blob in blobs.values():
            self.layout.add_blob(blob, "")
        if listed:
            manifest = json.loads(content)
            return self.layout.add_manifest(manifest)
        return self.layout.add_blob(content, IMAGE_MANIFEST)

    def blob(self, digest: str) -> Path:
        """Return the file of a blob."""
        return self.layout.path / "blobs" / "sha256" / digest.removeprefix("sha256:")

    def index(self, **changes: Any) -> None:
        """Change members of ``index.json``."""
        place = self.layout.path / "index.json"
        place.write_text(json.dumps({**json.loads(place.read_text()), **changes}))

    def verify(self, *more: object, reference: str = "", scope: bool = True) -> Result:
        """Run the command on the layout, at ``AT``."""
        return run(
            f"{self.layout.path}{reference}",
            *("--policy", self.folder / "trustpolicy.json"),
            *("--trust-store", self.folder / "truststore"),
            *(("--scope", REPOSITORY) if scope else ()),
            *(() if "--at" in more else ("--at", AT)),
            *more,
        )


def run(*arguments: object, **environment: str) -> Result:
    """Run ``sealward verify``."""
    return CliRunner().invoke(
        main, ["verify", *map(str, arguments)], env=environment or None
    )
