"""Manifests as the registry sees them: what they name, what kind they are."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import invalid_parameter


def digest_of(content: bytes) -> str:
    """Return the digest of a manifest's or layer's bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredManifest:
    """A manifest's bytes and what the registry reads in them."""

    content: bytes
    digest: str
    media_type: str
    """The declared media type; the manifest's own only where none was declared."""
    artifact_type: str | None
    """Its artifactType, else its config's media type."""
    subject: str | None
    layers: tuple[str, ...]
    """Digests of the config and the layers, those kept elsewhere left out."""
    children: tuple[str, ...]
    """Digests of the manifests an index lists."""
    size: int
    """Bytes of the layers, as the manifest says; ECR's imageSizeInBytes."""
    annotations: Mapping[str, str] = field(default_factory=dict)


def read_manifest(
    text: str, media_type: str | None, *, refuse_mismatch: bool = False
) -> StoredManifest:
    """Return what the registry makes of a pushed manifest.

    Raises:
        ServiceError: it is no JSON object, no media type is known, or it says another
            media type than was declared and ``refuse_mismatch`` is set.
    """
    content = text.encode()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid_parameter("imageManifest", "Invalid JSON syntax") from error
    if not isinstance(document, dict):
        raise invalid_parameter("imageManifest", "must be a JSON object")
    own = _text(document.get("mediaType"))
    declared = media_type or own
    if not declared:
        raise invalid_parameter(
            "imageManifestMediaType", "must be given: the manifest names none"
        )
    if refuse_mismatch and own and own != declared:
        raise invalid_parameter(
            "imageManifestMediaType", f"the manifest says {own}, not {declared}"
        )
    config = _object(document.get("config"))
    layers = [_object(entry) for entry in _array(document.get("layers"))]
    kept = [entry for entry in (config, *layers) if not entry.get("urls")]
    return StoredManifest(
        content=content,
        digest=digest_of(content),
        media_type=declared,
        artifact_type=_text(document.get("artifactType"))
        or _text(config.get("mediaType")),
        subject=_text(_object(document.get("subject")).get("digest")),
        layers=_digests(kept) + _blob_sums(document),
        children=_digests(
            [_object(entry) for entry in _array(document.get("manifests"))]
        ),
        size=sum(_size(entry) for entry in (config, *layers)),
        annotations={
            str(name): str(value)
            for name, value in _object(document.get("annotations")).items()
        },
    )


def _blob_sums(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the layers of a Docker manifest of schema 1, which names them its way."""
    entries = [_object(entry) for entry in _array(document.get("fsLayers"))]
    return tuple(text for entry in entries if (text := _text(entry.get("blobSum"))))


def _digests(entries: list[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(text for entry in entries if (text := _text(entry.get("digest"))))


def _size(entry: Mapping[str, Any]) -> int:
    size = entry.get("size")
    return size if isinstance(size, int) and not isinstance(size, bool) else 0


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _array(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
