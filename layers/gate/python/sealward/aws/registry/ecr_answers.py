"""What ECR answers, entry by entry, as the registry's port says it. Pure."""

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sealward.ledger.managed_signing import ManagedSigning, SigningState
from sealward.ports.failures import NotFound, Refused, Unavailable
from sealward.ports.registry import ImageDetail, ImageStatus, Manifest, Referrer

if TYPE_CHECKING:
    from mypy_boto3_ecr.type_defs import (
        ImageDetailTypeDef,
        ImageFailureTypeDef,
        ImageReferrerTypeDef,
        ImageSigningStatusTypeDef,
        ImageTypeDef,
    )

_PASSING: Final = frozenset(
    {
        "KmsError",
        "UpstreamAccessDenied",
        "UpstreamTooManyRequests",
        "UpstreamUnavailable",
    }
)


def image_detail(detail: "ImageDetailTypeDef", what: str) -> ImageDetail:
    """Return one entry of DescribeImages' answer; ``what`` was being asked.

    Raises:
        Unavailable: it lacks what ECR always says, or says what is unknown here.
    """
    pushed_at = detail.get("imagePushedAt")
    if pushed_at is None:
        raise Unavailable(f"{what}: answer without imagePushedAt")
    return ImageDetail(
        digest=detail.get("imageDigest", ""),
        status=_status(detail.get("imageStatus")),
        media_type=detail.get("imageManifestMediaType", ""),
        size=None,  # imageSizeInBytes adds up layers; it is not the manifest's size
        tags=tuple(sorted(detail.get("imageTags", []))),
        pushed_at=pushed_at,
        subject_digest=detail.get("subjectManifestDigest"),
        pulled_at=detail.get("lastRecordedPullTime"),
    )


def manifest(image: "ImageTypeDef") -> Manifest:
    """Return one entry of BatchGetImage's answer, under the digest of its bytes."""
    content = image.get("imageManifest", "").encode()
    return Manifest(
        digest=f"sha256:{hashlib.sha256(content).hexdigest()}",
        media_type=image.get("imageManifestMediaType", ""),
        content=content,
    )


def referrer(entry: "ImageReferrerTypeDef") -> Referrer:
    """Return one entry of ListImageReferrers' answer.

    Raises:
        Unavailable: it says a status that is unknown here.
    """
    return Referrer(
        digest=entry["digest"],
        media_type=entry.get("mediaType", ""),
        artifact_type=entry.get("artifactType", ""),
        size=entry.get("size", 0),
        status=_status(entry.get("artifactStatus")),
        annotations=dict(entry.get("annotations", {})),
    )


def managed_signing(entry: "ImageSigningStatusTypeDef") -> ManagedSigning:
    """Return one entry of DescribeImageSigningStatus' answer, its state known here."""
    return ManagedSigning(
        state=SigningState(entry.get("status", "")),
        profile=entry.get("signingProfileArn", ""),
        failure_code=entry.get("failureCode", ""),
        failure_reason=entry.get("failureReason", ""),
    )


def _status(word: str | None) -> ImageStatus:
    """Return ECR's word; ACTIVE where it says none, as before archiving existed."""
    try:
        return ImageStatus(word or "ACTIVE")
    except ValueError as error:
        raise Unavailable(f"ECR says image status {word!r}, unknown here") from error


def raise_if_passing(repository: str, codes: Iterable[str]) -> None:
    """Tell "cannot be had just now" from "not there": only that is evidence.

    Raises:
        Unavailable: one of BatchGetImage's failure ``codes`` passes.
    """
    for code in codes:
        if code in _PASSING:
            raise Unavailable(f"BatchGetImage {repository}: {code}")


def raise_if_not_deleted(what: str, failures: Iterable["ImageFailureTypeDef"]) -> None:
    """Say why BatchDeleteImage left an image where it was; ``what`` was being asked.

    Raises:
        NotFound: it is not there.
        Refused: an index lists it.
        Unavailable: for another reason.
    """
    for failure in failures:
        code = failure.get("failureCode", "")
        said = f"{what}: {code}: {failure.get('failureReason', '')}"
        match code:
            case "ImageNotFound":
                raise NotFound(said)
            case "ImageReferencedByManifestList":
                raise Refused(said)
            case _:
                raise Unavailable(said)
