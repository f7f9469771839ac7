"""Pushing an OCI image layout through ECR's own API: layers, manifests, referrers."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from simulator.layouts import InvalidLayout, Layout

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_REF_NAME = "org.opencontainers.image.ref.name"


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


def push_layout(
    client: Any,  # noqa: ANN401 - made at run time
    *,
    layout: Path,
    repository: str,
    tag: str | None = None,
    digests: Collection[str] | None = None,
    images: bool = True,
    referrers: bool = True,
) -> list[Pushed]:
    """Push a layout into a repository, which is created if need be.

    Args:
        client: botocore's client of ECR.
        layout: folder with ``index.json``.
        repository: where to.
        tag: for the image; the layout's own reference names if left out.
        digests: push only these manifests, each with its children.
        images: whether to push images and indexes.
        referrers: whether to push signatures and other referrers.

    Raises:
        InvalidLayout: the layout lacks what it names.
        botocore.exceptions.ClientError: ECR refuses.
    """
    source = Layout(layout)
    _create(client, repository)
    tagged = {entry["digest"] for entry in source.roots} | set(digests or ())
    pushed = []
    for entry in source.in_order(digests=digests, images=images, referrers=referrers):
        document = source.manifest(entry["digest"])
        subject = (document.get("subject") or {}).get("digest")
        named = None
        if entry["digest"] in tagged and subject is None:
            named = tag or _reference_name(entry)
        _push_layers(client, source, repository, document)
        pushed.append(_push_manifest(client, source, repository, entry, named, subject))
    if not pushed:
        raise InvalidLayout(f"{layout}: nothing in it to push")
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
            push_layer(client, repository, layout.blob(digest), digest)


def push_layer(client: Any, repository: str, content: bytes, digest: str) -> None:  # noqa: ANN401
    """Push one layer, or config, into a repository.

    Raises:
        InvalidLayout: its bytes do not hash to ``digest``.
        botocore.exceptions.ClientError: ECR refuses.
    """
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
