"""The registry: Amazon ECR, by digest only, every status, bytes hashed again."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

from sealward.aws.errors import translated
from sealward.aws.registry.ecr_answers import (
    image_detail,
    managed_signing,
    manifest,
    raise_if_not_deleted,
    raise_if_passing,
    referrer,
)
from sealward.aws.registry.image_pages import image_pages
from sealward.aws.registry.layer_download import Fetch
from sealward.ledger.managed_signing import ManagedSigning, SigningState
from sealward.ports.failures import NotFound, Refused, Unavailable
from sealward.ports.lineage import IndexListing, ListedIndex
from sealward.ports.registry import ImageDetail, ImageStatus, Manifest, Referrer
from sealward.subjects.indexes import is_index

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageIdentifierTypeDef

MANIFEST_LIMIT: Final = 4 * 1024 * 1024
"""Bytes: ECR's own bound of ``imageManifest``."""
_BATCH: Final = 100
"""Manifests a call: the most that ECR gives."""
_BATCH_BYTES: Final = 40 * 1024 * 1024
"""Of a call's manifests: what a function of 512 MB can hold."""
_PAGE: Final = 50
"""The most ListImageReferrers gives at once."""
_MOST_PAGES: Final = 200
"""Pages may be short or empty; a listing that goes on for ever is no answer."""
_MOST_IMAGE_PAGES: Final = 100
"""A repository holds 100,000 images by ECR's default quota."""
_STORAGE_CLASS_REFUSALS: Final = frozenset(
    {"ImageStorageClassUpdateNotSupportedException", "ValidationException"}
)
"""Which of the two ECR uses for what is not documented."""
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")


class EcrRegistry:
    """One account's ECR in one Region.

    Args:
        account: twelve digits; the registry every call names.
        region: the client's Region.
        client: a botocore client of ``ecr``.
        fetch: what reads the pre-signed address of a layer.
    """

    def __init__(
        self, account: str, region: str, client: "ECRClient", fetch: Fetch
    ) -> None:
        self.account = account
        self.region = region
        self._client = client
        self._fetch = fetch

    def describe(self, repository: str, digest: str) -> ImageDetail:
        """Return the image's detail whatever its status (``imageStatus`` ANY).

        Raises:
            NotFound: no such repository or digest.
            Denied, Unavailable: as named.
        """
        what = f"DescribeImages {repository}@{digest}"
        if not _DIGEST.fullmatch(digest):
            raise NotFound(f"{what}: not a sha256 digest")
        for detail in self._details(what, repository, {"imageDigest": digest}):
            if detail.digest == digest:
                return detail
        raise NotFound(f"{what}: not in the answer")

    def tagged(self, repository: str, tag: str) -> ImageDetail:
        """Return the detail of what ``tag`` stands for at this moment.

        Raises:
            NotFound: no such repository or tag.
            Denied, Unavailable: as named.
        """
        what = f"DescribeImages {repository}:{tag}"
        for detail in self._details(what, repository, {"imageTag": tag}):
            if tag in detail.tags and _DIGEST.fullmatch(detail.digest):
                return detail
        raise NotFound(f"{what}: not in the answer")

    def _details(
        self, what: str, repository: str, image: "ImageIdentifierTypeDef"
    ) -> Iterator[ImageDetail]:
        with translated(what):
            answer = self._client.describe_images(
                registryId=self.account,
                repositoryName=repository,
                imageIds=[image],
                filter={"imageStatus": "ANY"},
            )
        for detail in answer.get("imageDetails", []):
            yield image_detail(detail, what)

    def manifests(
        self,
        repository: str,
        digests: Sequence[str],
        *,
        largest: int = MANIFEST_LIMIT,
    ) -> Mapping[str, Manifest]:
        """Return the manifests that can be had of at most 100 ``digests``.

        ``largest`` is what ECR's listing says that none of them exceeds, in bytes.

        Raises:
            NotFound: the repository does not exist.
            Denied, Unavailable: as named.
        """
        wanted = [each for each in dict.fromkeys(digests) if _DIGEST.fullmatch(each)]
        found: dict[str, Manifest] = {}
        size = max(1, min(_BATCH, _BATCH_BYTES // max(1, largest)))
        for start in range(0, len(wanted), size):
            batch = wanted[start : start + size]
            with translated(f"BatchGetImage {repository}"):
                answer = self._client.batch_get_image(
                    registryId=self.account,
                    repositoryName=repository,
                    imageIds=[{"imageDigest": digest} for digest in batch],
                )
            for image in answer.get("images", []):
                one = manifest(image)
                if one.digest in batch and len(one.content) <= MANIFEST_LIMIT:
                    found[one.digest] = one
            raise_if_passing(
                repository,
                (each.get("failureCode", "") for each in answer.get("failures", [])),
            )
        return found

    def referrers(
        self, repository: str, digest: str, *, limit: int
    ) -> Sequence[Referrer]:
        """Return up to ``limit`` referrers of ``digest``, of every status and type.

        Raises:
            Denied, Unavailable: as named. An unknown subject has none.
        """
        found: list[Referrer] = []
        token: str | None = None
        for _ in range(_MOST_PAGES):
            if len(found) >= limit:
                break
            page = min(_PAGE, limit - len(found))
            try:
                with translated(f"ListImageReferrers {repository}@{digest}"):
                    answer = self._client.list_image_referrers(
                        registryId=self.account,
                        repositoryName=repository,
                        subjectId={"imageDigest": digest},
                        filter={"artifactStatus": "ANY"},
                        maxResults=page,
                        **({"nextToken": token} if token else {}),
                    )
            except NotFound:
                return found
            found += [
                referrer(each) for each in answer.get("referrers", []) if each["digest"]
            ]
            following = answer.get("nextToken")
            # A token that repeats would never end.
            if not following or following == token:
                break
            token = following
        else:
            raise Unavailable(
                f"ListImageReferrers {repository}@{digest}: more than {_MOST_PAGES} "
                "pages for one look"
            )
        return found[:limit]

    def signings(self, repository: str, digest: str) -> Sequence[ManagedSigning]:
        """Return what ECR's managed signing says of ``digest``, profile by profile.

        A state that is unknown here is left out.

        Raises:
            NotFound, Denied, Unavailable: as named.
        """
        with translated(f"DescribeImageSigningStatus {repository}@{digest}"):
            answer = self._client.describe_image_signing_status(
                registryId=self.account,
                repositoryName=repository,
                imageId={"imageDigest": digest},
            )
        return [
            managed_signing(each)
            for each in answer.get("signingStatuses", [])
            if each.get("status") in tuple(SigningState)
        ]

    def indexes(self, repository: str) -> IndexListing:
        """Return the active indexes of ``repository``, in the registry's order.

        Raises:
            NotFound, Denied, Unavailable: as named.
        """
        pages = tuple(
            image_pages(
                self._client, self.account, repository, "ACTIVE", most=_MOST_IMAGE_PAGES
            )
        )
        found = [
            ListedIndex(digest=one["imageDigest"], pushed_at=one["imagePushedAt"])
            for page in pages
            for one in page.details
            if is_index(one.get("imageManifestMediaType", ""))
        ]
        return IndexListing(indexes=tuple(found), pages=len(pages))

    def blob(self, repository: str, digest: str, *, limit: int) -> bytes:
        """Return a layer's bytes, hashed to ``digest``, reading no more than ``limit``.

        Raises:
            NotFound: no such layer, larger than ``limit``, or its bytes hash otherwise.
            Denied, Unavailable: as named.
        """
        what = f"layer {digest} of {repository}"
        if not _DIGEST.fullmatch(digest):
            raise NotFound(f"{what}: not a sha256 digest")
        with translated(f"GetDownloadUrlForLayer: {what}"):
            answer = self._client.get_download_url_for_layer(
                registryId=self.account, repositoryName=repository, layerDigest=digest
            )
        content = self._fetch(answer["downloadUrl"], limit)
        if len(content) > limit:
            raise NotFound(f"{what}: larger than {limit} bytes")
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
            raise NotFound(f"{what}: its bytes hash otherwise")
        return content

    def archive(self, repository: str, digest: str) -> None:
        """Ask for storage class ARCHIVE; ``describe`` says when it is so.

        Raises:
            NotFound, Refused, Denied, Unavailable: as named.
        """
        self._move(repository, digest, "ARCHIVE", {ImageStatus.ARCHIVED})

    def delete(self, repository: str, digest: str) -> None:
        """Delete the image with all its tags.

        Raises:
            NotFound: it is not there.
            Refused: an index lists it.
            Denied, Unavailable: as named.
        """
        what = f"BatchDeleteImage {repository}@{digest}"
        with translated(what):
            answer = self._client.batch_delete_image(
                registryId=self.account,
                repositoryName=repository,
                imageIds=[{"imageDigest": digest}],
            )
        raise_if_not_deleted(what, answer.get("failures", []))

    def restore(self, repository: str, digest: str) -> None:
        """Ask for storage class STANDARD; ACTIVATING may last 20 minutes.

        Raises:
            NotFound, Refused, Denied, Unavailable: as named.
        """
        there = {ImageStatus.ACTIVE, ImageStatus.ACTIVATING}
        self._move(repository, digest, "STANDARD", there)

    def _move(
        self,
        repository: str,
        digest: str,
        target: Literal["ARCHIVE", "STANDARD"],
        there: set[ImageStatus],
    ) -> None:
        try:
            what = f"UpdateImageStorageClass {repository}@{digest} {target}"
            with translated(what, refusals=_STORAGE_CLASS_REFUSALS):
                self._client.update_image_storage_class(
                    registryId=self.account,
                    repositoryName=repository,
                    imageId={"imageDigest": digest},
                    targetStorageClass=target,
                )
        except Refused:
            # What ECR answers for an image already there is not documented: ask it.
            if self.describe(repository, digest).status not in there:
                raise
