"""The gate's registry, in process."""

from collections.abc import Mapping, Sequence
from typing import Any

from sealward.ledger.managed_signing import ManagedSigning, SigningState
from sealward.ports.failures import Denied, NotFound, PortError, Refused, Unavailable
from sealward.ports.lineage import IndexListing, ListedIndex
from sealward.ports.registry import ImageDetail, ImageStatus, Manifest, Referrer
from sealward.subjects.indexes import is_index
from sealward.subjects.manifests import MANIFEST_LIMIT
from simulator.clock import START
from simulator.ecr.manifests import digest_of
from simulator.errors import ServiceError
from simulator.local_aws import LocalAws
from simulator.places import place

_ABSENT = (
    "ImageNotFoundException",
    "LayerInaccessibleException",
    "LayersNotFoundException",
    "RepositoryNotFoundException",
)
_DENIED = ("AccessDeniedException",)
_REFUSED = ("ImageStorageClassUpdateNotSupportedException",)
_PAGE = 50


class InProcessRegistry:
    """``sealward.ports.registry.Registry`` of one account in one Region."""

    def __init__(
        self, aws: LocalAws, *, account: str, region: str, caller: str = ""
    ) -> None:
        self.account = account
        self.region = region
        self._aws = aws
        self._place = place(account, region)
        # As the template has it: what the gate reads is no use of an image.
        self._caller = caller or self._place.arn("iam", "role/sealward")
        exclusions = aws.registry(self._place).pull_time_exclusions
        exclusions.setdefault(self._caller, START)

    def describe(self, repository: str, digest: str) -> ImageDetail:
        """See the port."""
        answer = self._call(
            "DescribeImages",
            {
                "repositoryName": repository,
                "imageIds": [{"imageDigest": digest}],
                "filter": {"imageStatus": "ANY"},
            },
        )
        if not answer["imageDetails"]:
            raise NotFound(f"{repository}@{digest}: not in the registry's answer")
        detail = answer["imageDetails"][0]
        return image_detail(detail)

    def manifests(
        self,
        repository: str,
        digests: Sequence[str],
        *,
        largest: int = MANIFEST_LIMIT,  # noqa: ARG002 - all fit
    ) -> Mapping[str, Manifest]:
        """See the port."""
        if not digests:
            return {}
        answer = self._call(
            "BatchGetImage",
            {
                "repositoryName": repository,
                "imageIds": [{"imageDigest": digest} for digest in digests],
            },
        )
        found = {}
        for image in answer["images"]:
            content = image["imageManifest"].encode()
            digest = image["imageId"]["imageDigest"]
            if digest_of(content) == digest:
                found[digest] = Manifest(
                    digest=digest,
                    media_type=image["imageManifestMediaType"],
                    content=content,
                )
        return found

    def referrers(
        self, repository: str, digest: str, *, limit: int
    ) -> Sequence[Referrer]:
        """See the port."""
        found: list[Referrer] = []
        request: dict[str, Any] = {
            "repositoryName": repository,
            "subjectId": {"imageDigest": digest},
            "filter": {"artifactStatus": "ANY"},
        }
        while len(found) < limit:
            request["maxResults"] = min(_PAGE, limit - len(found))
            try:
                answer = self._call("ListImageReferrers", request)
            except NotFound:
                return ()  # an unknown subject has none
            found += [_referrer(entry) for entry in answer["referrers"]]
            if "nextToken" not in answer:
                break
            request["nextToken"] = answer["nextToken"]
        return tuple(found)

    def signings(self, repository: str, digest: str) -> Sequence[ManagedSigning]:
        """See the port."""
        answer = self._call(
            "DescribeImageSigningStatus",
            {"repositoryName": repository, "imageId": {"imageDigest": digest}},
        )
        return [
            ManagedSigning(
                state=SigningState(each["status"]),
                profile=each["signingProfileArn"],
                failure_code=each.get("failureCode", ""),
                failure_reason=each.get("failureReason", ""),
            )
            for each in answer["signingStatuses"]
        ]

    def indexes(self, repository: str) -> IndexListing:
        """See the port."""
        found: list[ListedIndex] = []
        request: dict[str, Any] = {"repositoryName": repository, "maxResults": 1000}
        pages = 0
        while True:
            answer = self._call("DescribeImages", request)
            pages += 1
            found += [
                ListedIndex(
                    digest=detail["imageDigest"], pushed_at=detail["imagePushedAt"]
                )
                for detail in answer["imageDetails"]
                if is_index(detail["imageManifestMediaType"])
            ]
            if "nextToken" not in answer:
                return IndexListing(indexes=tuple(found), pages=pages)
            request["nextToken"] = answer["nextToken"]

    def blob(self, repository: str, digest: str, *, limit: int) -> bytes:
        """See the port."""
        self._call(
            "GetDownloadUrlForLayer",
            {"repositoryName": repository, "layerDigest": digest},
        )
        content = self._aws.layer(self._place, repository, digest)
        if content is None:
            raise NotFound(f"{repository}@{digest}: no such layer")
        if len(content) > limit:
            raise NotFound(f"{repository}@{digest}: larger than {limit} bytes")
        if digest_of(content) != digest:
            raise NotFound(f"{repository}@{digest}: its bytes hash otherwise")
        return content

    def archive(self, repository: str, digest: str) -> None:
        """See the port."""
        self._store(repository, digest, "ARCHIVE", ImageStatus.ARCHIVED)

    def delete(self, repository: str, digest: str) -> None:
        """See the port."""
        answer = self._call(
            "BatchDeleteImage",
            {"repositoryName": repository, "imageIds": [{"imageDigest": digest}]},
        )
        for failure in answer["failures"]:
            said = f"{repository}@{digest}: {failure['failureReason']}"
            if failure["failureCode"] == "ImageNotFound":
                raise NotFound(said)
            raise Refused(said)

    def restore(self, repository: str, digest: str) -> None:
        """See the port."""
        self._store(repository, digest, "STANDARD", ImageStatus.ACTIVE)

    def _store(
        self, repository: str, digest: str, storage_class: str, wanted: ImageStatus
    ) -> None:
        try:
            self._call(
                "UpdateImageStorageClass",
                {
                    "repositoryName": repository,
                    "imageId": {"imageDigest": digest},
                    "targetStorageClass": storage_class,
                },
            )
        except Refused:
            if self.describe(repository, digest).status is not wanted:
                raise

    def _call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._aws.call(
                "ecr", operation, request, place=self._place, caller=self._caller
            )
        except ServiceError as error:
            what = f"ecr:{operation} {request.get('repositoryName', '')}"
            raise port_error(error, what) from error


def port_error(error: ServiceError, what: str) -> PortError:
    """Return the port's error for a service's; ``what`` was being asked."""
    text = f"{what}: {error}"
    if error.code in _ABSENT:
        return NotFound(text)
    if error.code in _DENIED:
        return Denied(text)
    if error.code in _REFUSED:
        return Refused(text)
    return Unavailable(text)


def image_detail(detail: Mapping[str, Any]) -> ImageDetail:
    """Return one entry of DescribeImages' answer."""
    return ImageDetail(
        digest=detail["imageDigest"],
        status=ImageStatus(detail["imageStatus"]),
        media_type=detail["imageManifestMediaType"],
        size=None,  # imageSizeInBytes counts layers
        tags=tuple(detail.get("imageTags", ())),
        pushed_at=detail["imagePushedAt"],
        subject_digest=detail.get("subjectManifestDigest"),
        pulled_at=detail.get("lastRecordedPullTime"),
    )


def _referrer(entry: Mapping[str, Any]) -> Referrer:
    return Referrer(
        digest=entry["digest"],
        media_type=entry["mediaType"],
        artifact_type=entry.get("artifactType", ""),
        size=entry["size"],
        status=ImageStatus(entry.get("artifactStatus", "ACTIVE")),
        annotations=entry.get("annotations", {}),
    )
