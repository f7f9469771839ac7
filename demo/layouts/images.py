"""Small images for demonstrations: one file, any platform; and what goes with them."""

import gzip
import io
import tarfile
from collections.abc import Mapping
from typing import Any

from demo.layouts.oci_layout import (
    IMAGE_CONFIG,
    IMAGE_LAYER,
    IMAGE_MANIFEST,
    SIGNATURE,
    OciLayout,
    canonical,
    sha256,
)


def layer(text: str) -> bytes:
    """Return one file, ``/hello``, as a layer; equal on every run."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("hello")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(packed.getvalue(), mtime=0)


def add_image(
    layout: OciLayout,
    text: str,
    *,
    tag: str,
    more: Mapping[str, Any] | None = None,
    architecture: str = "arm64",
) -> dict[str, Any]:
    """Add a small image that says ``text``; return its descriptor."""
    content = layer(text)
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Cmd": ["/hello"]},
        "rootfs": {"type": "layers", "diff_ids": [sha256(gzip.decompress(content))]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "config": layout.add_blob(canonical(config), IMAGE_CONFIG),
        "layers": [layout.add_blob(content, IMAGE_LAYER)],
        **(more or {}),
    }
    return layout.add_manifest(manifest, tag=tag)


def add_attestation(layout: OciLayout, subject: str) -> dict[str, Any]:
    """Add an attestation about ``subject`` as docker buildx does; return its entry."""
    algorithm, _, value = subject.partition(":")
    statement = {
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "subject": [{"name": "_", "digest": {algorithm: value}}],
        "predicate": {},
    }
    config = {
        "architecture": "unknown",
        "os": "unknown",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [sha256(canonical(statement))]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "config": layout.add_blob(canonical(config), IMAGE_CONFIG),
        "layers": [
            layout.add_blob(canonical(statement), "application/vnd.in-toto+json")
        ],
    }
    return {
        **layout.add_manifest(manifest),
        "platform": {"architecture": "unknown", "os": "unknown"},
        "annotations": {
            "vnd.docker.reference.digest": subject,
            "vnd.docker.reference.type": "attestation-manifest",
        },
    }


def attach(
    layout: OciLayout, subject: Mapping[str, Any], *envelopes: tuple[bytes, str]
) -> str:
    """Attach envelopes as one signature manifest, as ``notation`` writes it.

    Real ones hold exactly one envelope.
    """
    manifest = {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "config": layout.add_blob(b"{}", SIGNATURE),
        "layers": [layout.add_blob(content, kind) for content, kind in envelopes],
        "subject": subject,
    }
    digest: str = layout.add_manifest(manifest)["digest"]
    return digest
