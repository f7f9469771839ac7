"""Signature manifests: how an envelope is attached to its subject in a registry."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from notation_verifier import Descriptor

IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
SIGNATURE = "application/vnd.cncf.notary.signature"
_EMPTY = "application/vnd.oci.empty.v1+json"


def signature_manifest(
    subject: Descriptor,
    envelope: bytes,
    media_type: str,
    *,
    shape: str = "config",
    annotations: Mapping[str, str] | None = None,
) -> tuple[bytes, dict[str, bytes]]:
    """Return a signature manifest and its blobs by digest.

    Args:
        subject: the artifact that is signed.
        envelope: the signature envelope.
        media_type: of the envelope, ``forge.JWS`` or ``forge.COSE``.
        shape: ``config``, with the signature's type as the config's (what Notation 1.x
            also finds in OCI layouts), or ``artifactType`` with the empty config.
        annotations: of the manifest; nothing reads them as evidence.
    """
    config = b"{}"
    manifest: dict[str, Any] = {"schemaVersion": 2, "mediaType": IMAGE_MANIFEST}
    match shape:
        case "config":
            manifest["config"] = _descriptor(config, SIGNATURE)
        case "artifactType":
            manifest["artifactType"] = SIGNATURE
            manifest["config"] = _descriptor(config, _EMPTY)
        case _:
            raise ValueError(f"no shape {shape!r}; there are config and artifactType")
    manifest["layers"] = [_descriptor(envelope, media_type)]
    manifest["subject"] = {
        "mediaType": subject.media_type,
        "digest": subject.digest,
        "size": subject.size,
    }
    manifest["annotations"] = dict(annotations or {})
    content = json.dumps(manifest, separators=(",", ":")).encode()
    blobs = {_digest(config): config, _digest(envelope): envelope}
    return content, blobs


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _descriptor(content: bytes, media_type: str) -> dict[str, Any]:
    return {
        "mediaType": media_type,
        "digest": _digest(content),
        "size": len(content),
    }
