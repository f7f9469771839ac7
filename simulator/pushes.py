"""Pushing in process: what a client does to land an image or a referrer."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.ecr.manifests import digest_of
from simulator.errors import ServiceError
from simulator.local_aws import LocalAws
from simulator.places import Place

IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE_INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
IMAGE_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

Descriptor = dict[str, Any]
"""An OCI descriptor as JSON: mediaType, digest, size."""


class Pusher:
    """A client that pushes into one repository, which it creates if need be."""

    def __init__(
        self, aws: LocalAws, place: Place, repository: str, *, caller: str = ""
    ) -> None:
        self._aws = aws
        self._place = place
        self._repository = repository
        self._caller = caller
        try:
            self._call("CreateRepository", {})
        except ServiceError as error:
            if error.code != "RepositoryAlreadyExistsException":
                raise

    def layer(self, content: bytes, media_type: str = IMAGE_LAYER) -> Descriptor:
        """Upload a layer or config; one that is there already is no error."""
        digest = digest_of(content)
        upload = self._call("InitiateLayerUpload", {})["uploadId"]
        self._call(
            "UploadLayerPart",
            {
                "uploadId": upload,
                "partFirstByte": 0,
                "partLastByte": len(content) - 1,
                "layerPartBlob": content,
            },
        )
        try:
            self._call(
                "CompleteLayerUpload", {"uploadId": upload, "layerDigests": [digest]}
            )
        except ServiceError as error:
            if error.code != "LayerAlreadyExistsException":
                raise
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def manifest(
        self, content: bytes, media_type: str | None = None, *, tag: str | None = None
    ) -> Descriptor:
        """Push a manifest's bytes as they are."""
        request: dict[str, Any] = {"imageManifest": content.decode()}
        if media_type is not None:
            request["imageManifestMediaType"] = media_type
        if tag is not None:
            request["imageTag"] = tag
        image = self._call("PutImage", request)["image"]
        return {
            "mediaType": image["imageManifestMediaType"],
            "digest": image["imageId"]["imageDigest"],
            "size": len(content),
        }

    def image(self, name: str, *, tag: str | None = None) -> Descriptor:
        """Push a small runnable image, another one for each ``name``."""
        config = self.layer(
            json.dumps({"architecture": "arm64", "os": "linux", "name": name}).encode(),
            IMAGE_CONFIG,
        )
        layer = self.layer(f"layer of {name}".encode())
        return self.document(
            {"mediaType": IMAGE_MANIFEST, "config": config, "layers": [layer]}, tag=tag
        )

    def index(
        self, children: Sequence[Descriptor], *, tag: str | None = None
    ) -> Descriptor:
        """Push an index of manifests that are there."""
        return self.document(
            {"mediaType": IMAGE_INDEX, "manifests": list(children)}, tag=tag
        )

    def referrer(
        self,
        subject: Descriptor,
        *,
        config_type: str,
        layer: bytes,
        layer_type: str,
        annotations: Mapping[str, str] | None = None,
    ) -> Descriptor:
        """Push a manifest with a ``subject``, one layer and an empty config."""
        document: dict[str, Any] = {
            "mediaType": IMAGE_MANIFEST,
            "config": self.layer(b"{}", config_type),
            "layers": [self.layer(layer, layer_type)],
            "subject": dict(subject),
        }
        if annotations:
            document["annotations"] = dict(annotations)
        return self.document(document)

    def document(
        self, document: Mapping[str, Any], *, tag: str | None = None
    ) -> Descriptor:
        """Push a manifest given as JSON, schemaVersion 2 added."""
        content = json.dumps({"schemaVersion": 2} | dict(document)).encode()
        return self.manifest(content, tag=tag)

    def _call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        return self._aws.call(
            "ecr",
            operation,
            {"repositoryName": self._repository} | dict(request),
            place=self._place,
            caller=self._caller,
        )
