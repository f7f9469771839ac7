"""The others: whoever pushes, signs, deletes, archives, restores and replicates.

What they do is told to the model as facts; what comes of it are events.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from notation_verifier import Descriptor
from simulator.clock import ManualClock
from simulator.ecr.manifests import digest_of
from simulator.ecr.state import Status
from simulator.errors import ServiceError
from simulator.event_log import Event
from simulator.local_aws import LocalAws
from simulator.places import place
from simulator.pushes import (
    IMAGE_CONFIG,
    IMAGE_INDEX,
    IMAGE_LAYER,
    IMAGE_MANIFEST,
    Pusher,
)
from tests.converge.history import AMBIGUOUS, FAMILY, Kind, Step
from tests.converge.policies import ACCOUNT, REGION
from tests.converge.signatures import Made, make
from tests.facts import ACTIVE, Signature
from tests.family_model import FamilyModel
from tests.forge.manifests import SIGNATURE as NOTARY_SIGNATURE
from tests.model import Model


class Others:
    """Everybody but the gate."""

    def __init__(self, aws: LocalAws, clock: ManualClock, model: Model) -> None:
        self.copies: list[Event] = []
        """Events of a replication, which come in place of those of its pushes."""
        self.counts: Counter[str] = Counter()
        self._aws = aws
        self._clock = clock
        self.told: Model | FamilyModel = model
        """The model, which is told what they do."""
        self._place = place(ACCOUNT, REGION)
        self._signatures: dict[str, list[str]] = {}
        self._made: dict[str, Made] = {}

    def perform(self, step: Step) -> None:
        """Do what ``step`` says.

        Raises:
            ServiceError: ECR declines, as for what is not there.
        """
        target = (step.repository, self._image(step.image)[0].digest)
        match step.kind:
            case Kind.PUSH:
                self._push(step.repository, step.image, step.what)
            case Kind.SIGN:
                self._sign(step)
            case Kind.DELETE:
                self._call("BatchDeleteImage", target)
                self.told.back(*target)
            case Kind.ARCHIVE | Kind.RESTORE:
                self._store(target, step.kind is Kind.ARCHIVE)
            case Kind.UNSIGN | Kind.ARCHIVE_SIGNATURE | Kind.RESTORE_SIGNATURE:
                self._signature(step, target[1])
            case Kind.REATTACH:
                self._push_again(step.repository, target[1], step.number)
            case Kind.INDEX_SIGNATURES:
                self._index(*target)
            case Kind.ATTACH_OTHER:
                image = self._image(step.image)[0]
                Pusher(self._aws, self._place, step.repository).referrer(
                    _as_json(image),
                    config_type="application/vnd.example.sbom.v1+json",
                    layer=b"bill of materials %d" % step.number,
                    layer_type="application/spdx+json",
                )
            case Kind.REPLICATE | Kind.REPLICATE_ALONE | Kind.REPLICATE_SIGNATURES:
                self._replicate(step, target)
            case _:
                raise ValueError(f"{step.kind} is not the others'")

    def met(self, digest: str, signature: Signature) -> None:
        """Learn of a signature that none of them made."""
        self._signatures.setdefault(signature.image, []).append(digest)
        self.told.signed(digest, signature)

    def digest(self, name: str) -> str:
        """Return the digest of the image called ``name``."""
        return self._image(name)[0].digest

    def _image(self, name: str) -> tuple[Descriptor, bytes, tuple[bytes, ...]]:
        """Return the image or index called ``name``: descriptor, manifest, blobs."""
        blobs: tuple[bytes, ...] = ()
        if name in FAMILY:
            children = [self._image(child)[0] for child in FAMILY[name]]
            media_type = IMAGE_INDEX
            contents: dict[str, Any] = {
                "manifests": [_as_json(child) for child in children]
            }
        else:
            config = json.dumps({"architecture": "arm64", "os": "linux", "n": name})
            blobs = (config.encode(), f"layer of {name}".encode())
            media_type = IMAGE_MANIFEST
            contents = {
                "config": _described(blobs[0], IMAGE_CONFIG),
                "layers": [_described(blobs[1], IMAGE_LAYER)],
            }
            if name == AMBIGUOUS:
                contents["manifests"] = []
        document = {"schemaVersion": 2, "mediaType": media_type, **contents}
        content = json.dumps(document).encode()
        descriptor = Descriptor(
            media_type=media_type, digest=digest_of(content), size=len(content)
        )
        return descriptor, content, blobs

    def _push(self, repository: str, name: str, tag: str) -> None:
        descriptor, content, blobs = self._image(name)
        self.told.named(descriptor.digest)
        if name == AMBIGUOUS and isinstance(self.told, Model):
            self.told.flawed(descriptor.digest)
        if name in FAMILY and isinstance(self.told, FamilyModel):
            children = [self._image(child)[0].digest for child in FAMILY[name]]
            self.told.lists(descriptor.digest, children)
        pusher = Pusher(self._aws, self._place, repository)
        for blob in blobs:
            pusher.layer(blob)
        pusher.manifest(content, tag=tag or None)
        self.told.back(repository, descriptor.digest)

    def _sign(self, step: Step) -> None:
        image, _, _ = self._image(step.image)
        self.told.named(image.digest)
        number = len(self._made)
        made = make(step.what, image, number=number, now=self._clock.now)
        digest = digest_of(made.manifest)
        self._made[digest] = made
        self._signatures.setdefault(image.digest, []).append(digest)
        self.told.signed(
            digest,
            Signature(
                image=image.digest,
                signer=made.signer,
                anchored=made.anchored,
                expires=made.expires,
                made=number,
            ),
        )
        self._attach(step.repository, made)

    def _attach(self, repository: str, made: Made) -> None:
        pusher = Pusher(self._aws, self._place, repository)
        for blob in made.blobs:
            pusher.layer(blob, made.media_type)
        pusher.manifest(made.manifest)

    def _push_again(self, repository: str, image: str, number: int) -> None:
        """Push a signature again that was deleted, byte for byte."""
        standing = self._standing(repository)
        gone = [
            each
            for each in self._signatures.get(image, [])
            if each not in standing and each in self._made
        ]
        if gone:
            self._attach(repository, self._made[gone[number % len(gone)]])

    def _index(self, repository: str, image: str) -> None:
        """Push what Notation tags where a registry lists no referrers."""
        standing = self._standing(repository)
        entries = [
            digest
            for digest in self._signatures.get(image, [])
            if standing.get(digest) == ACTIVE and digest in self._made
        ]
        if not entries:
            return
        document = {
            "mediaType": IMAGE_INDEX,
            "manifests": [
                {
                    "mediaType": IMAGE_MANIFEST,
                    "digest": digest,
                    "size": len(self._made[digest].manifest),
                    "artifactType": NOTARY_SIGNATURE,
                }
                for digest in entries
            ],
        }
        pusher = Pusher(self._aws, self._place, repository)
        tag = image.replace(":", "-")
        self.told.listed(pusher.document(document, tag=tag)["digest"], entries)

    def _signature(self, step: Step, image: str) -> None:
        made = self._signatures.get(image, [])
        if not made:
            return
        target = (step.repository, made[step.number % len(made)])
        if step.kind is Kind.UNSIGN:
            self._call("BatchDeleteImage", target)
        else:
            self._store(target, step.kind is Kind.ARCHIVE_SIGNATURE)

    def _store(self, target: tuple[str, str], archive: bool) -> None:  # noqa: FBT001
        self._call(
            "UpdateImageStorageClass",
            target,
            targetStorageClass="ARCHIVE" if archive else "STANDARD",
        )
        (self.told.taken_out if archive else self.told.back)(*target)

    def _replicate(self, step: Step, target: tuple[str, str]) -> None:
        """Copy an image, its signatures or both, as ECR does into another registry."""
        source = self._standing(step.repository)
        if target[1] not in source:
            return
        before = len(self._aws.events)
        if step.kind is not Kind.REPLICATE_ALONE:
            for digest in self._signatures.get(target[1], []):
                if digest in source and digest in self._made:
                    self._copy(partial(self._attach, step.what, self._made[digest]))
        if step.kind is not Kind.REPLICATE_SIGNATURES:
            self._copy(partial(self._push, step.what, step.image, ""))
        events = self._aws.events.drain()
        kept, pushed = events[:before], events[before:]
        self.copies += kept
        # Pushes at the destination make one event for each image: the replication's.
        self.copies += [
            _replication(event)
            for event in pushed
            if event["detail-type"] == "ECR Image Action"
            and event["detail"].get("action-type") == "PUSH"
        ]

    def _copy(self, push: Callable[[], None]) -> None:
        try:
            push()
        except ServiceError:
            self.counts["copies that were there"] += 1

    def _standing(self, repository: str) -> Mapping[str, Status]:
        found = self._aws.registry(self._place).repositories.get(repository)
        images = found.images.values() if found else ()
        return {image.digest: image.status for image in images}

    def _call(self, operation: str, target: tuple[str, str], **more: Any) -> None:
        repository, digest = target
        identity = {"imageDigest": digest}
        request: dict[str, Any] = {"repositoryName": repository, **more}
        if operation == "BatchDeleteImage":
            request["imageIds"] = [identity]
        else:
            request["imageId"] = identity
        self._aws.call("ecr", operation, request, place=self._place)


def _described(content: bytes, media_type: str) -> dict[str, Any]:
    return {
        "mediaType": media_type,
        "digest": digest_of(content),
        "size": len(content),
    }


def _as_json(descriptor: Descriptor) -> dict[str, Any]:
    return {
        "mediaType": descriptor.media_type,
        "digest": descriptor.digest,
        "size": descriptor.size,
    }


def _replication(event: Mapping[str, Any]) -> dict[str, Any]:
    detail = event["detail"]
    return {
        **event,
        "detail-type": "ECR Replication Action",
        "detail": {
            "result": "SUCCESS",
            "repository-name": detail["repository-name"],
            "image-digest": detail["image-digest"],
            "image-tag": detail.get("image-tag", ""),
            "action-type": "REPLICATE",
            "source-account": ACCOUNT,
            "source-region": "us-west-2",
        },
    }
