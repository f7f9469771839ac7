"""Image identifiers: a digest, a tag, or both, and the image they mean."""

import re
from collections.abc import Mapping

from simulator.ecr.state import Image, Repository
from simulator.errors import ServiceError

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Unresolved(Exception):  # noqa: N818 - it carries ECR's failure, it is not one
    """An identifier that means no image: ECR's failureCode and failureReason."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason

    def failure(self, image_id: Mapping[str, str]) -> dict[str, object]:
        """Return the entry of a batch operation's ``failures``."""
        return {
            "imageId": dict(image_id),
            "failureCode": self.code,
            "failureReason": self.reason,
        }


def resolve(repository: Repository, image_id: Mapping[str, str]) -> Image:
    """Return the image an identifier means.

    Raises:
        Unresolved: none, or the identifier is malformed.
    """
    digest, tag = image_id.get("imageDigest"), image_id.get("imageTag")
    if digest is None and tag is None:
        raise Unresolved("MissingDigestAndTag", "Provide an image digest or a tag")
    if digest is not None and not _DIGEST.fullmatch(digest):
        raise Unresolved("InvalidImageDigest", "Invalid image digest")
    by_tag = repository.tagged(tag) if tag is not None else None
    image = by_tag if digest is None else repository.images.get(digest)
    if image is None:
        raise Unresolved("ImageNotFound", "Requested image not found")
    if digest is not None and tag is not None and by_tag is not image:
        raise Unresolved(
            "ImageTagDoesNotMatchDigest", "The tag belongs to another digest"
        )
    return image


def find_image(repository: Repository, image_id: Mapping[str, str]) -> Image:
    """Return the image an identifier means, for operations on a single image.

    Raises:
        ServiceError: ImageNotFoundException, InvalidParameterException.
    """
    try:
        return resolve(repository, image_id)
    except Unresolved as error:
        if error.code in ("ImageNotFound", "ImageTagDoesNotMatchDigest"):
            raise image_not_found(repository, image_id) from error
        raise ServiceError("InvalidParameterException", error.reason) from error


def image_not_found(
    repository: Repository, image_id: Mapping[str, str]
) -> ServiceError:
    """Return the error for an identifier that means no image."""
    return ServiceError(
        "ImageNotFoundException",
        f"The image with imageId {dict(image_id)} does not exist within the "
        f"repository with name '{repository.name}'",
    )
