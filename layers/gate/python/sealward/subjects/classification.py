"""Subjects: what an artifact is, decided by its content (docs/threat-model.md, 1).

Runtimes look at a manifest's config type and ignore ``subject`` and ``artifactType``;
so does this module. An artifact is *not* an image only where no runtime could run it.
All else is a subject of its own, whatever it says it refers to.
"""

from collections.abc import Mapping
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.events import is_digest
from sealward.subjects.manifests import (
    INDEX_TYPES,
    OCI_INDEX,
    OCI_MANIFEST,
    BadManifest,
    parse_manifest,
)

NOTARY_SIGNATURE: Final = "application/vnd.cncf.notary.signature"
"""Artifact type of a signature. Spec: signature-specification, OCI Signatures."""
ENVELOPE_TYPES: Final = frozenset({"application/jose+json", "application/cose"})
"""Media types of an envelope: JWS and COSE."""
INDEX_ENTRIES_LIMIT: Final = 1_000
"""Entries of a fallback-tag index that are read; with more it is a subject."""

_EMPTY: Final = "application/vnd.oci.empty.v1+json"
_SCHEMA_1: Final = frozenset(
    {
        "application/vnd.docker.distribution.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v1+prettyjws",
    }
)
IMAGE_CONFIG_TYPES: Final = frozenset(
    {
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.docker.container.image.v1+json",
        # What old registries and clients left behind; engines still run these.
        "application/octet-stream",
        "application/json",
        "text/html",
        "",
    }
)
"""Config types some runtime takes for an image's."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SubjectKey:
    """Where a subject is remembered: one repository, one digest."""

    repository: str
    digest: str

    def __str__(self) -> str:
        return f"{self.repository}@{self.digest}"

    @classmethod
    def from_text(cls, text: str) -> "SubjectKey":
        """Return the key that ``str`` wrote."""
        repository, _, digest = text.rpartition("@")
        return cls(repository=repository, digest=digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureManifest:
    """A manifest of exactly one of the two shapes a signature has."""

    subject_digest: str
    """Digest of the artifact it signs, in the same repository."""
    media_type: str
    """Of its one layer, the envelope."""
    digest: str
    """Of the envelope."""
    size: int
    """Bytes of the envelope, as the manifest says."""


@dataclass(frozen=True, slots=True)
class SignatureIndex:
    """An index whose entries all claim to be signatures; each must be read to know."""

    entries: tuple[str, ...]
    """Digests."""


@dataclass(frozen=True, slots=True)
class OtherArtifact:
    """Something no runtime runs: a chart, an SBOM, an attestation."""

    config_type: str


@dataclass(frozen=True, slots=True)
class Image:
    """A subject of its own; with a problem it can only be untrusted."""

    problem: BadManifest | None = None


Artifact = SignatureManifest | SignatureIndex | OtherArtifact | Image


def classify(content: bytes, media_type: str) -> Artifact:
    """Return what a manifest is.

    Args:
        content: its bytes, hashed to the digest asked for.
        media_type: the type the registry declares.
    """
    try:
        manifest = parse_manifest(content, media_type)
    except BadManifest as problem:
        return Image(problem)
    if media_type in INDEX_TYPES:
        return _index(manifest, media_type)
    config_type = _config_type(manifest, media_type)
    if config_type in IMAGE_CONFIG_TYPES:
        return Image()
    return signature_manifest(manifest, media_type) or OtherArtifact(config_type)


def signature_manifest(
    manifest: Mapping[str, Any], media_type: str
) -> SignatureManifest | None:
    """Return the signature that a parsed manifest is, or None.

    Spec: signature-specification, OCI Signatures: ``artifactType`` with the empty
    config, or no ``artifactType`` with the signature type as config type.
    """
    config, layers = manifest.get("config"), manifest.get("layers")
    subject = manifest.get("subject")
    if media_type != OCI_MANIFEST or not (
        isinstance(config, dict)
        and isinstance(layers, list)
        and isinstance(subject, dict)
        and len(layers) == 1
        and isinstance(layers[0], dict)
    ):
        return None
    # Compared, never hashed: what is no text must be no error either.
    artifact_type = manifest.get("artifactType")
    shape = [
        "" if artifact_type is None else artifact_type,
        config.get("mediaType"),
    ]
    if shape not in ([NOTARY_SIGNATURE, _EMPTY], ["", NOTARY_SIGNATURE]):
        return None
    subject_digest = subject.get("digest")
    envelope_type = layers[0].get("mediaType")
    digest, size = layers[0].get("digest"), layers[0].get("size")
    if (
        not isinstance(subject_digest, str)
        or not is_digest(subject_digest)
        or not isinstance(envelope_type, str)
        or envelope_type not in ENVELOPE_TYPES
        or not isinstance(digest, str)
        or not is_digest(digest)
        or type(size) is not int
        or size < 0
    ):
        return None
    return SignatureManifest(
        subject_digest=subject_digest,
        media_type=envelope_type,
        digest=digest,
        size=size,
    )


def _index(manifest: Mapping[str, Any], media_type: str) -> SignatureIndex | Image:
    entries = manifest["manifests"]
    if (
        media_type != OCI_INDEX
        or not isinstance(entries, list)
        or not 1 <= len(entries) <= INDEX_ENTRIES_LIMIT
        or not all(_claims_signature(entry) for entry in entries)
    ):
        return Image()
    return SignatureIndex(tuple(dict.fromkeys(entry["digest"] for entry in entries)))


def _claims_signature(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("mediaType") == OCI_MANIFEST
        and entry.get("artifactType") == NOTARY_SIGNATURE
        and isinstance(entry.get("digest"), str)
        and is_digest(entry["digest"])
    )


def _config_type(manifest: Mapping[str, Any], media_type: str) -> str:
    """Return the config's type as the most lenient runtime would compare it."""
    config = manifest.get("config")
    if media_type in _SCHEMA_1 or manifest.get("schemaVersion") == 1:
        return ""
    if not isinstance(config, dict):
        return ""
    config_type = config.get("mediaType")
    if not isinstance(config_type, str):
        return ""
    return config_type.partition(";")[0].strip().lower()
