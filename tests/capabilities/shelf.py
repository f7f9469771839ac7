"""A repository of an account, and who pushes into it: over ECR's own API."""

import itertools
import json
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from botocore import xform_name
from botocore.exceptions import ClientError

from demo.stack import REGION, LocalAws
from notation_verifier import Descriptor
from sealward.subjects import SubjectKey
from simulator.errors import ServiceError
from simulator.places import Place, place
from simulator.pushes import IMAGE_INDEX, Pusher
from simulator.signer.jobs import PAYLOAD_FORMAT
from simulator.signer.state import PLATFORM
from tests import forge
from tests.converge.signatures import make
from tests.forge import NOW, revocation

_NUMBERS = itertools.count()
SIGNATURE: Final = "application/vnd.cncf.notary.signature"
PAYMENTS: Final = "good"
"""Who may sign, as ``tests.converge.signatures`` names them."""
ANOTHER: Final = "wrong"
SECOND: Final = "second"


class _OverHttp:
    """``LocalAws.call`` of the one that listens."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws

    def call(
        self,
        service: str,
        operation: str,
        request: Mapping[str, Any],
        *,
        place: Place,
        caller: str = "",
    ) -> dict[str, Any]:
        del caller  # the account's root
        client = self._aws.of(place.account).client(service)
        try:
            answer: dict[str, Any] = getattr(client, xform_name(operation))(**request)
        except ClientError as error:
            said = error.response["Error"]
            raise ServiceError(said["Code"], said["Message"]) from error
        return answer


class Shelf:
    """One repository."""

    def __init__(self, aws: LocalAws, repository: str) -> None:
        self.repository = repository
        self._aws = aws
        over_http: Any = _OverHttp(aws)
        self._place = place(aws.account, REGION)
        self._pusher = Pusher(over_http, self._place, repository)
        self._ecr = aws.client("ecr")

    def key(self, image: Descriptor) -> SubjectKey:
        """Return what the ledger calls an image of this repository."""
        return SubjectKey(repository=self.repository, digest=image.digest)

    def image(self, name: str = "1.0", *, tag: str | None = "1.0") -> Descriptor:
        """Push a small image; the same again for the same name."""
        return _descriptor(
            self._pusher.image(f"{self.repository} {name}", tag=tag or None)
        )

    def index(self, children: Sequence[Descriptor], *, tag: str) -> Descriptor:
        """Push an index of images that are there."""
        return _descriptor(
            self._pusher.index([_plain(one) for one in children], tag=tag)
        )

    def sign(self, image: Descriptor, kind: str = PAYMENTS) -> str:
        """Push a signature of ``kind``; return its manifest's digest."""
        made = make(kind, image, number=next(_NUMBERS), now=NOW)
        for blob in made.blobs:
            self._pusher.layer(blob, made.media_type)
        return str(self._pusher.manifest(made.manifest)["digest"])

    def sign_revocably(self, image: Descriptor, scene: revocation.Scene) -> None:
        """Push a signature whose certificate names a responder."""
        envelope = forge.sign(image, scene.signer, "jws")
        content, blobs = forge.signature_manifest(image, envelope, forge.JWS)
        for blob in blobs.values():
            self._pusher.layer(blob, forge.JWS)
        self._pusher.manifest(content)

    def sign_by_signer(self, image: Descriptor, profile: str) -> str:
        """Push a signature that AWS Signer made; return its job's id."""
        signer = self._aws.client("signer")
        signer.put_signing_profile(profileName=profile, platformId=PLATFORM)
        answer = signer.sign_payload(
            profileName=profile,
            payload=forge.payload_of(image),
            payloadFormat=PAYLOAD_FORMAT,
        )
        self._pusher.referrer(
            _plain(image),
            config_type=SIGNATURE,
            layer=answer["signature"],
            layer_type=forge.JWS,
        )
        return str(answer["jobId"])

    def fallback(self, image: Descriptor, signature: str) -> Descriptor:
        """Push the index by which clients without referrers find a signature."""
        (listed,) = [
            each
            for each in self._ecr.list_image_referrers(
                repositoryName=self.repository,
                subjectId={"imageDigest": image.digest},
            )["referrers"]
            if each["digest"] == signature
        ]
        entry = {name: listed[name] for name in ("mediaType", "digest", "size")}
        entry["artifactType"] = SIGNATURE
        return _descriptor(
            self._pusher.document(
                {"mediaType": IMAGE_INDEX, "manifests": [entry]},
                tag=image.digest.replace(":", "-"),
            )
        )

    def delete(self, digest: str) -> None:
        """Delete a manifest."""
        self._ecr.batch_delete_image(
            repositoryName=self.repository, imageIds=[{"imageDigest": digest}]
        )

    def store(self, image: Descriptor, storage_class: str) -> None:
        """Archive or restore an image, as a person with that right."""
        self._ecr.update_image_storage_class(
            repositoryName=self.repository,
            imageId={"imageDigest": image.digest},
            targetStorageClass=storage_class,
        )

    def copy_to(self, folder: Path, digest: str) -> None:
        """Write an image's manifest, its signatures' and their envelopes."""
        folder.mkdir(parents=True)
        listed = self._ecr.list_image_referrers(
            repositoryName=self.repository, subjectId={"imageDigest": digest}
        )["referrers"]
        found = self._ecr.batch_get_image(
            repositoryName=self.repository,
            imageIds=[{"imageDigest": each["digest"]} for each in listed]
            + [{"imageDigest": digest}],
        )["images"]
        for image in found:
            name = image["imageId"]["imageDigest"].replace(":", "-")
            (folder / name).write_text(image["imageManifest"])
            for layer in json.loads(image["imageManifest"])["layers"]:
                address = self._ecr.get_download_url_for_layer(
                    repositoryName=self.repository, layerDigest=layer["digest"]
                )["downloadUrl"]
                with urllib.request.urlopen(address, timeout=60) as answer:
                    (folder / layer["digest"].replace(":", "-")).write_bytes(
                        answer.read()
                    )

    def policy(self) -> str:
        """Return the repository's policy, empty where there is none."""
        try:
            found = self._ecr.get_repository_policy(repositoryName=self.repository)
        except self._ecr.exceptions.RepositoryPolicyNotFoundException:
            return ""
        return str(found["policyText"])


def _descriptor(pushed: Mapping[str, Any]) -> Descriptor:
    return Descriptor(
        media_type=pushed["mediaType"], digest=pushed["digest"], size=pushed["size"]
    )


def _plain(image: Descriptor) -> dict[str, Any]:
    return {
        "mediaType": image.media_type,
        "digest": image.digest,
        "size": image.size,
    }
