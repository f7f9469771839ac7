"""The inventory: what Amazon ECR lists, repositories and all their images."""

from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.aws.registry.ecr import EcrRegistry
from sealward.aws.registry.ecr_answers import image_detail
from sealward.aws.registry.image_pages import image_pages
from sealward.events import is_digest, is_repository
from sealward.sweep.ports import ListedImage, RepositoryListing

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageDetailTypeDef

_PAGE: Final = 1000
"""The most that DescribeRepositories gives at once."""
_MOST_REPOSITORY_PAGES: Final = 100
"""An account has 100,000 repositories in a Region by ECR's default quota."""
_MOST_IMAGE_PAGES: Final = 150
"""A repository holds 100,000 images by ECR's default quota; pages may be short."""


class EcrInventory(EcrRegistry):
    """One account's ECR in one Region, listed.

    Args:
        account: twelve digits; the registry every call names.
        region: the client's Region.
        client: a botocore client of ``ecr``.
    """

    def __init__(self, account: str, region: str, client: "ECRClient") -> None:
        super().__init__(account, region, client, _no_layers)

    def repositories(self) -> list[str]:
        """Return the names of all repositories, sorted.

        Raises:
            Denied, Unavailable: as named in ``sealward.ports.failures``.
        """
        found: list[str] = []
        token: str | None = None
        for _ in range(_MOST_REPOSITORY_PAGES):
            asked: Any = {"nextToken": token} if token else {}
            with translated("DescribeRepositories"):
                answer = self._client.describe_repositories(
                    registryId=self.account, maxResults=_PAGE, **asked
                )
            found += [
                each["repositoryName"]
                for each in answer.get("repositories", [])
                if is_repository(each.get("repositoryName", ""))
            ]
            following = answer.get("nextToken")
            # A token that repeats would never end.
            if not following or following == token:
                break
            token = following
        return sorted(set(found))

    def images(self, repository: str) -> RepositoryListing:
        """Return the images of ``repository``, whatever their status.

        Raises:
            NotFound, Denied, Unavailable: as named.
        """
        found: list[ListedImage] = []
        complete = False
        pages = image_pages(
            self._client, self.account, repository, "ANY", most=_MOST_IMAGE_PAGES
        )
        for page in pages:
            found += [
                _listed(each, f"DescribeImages {repository}")
                for each in page.details
                if is_digest(each.get("imageDigest", ""))
            ]
            complete = page.last
        return RepositoryListing(images=tuple(found), complete=complete)


def _listed(entry: "ImageDetailTypeDef", what: str) -> ListedImage:
    detail = image_detail(entry, what)
    return ListedImage(
        digest=detail.digest,
        status=detail.status,
        tags=detail.tags,
        since=max(detail.pushed_at, entry.get("lastActivatedAt", detail.pushed_at)),
    )


def _no_layers(_url: str, _limit: int) -> bytes:
    raise AssertionError("a sweep reads no layers")
