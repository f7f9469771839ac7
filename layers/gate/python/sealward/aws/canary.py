"""The canary: each day a bad and a good image are pushed, and both verdicts awaited.

Nobody signs for it: the bad image is a new one each day, and stays unsigned; the good
one was signed by a person once, and is given another tag, which ECR tells of as a push.
The ledger's seal is not checked: whoever can write to the table could feign health, and
is what the CRITICAL finding of a forged item is for.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.ledger import Record, Verdict
from sealward.ports.failures import NotFound
from sealward.subjects import SubjectKey
from sealward.subjects.manifests import OCI_MANIFEST

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

GOOD: Final = "good"
"""The tag of the image that a person signed."""
_CONFIG_TYPE: Final = "application/vnd.oci.image.config.v1+json"
_LAYER_TYPE: Final = "application/vnd.oci.image.layer.v1.tar"
_CONFIG: Final = b'{"architecture":"arm64","os":"linux","rootfs":{"type":"layers"}}'
_LAYER: Final = b"sealward canary: signed by nobody"
_REFUSED: Final = frozenset({Verdict.UNSIGNED, Verdict.UNTRUSTED})


class Step(StrEnum):
    """What a run of the canary does."""

    PUSH = "push"
    CHECK = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of the day's images."""

    bad: str
    """The verdict, with its reason; ``none`` where there is none."""
    bad_refused: bool
    good: str
    good_trusted: bool

    @property
    def verdicts(self) -> int:
        """How many of the two are as they should be."""
        return self.bad_refused + self.good_trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """The canary's repository, and what the ledger says of it."""

    repository: str
    client: "ECRClient"
    """A botocore client of ``ecr``."""
    current: Callable[[SubjectKey], Record | None]
    """Reads the ledger."""

    def push(self, now: datetime) -> None:
        """Push the day's images; done twice, it says the same.

        Raises:
            NotFound: nobody has put the good image there.
            Denied, Unavailable: as named in ``sealward.ports.failures``.
        """
        for content in (_CONFIG, _LAYER):
            self._upload(content)
        self._put(_bad(now), OCI_MANIFEST, f"bad-{now:%Y-%m-%d}")
        manifest, media_type, _ = self._good()
        self._put(manifest.encode(), media_type, _good_tag(now))

    def check(self, now: datetime) -> Checked:
        """Return what became of the images pushed on the day of ``now``; tidy up.

        Raises:
            NotFound, Denied, Unavailable: as above.
        """
        bad_digest = f"sha256:{hashlib.sha256(_bad(now)).hexdigest()}"
        bad = self.current(SubjectKey(repository=self.repository, digest=bad_digest))
        _, _, good_digest = self._good()
        good = self.current(SubjectKey(repository=self.repository, digest=good_digest))
        # Looked at since: its new tag is part of its record.
        seen = good is not None and _good_tag(now) in good.tags
        checked = Checked(
            bad=_said(bad),
            bad_refused=bad is not None and bad.verdict in _REFUSED,
            good=_said(good) if seen or good is None else "not looked at today",
            good_trusted=good is not None and seen and good.verdict is Verdict.TRUSTED,
        )
        gone: list[Any] = [{"imageTag": _good_tag(now)}]
        if bad is not None and bad.hold is None:
            # One in quarantine stays: taking it away would be a finding of its own.
            gone.append({"imageDigest": bad_digest})
        with translated("BatchDeleteImage of the canary's images"):
            self.client.batch_delete_image(
                repositoryName=self.repository, imageIds=gone
            )
        return checked

    def _good(self) -> tuple[str, str, str]:
        with translated("BatchGetImage of the canary's good image"):
            answer = self.client.batch_get_image(
                repositoryName=self.repository, imageIds=[{"imageTag": GOOD}]
            )
        for image in answer["images"]:
            media_type = image.get("imageManifestMediaType", OCI_MANIFEST)
            digest = image["imageId"]["imageDigest"]
            return image["imageManifest"], media_type, digest
        raise NotFound(
            f"{self.repository}:{GOOD} is not there: push an image by that tag and "
            "sign it (docs/operations.md)"
        )

    def _put(self, content: bytes, media_type: str, tag: str) -> None:
        with translated(f"PutImage {self.repository}:{tag}"):
            try:
                self.client.put_image(
                    repositoryName=self.repository,
                    imageManifest=content.decode(),
                    imageManifestMediaType=media_type,
                    imageTag=tag,
                )
            except self.client.exceptions.ImageAlreadyExistsException:
                return

    def _upload(self, content: bytes) -> None:
        name, client = {"repositoryName": self.repository}, self.client
        with translated(f"upload of a layer to {self.repository}"):
            upload = client.initiate_layer_upload(**name)["uploadId"]
            client.upload_layer_part(
                **name,
                uploadId=upload,
                partFirstByte=0,
                partLastByte=len(content) - 1,
                layerPartBlob=content,
            )
            try:
                client.complete_layer_upload(
                    **name,
                    uploadId=upload,
                    layerDigests=[_described(content)["digest"]],
                )
            except client.exceptions.LayerAlreadyExistsException:
                return


def _bad(now: datetime) -> bytes:
    """Return the manifest of the day's bad image: another digest each day."""
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {"mediaType": _CONFIG_TYPE, **_described(_CONFIG)},
        "layers": [{"mediaType": _LAYER_TYPE, **_described(_LAYER)}],
        "annotations": {"sealward.canary": f"{now:%Y-%m-%d}"},
    }
    return json.dumps(document, sort_keys=True).encode()


def _described(content: bytes) -> Mapping[str, Any]:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return {"digest": digest, "size": len(content)}


def _good_tag(now: datetime) -> str:
    return f"good-{now:%Y-%m-%d}"


def _said(record: Record | None) -> str:
    return "none" if record is None else f"{record.verdict} ({record.reason})"
