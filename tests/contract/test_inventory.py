"""One suite for every inventory: the one in process, and ECR's adapter over HTTP."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from sealward.ports.failures import Denied, NotFound, Unavailable
from sealward.ports.registry import ImageStatus
from simulator.behaviours import Behaviours
from simulator.clock import START
from simulator.errors import ServiceError, access_denied, throttled
from simulator.faults import Fault
from tests.contract.faces import FACES, REPOSITORY, Face, face


@pytest.fixture(params=FACES)
def aws(request: pytest.FixtureRequest) -> Iterator[Face]:
    with face(request.param, Behaviours(restore_delay=timedelta(minutes=1))) as made:
        yield made


def test_all_repositories_are_named_sorted(aws: Face) -> None:
    assert list(aws.inventory.repositories()) == []
    names = [f"prod/app-{number}" for number in range(1_005)]
    for name in reversed(names):
        aws.aws.call(
            "ecr", "CreateRepository", {"repositoryName": name}, place=aws.place
        )
    assert list(aws.inventory.repositories()) == sorted(names)


def test_all_images_are_listed_whatever_their_status(aws: Face) -> None:
    images = [aws.pusher().image(str(number), tag=f"v{number}") for number in (1, 2)]
    signature = aws.pusher().referrer(
        images[0],
        config_type="application/vnd.cncf.notary.signature",
        layer=b"envelope",
        layer_type="application/jose+json",
    )
    aws.registry.archive(REPOSITORY, images[1]["digest"])
    listing = aws.inventory.images(REPOSITORY)
    assert listing.complete
    found = {image.digest: image for image in listing.images}
    assert found.keys() == {each["digest"] for each in (*images, signature)}
    assert found[images[0]["digest"]].tags == ("v1",)
    assert found[images[0]["digest"]].since == START
    assert found[images[1]["digest"]].status is ImageStatus.ARCHIVED


def test_an_image_is_there_since_it_was_restored(aws: Face) -> None:
    image = aws.pusher().image("a")
    aws.registry.archive(REPOSITORY, image["digest"])
    aws.clock.advance(timedelta(hours=1))
    aws.registry.restore(REPOSITORY, image["digest"])
    aws.clock.advance(timedelta(minutes=2))
    aws.aws.settle()
    (listed,) = aws.inventory.images(REPOSITORY).images
    assert listed.status is ImageStatus.ACTIVE
    assert listed.since > START


def test_more_images_than_a_page_holds_are_all_listed(aws: Face) -> None:
    repository = aws.pusher()
    for number in range(1_003):
        repository.image(str(number))
    assert len(aws.inventory.images(REPOSITORY).images) == 1_003


def test_a_repository_that_is_not_there_is_not_found(aws: Face) -> None:
    with pytest.raises(NotFound):
        aws.inventory.images("prod/none")


@pytest.mark.parametrize(
    ("error", "kind"),
    [(access_denied("ecr:DescribeImages", "us"), Denied), (throttled(), Unavailable)],
)
def test_a_failing_listing_is_said(
    aws: Face, error: ServiceError, kind: type[Exception]
) -> None:
    aws.pusher().image("a")
    aws.aws.faults.add(Fault(operation="DescribeImages", error=error))
    with pytest.raises(kind):
        aws.inventory.images(REPOSITORY)
