"""Layers: uploading, asking for, and downloading them."""

import uuid
from collections.abc import Mapping
from typing import Any

from simulator.ecr.manifests import digest_of
from simulator.ecr.state import Call, Image, Registry, Repository, Status, Upload
from simulator.errors import ServiceError

_PART_SIZE = 20 * 1024 * 1024


def initiate_layer_upload(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Begin an upload."""
    del call
    repository = registry.repository(request)
    name = f"{registry.place}/{repository.name}/{registry.next_number()}"
    upload_id = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
    repository.uploads[upload_id] = Upload()
    return {"uploadId": upload_id, "partSize": _PART_SIZE}


def upload_layer_part(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Take the next part of a layer; parts come in order."""
    del call
    repository = registry.repository(request)
    upload = _upload(registry, repository, request["uploadId"])
    first, last = request["partFirstByte"], request["partLastByte"]
    part: bytes = request["layerPartBlob"]
    if first != len(upload.content) or last - first + 1 != len(part):
        raise ServiceError(
            "InvalidLayerPartException",
            f"The layer part {first}-{last} of {len(part)} bytes does not follow the "
            f"{len(upload.content)} bytes received",
        )
    upload.content += part
    return {
        "registryId": registry.place.account,
        "repositoryName": repository.name,
        "uploadId": request["uploadId"],
        "lastByteReceived": last,
    }


def complete_layer_upload(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """End an upload whose bytes hash to one of the digests given."""
    del call
    repository = registry.repository(request)
    upload = _upload(registry, repository, request["uploadId"])
    content = bytes(upload.content)
    if not content:
        raise ServiceError("EmptyUploadException", "The upload has no layer parts")
    digest = digest_of(content)
    if digest not in request["layerDigests"]:
        raise ServiceError(
            "InvalidLayerException",
            f"The layer's digest is {digest}, none of {request['layerDigests']}",
        )
    del repository.uploads[request["uploadId"]]
    if digest in repository.layers:
        raise ServiceError(
            "LayerAlreadyExistsException",
            f"Layer with digest '{digest}' already exists in the repository with name "
            f"'{repository.name}'",
        )
    repository.layers[digest] = content
    return {
        "registryId": registry.place.account,
        "repositoryName": repository.name,
        "uploadId": request["uploadId"],
        "layerDigest": digest,
    }


def batch_check_layer_availability(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Say which layers the repository has."""
    del call
    repository = registry.repository(request)
    layers: list[dict[str, Any]] = []
    for digest in request["layerDigests"]:
        content = repository.layers.get(digest)
        if content is None:
            layers.append({"layerDigest": digest, "layerAvailability": "UNAVAILABLE"})
            continue
        archived = _named_by(repository, digest) and not _is_readable(
            registry, _named_by(repository, digest)
        )
        layers.append(
            {
                "layerDigest": digest,
                "layerAvailability": "ARCHIVED" if archived else "AVAILABLE",
                "layerSize": len(content),
            }
        )
    return {"layers": layers, "failures": []}


def get_download_url_for_layer(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Return where a layer can be fetched; only layers an image names can be."""
    del call
    repository = registry.repository(request)
    digest = request["layerDigest"]
    if digest not in repository.layers:
        raise ServiceError(
            "LayersNotFoundException",
            f"The layer with digest '{digest}' does not exist in the repository with "
            f"name '{repository.name}' in the registry with id "
            f"'{registry.place.account}'",
        )
    naming = _named_by(repository, digest)
    if not _is_readable(registry, naming):
        cause = "archived images only" if naming else "no image"
        raise ServiceError(
            "LayerInaccessibleException",
            f"The layer with digest '{digest}' is associated with {cause}",
        )
    return {
        "downloadUrl": registry.layer_url(registry.place, repository.name, digest),
        "layerDigest": digest,
    }


def _upload(registry: Registry, repository: Repository, upload_id: str) -> Upload:
    upload = repository.uploads.get(upload_id)
    if upload is None:
        raise ServiceError(
            "UploadNotFoundException",
            f"The upload with id '{upload_id}' does not exist in the repository with "
            f"name '{repository.name}' in the registry with id "
            f"'{registry.place.account}'",
        )
    return upload


def _named_by(repository: Repository, digest: str) -> list[Image]:
    return [x for x in repository.images.values() if digest in x.manifest.layers]


def _is_readable(registry: Registry, naming: list[Image]) -> bool:
    if not registry.behaviours.archived_layers_inaccessible:
        return bool(naming)
    return any(image.status is Status.ACTIVE for image in naming)
