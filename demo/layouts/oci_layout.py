"""OCI image layouts on disk: what the demo pushes and the interop tests read.

OCI image-spec, Image Layout: ``oci-layout``, ``index.json`` and ``blobs/sha256/<hex>``.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from notation_verifier import Descriptor

IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
IMAGE_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
IMAGE_INDEX = "application/vnd.oci.image.index.v1+json"
SIGNATURE = "application/vnd.cncf.notary.signature"


def sha256(content: bytes) -> str:
    """Return the digest of ``content``: ``sha256:<hex>``."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def canonical(value: object) -> bytes:
    """Return ``value`` as JSON bytes that are the same on every run."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class OciLayout:
    """One layout; blobs are checked against their digests when read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path) -> "OciLayout":
        """Make an empty layout at ``path``, which must not exist."""
        (path / "blobs" / "sha256").mkdir(parents=True)
        (path / "oci-layout").write_bytes(canonical({"imageLayoutVersion": "1.0.0"}))
        layout = cls(path)
        layout._write_index([])
        return layout

    def manifests(self) -> Sequence[Mapping[str, Any]]:
        """Return the descriptors that ``index.json`` lists, in its order."""
        index = json.loads((self.path / "index.json").read_bytes())
        listed: list[dict[str, Any]] = index["manifests"]
        return listed

    def blob(self, digest: str) -> bytes:
        """Return the bytes of ``digest``.

        Raises:
            ValueError: the stored bytes hash to something else.
        """
        content = self._file(digest).read_bytes()
        if sha256(content) != digest:
            raise ValueError(f"{self._file(digest)} does not hold {digest}")
        return content

    def add_blob(self, content: bytes, media_type: str) -> dict[str, Any]:
        """Store ``content``; return its descriptor."""
        digest = sha256(content)
        self._file(digest).write_bytes(content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def add_manifest(
        self, manifest: Mapping[str, Any], *, tag: str = ""
    ) -> dict[str, Any]:
        """Store ``manifest`` and list it in ``index.json``; return its descriptor."""
        listed = self.add_blob(canonical(manifest), manifest["mediaType"])
        entry = dict(listed)
        if tag:
            entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
        self._write_index([*self.manifests(), entry])
        return listed

    def descriptor(self, digest: str) -> Descriptor:
        """Return the descriptor of a listed manifest."""
        for entry in self.manifests():
            if entry["digest"] == digest:
                return Descriptor(
                    media_type=entry["mediaType"], digest=digest, size=entry["size"]
                )
        raise ValueError(f"{self.path} lists no {digest}")

    def referrers(self, digest: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield digest and manifest of each listed manifest whose subject is it."""
        for entry in self.manifests():
            manifest = json.loads(self.blob(entry["digest"]))
            subject = manifest.get("subject")
            if subject and subject["digest"] == digest:
                yield entry["digest"], manifest

    def signatures(self, digest: str) -> Iterator[tuple[str, bytes, str]]:
        """Yield digest, envelope and media type of each signature of ``digest``.

        A signature manifest has one of the two shapes of the signature specification,
        and one envelope; a misshapen one is passed over.
        """
        for referrer, manifest in self.referrers(digest):
            marks = (manifest.get("artifactType"), manifest["config"]["mediaType"])
            if SIGNATURE in marks and len(manifest["layers"]) == 1:
                layer = manifest["layers"][0]
                yield referrer, self.blob(layer["digest"]), layer["mediaType"]

    def _file(self, digest: str) -> Path:
        algorithm, _, value = digest.partition(":")
        return self.path / "blobs" / algorithm / value

    def _write_index(self, manifests: Sequence[Mapping[str, Any]]) -> None:
        index = {"schemaVersion": 2, "mediaType": IMAGE_INDEX, "manifests": manifests}
        (self.path / "index.json").write_bytes(canonical(index))
