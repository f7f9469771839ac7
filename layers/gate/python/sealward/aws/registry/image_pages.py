"""DescribeImages, page by page: what a repository holds, however much it is."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from notation_verifier.values import dataclass
from sealward.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageDetailTypeDef

PAGE: Final = 1000
"""The most that DescribeImages gives at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePage:
    """One answer."""

    details: Sequence["ImageDetailTypeDef"]
    last: bool
    """Whether ECR says that there is no other."""


def image_pages(
    client: "ECRClient",
    account: str,
    repository: str,
    status: Literal["ACTIVE", "ANY"],
    *,
    most: int,
) -> Iterator[ImagePage]:
    """Yield what ``repository`` holds; the next page is asked for when it is wanted.

    Args:
        client: a botocore client of ``ecr``.
        account: twelve digits; the registry.
        repository: its name.
        status: of the images.
        most: pages; they may be short. Where the last of them is not ``last``, or its
            token repeats, the listing is not complete.

    Raises:
        NotFound, Denied, Unavailable: as named in ``sealward.ports.failures``.
    """
    token: str | None = None
    for _ in range(most):
        asked: Any = {"nextToken": token} if token else {}
        with translated(f"DescribeImages {repository}"):
            answer = client.describe_images(
                registryId=account,
                repositoryName=repository,
                filter={"imageStatus": status},
                maxResults=PAGE,
                **asked,
            )
        following = answer.get("nextToken")
        yield ImagePage(details=answer.get("imageDetails", []), last=not following)
        # A token that repeats would never end.
        if not following or following == token:
            return
        token = following
