"""A listing of referrers or images ends, whatever tokens ECR answers with."""

from itertools import count
from typing import Any

import pytest

from sealward.aws.registry.ecr import EcrRegistry
from sealward.ports.failures import Unavailable

DIGEST = "sha256:" + "0" * 64


class Pages:
    """An ECR whose pages are empty, and whose tokens are what ``tokens`` yields."""

    def __init__(self, tokens: Any) -> None:
        self._tokens = iter(tokens)
        self.asked = 0

    def list_image_referrers(self, **_: object) -> dict[str, Any]:
        self.asked += 1
        token = next(self._tokens, None)
        return {"referrers": [], **({"nextToken": str(token)} if token else {})}

    def describe_images(self, **_: object) -> dict[str, Any]:
        return self.list_image_referrers() | {"imageDetails": []}


def registry(pages: Pages) -> EcrRegistry:
    client: Any = pages
    fetch: Any = None
    return EcrRegistry(
        account="123456789012", region="us-east-1", client=client, fetch=fetch
    )


def test_empty_pages_are_followed_to_the_last() -> None:
    pages = Pages([1, 2, 3])
    assert list(registry(pages).referrers("app", DIGEST, limit=10)) == []
    assert pages.asked == 4


def test_a_listing_without_end_is_unavailable() -> None:
    pages = Pages(count(1))
    with pytest.raises(Unavailable, match="pages"):
        registry(pages).referrers("app", DIGEST, limit=10)
    assert pages.asked == 200


def test_a_token_that_repeats_ends_the_listing() -> None:
    pages = Pages([7] * 1000)
    assert list(registry(pages).referrers("app", DIGEST, limit=10)) == []
    assert pages.asked == 2


def test_images_are_listed_to_the_quota_and_no_further() -> None:
    pages = Pages(count(1))
    assert registry(pages).indexes("app").pages == 100
    assert pages.asked == 100


def test_a_token_that_repeats_ends_the_listing_of_images() -> None:
    pages = Pages([7] * 1000)
    assert registry(pages).indexes("app").pages == 2
