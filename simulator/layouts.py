"""OCI image layouts, pushed through ECR's own API: layers, manifests, referrers."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_REF_NAME = "org.opencontainers.image.ref.name"
_LARGEST_MANIFEST = 4 * 1024 * 1024


class InvalidLayout(Exception):  # noqa: N818 - says what the folder is
    """The folder is no OCI image layout that can be pushed; says what is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """One manifest that was pushed."""

    digest: str
    media_type: str
    tag: str | None
    subject: str | None
    """The digest it refers to; None for an image."""
    new: bool
    """False where the registry had it already."""


class Layout:
    """An OCI image layout on disk.

    Raises:
        InvalidLayout: ``index.json`` is missing or no JSON.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            index = json.loads((folder / "index.json").read_text())
            self.roots: list[dict[str, Any]] = list(index["manifests"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidLayout(
                f"{folder} is no OCI image layout: index.json: {error}"
            ) from error

    def blob(self, digest: str) -> bytes:
        """Return a blob's bytes as they are, matching their name or not.

        Raises:
            InvalidLayout: there is none.
        """
        found = _DIGEST.fullmatch(digest)
        if found is None:
            raise InvalidLayout(f"{self.folder}: {digest!r} is not a sha256 digest")
        try:
            return (self.folder / "blobs" / "sha256" / found[1]).read_bytes()
        except OSError as error:
            raise InvalidLayout(f"{self.folder}: no blob {digest}: {error}") from error

    def manifest(self, digest: str) -> Mapping[str, Any]:
        """Return a manifest as JSON.

        Raises:
            InvalidLayout: there is none, or it is no JSON object.
        """
        content = self.blob(digest)
        if len(content) > _LARGEST_MANIFEST:
            raise InvalidLayout(f"{self.folder}: {digest} is larger than 4 MiB")
        try:
            document = json.loads(content)
        except ValueError as error:
            raise InvalidLayout(f"{self.folder}: {digest}: {error}") from error
        if not isinstance(document, dict):
            raise InvalidLayout(f"{self.folder}: {digest} is no JSON object")
        return document

    def descriptor(self, digest: str) -> dict[str, Any]:
        """Return the descriptor of a manifest: from the index, else from itself."""
        for entry in self.roots:
            if entry.get("digest") == digest:
                return entry
        own = self.manifest(digest).get("mediaType")
        return {"digest": digest, "mediaType": own}

    def in_order(
        self,
        *,
        manifest: str | None = None,
        images: bool = True,
        referrers: bool = True,
    ) -> Iterator[dict[str, Any]]:
        """Yield descriptors as they must be pushed: children, parents, referrers.

        Args:
            manifest: begin with this digest alone, not with all of ``index.json``.
            images: whether to yield manifests without a subject.
            referrers: whether to yield manifests with one.
        """
        starts = self.roots if manifest is None else [self.descriptor(manifest)]
        seen: dict[str, dict[str, Any]] = {}
        for entry in starts:
            self._collect(entry, seen)
        if manifest is not None:
            for entry in self.roots:
                subject = self.manifest(entry["digest"]).get("subject")
                if subject and subject.get("digest") in seen:
                    self._collect(entry, seen)
        refers = {digest: "subject" in self.manifest(digest) for digest in seen}
        if images:
            yield from (entry for digest, entry in seen.items() if not refers[digest])
        if referrers or (manifest in seen and refers[str(manifest)]):
            yield from (entry for digest, entry in seen.items() if refers[digest])

    def _collect(self, entry: dict[str, Any], seen: dict[str, dict[str, Any]]) -> None:
        digest = entry["digest"]
        if digest in seen:
            return
        for child in self.manifest(digest).get("manifests", ()):
            self._collect(child, seen)
        seen[digest] = entry


def push_layout(
    client: Any,  # noqa: ANN401 - made at run time
    layout: Layout,
    repository: str,
    *,
    tag: str | None = None,
    manifest: str | None = None,
    images: bool = True,
    referrers: bool = True,
) -> list[Pushed]:
    """Push a layout into a repository, which is created if need be.

    Args:
        client: botocore's client of ECR.
        layout: what to push.
        repository: where to.
        tag: for the image; the layout's own reference names if left out.
        manifest: push only this digest, with its children and referrers.
        images: whether to push images and indexes.
        referrers: whether to push signatures and other referrers.

    Raises:
        InvalidLayout: the layout lacks what it names.
        botocore.exceptions.ClientError: ECR refuses.
    """
    _create(client, repository)
    roots = [x["digest"] for x in layout.roots] if manifest is None else [manifest]
    pushed = []
    for entry in layout.in_order(manifest=manifest, images=images, referrers=referrers):
        digest = entry["digest"]
        document = layout.manifest(digest)
        subject = (document.get("subject") or {}).get("digest")
        named = None
        if digest in roots and subject is None:
            named = tag or _reference_name(entry)
        _push_layers(client, layout, repository, document)
        pushed.append(_push_manifest(client, layout, repository, entry, named, subject))
    if not pushed:
        raise InvalidLayout(f"{layout.folder}: nothing in it to push")
    return pushed


def _reference_name(entry: Mapping[str, Any]) -> str | None:
    name = str(entry.get("annotations", {}).get(_REF_NAME, "")).rpartition(":")[2]
    return name if _TAG.fullmatch(name) else None


def _create(client: Any, repository: str) -> None:  # noqa: ANN401 - botocore's
    try:
        client.create_repository(repositoryName=repository)
    except ClientError as error:
        if error.response["Error"]["Code"] != "RepositoryAlreadyExistsException":
            raise


def _push_layers(
    client: Any,  # noqa: ANN401 - botocore's
    layout: Layout,
    repository: str,
    document: Mapping[str, Any],
) -> None:
    entries = [document.get("config"), *document.get("layers", ())]
    digests = list(dict.fromkeys(x["digest"] for x in entries if x))
    if not digests:
        return
    known = client.batch_check_layer_availability(
        repositoryName=repository, layerDigests=digests
    )["layers"]
    missing = {
        x["layerDigest"] for x in known if x["layerAvailability"] == "UNAVAILABLE"
    }
    for digest in digests:
        if digest in missing:
            _push_layer(client, repository, layout.blob(digest), digest)


def _push_layer(client: Any, repository: str, content: bytes, digest: str) -> None:  # noqa: ANN401
    actual = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if actual != digest:
        raise InvalidLayout(f"the blob named {digest} has digest {actual}")
    begun = client.initiate_layer_upload(repositoryName=repository)
    upload, size = begun["uploadId"], begun["partSize"]
    for first in range(0, len(content), size):
        part = content[first : first + size]
        client.upload_layer_part(
            repositoryName=repository,
            uploadId=upload,
            partFirstByte=first,
            partLastByte=first + len(part) - 1,
            layerPartBlob=part,
        )
    client.complete_layer_upload(
        repositoryName=repository, uploadId=upload, layerDigests=[digest]
    )


def _push_manifest(
    client: Any,  # noqa: ANN401 - botocore's
    layout: Layout,
    repository: str,
    entry: Mapping[str, Any],
    tag: str | None,
    subject: str | None,
) -> Pushed:
    media_type = entry.get("mediaType") or ""
    request = {
        "repositoryName": repository,
        "imageManifest": layout.blob(entry["digest"]).decode(),
        "imageDigest": entry["digest"],
    }
    if media_type:
        request["imageManifestMediaType"] = media_type
    if tag:
        request["imageTag"] = tag
    new = True
    try:
        client.put_image(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ImageAlreadyExistsException":
            raise
        new = False
    return Pushed(
        digest=entry["digest"],
        media_type=media_type,
        tag=tag,
        subject=subject,
        new=new,
    )
