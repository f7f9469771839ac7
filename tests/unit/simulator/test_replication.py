"""Replication: what is copied, when, to whom, and what the destination hears."""

from datetime import timedelta

import pytest

from simulator.errors import ServiceError
from simulator.places import place
from simulator.pushes import Pusher
from tests.unit.simulator.conftest import Bench
from tests.unit.simulator.copies import (
    THERE,
    backfill,
    copy_of,
    let_in,
    replicate,
    statuses,
)

SOON = timedelta(minutes=1)


@pytest.fixture
def pair(bench: Bench) -> Bench:
    let_in(bench)
    replicate(bench)
    return bench


def test_an_image_and_its_signature_are_copied_with_their_bytes(pair: Bench) -> None:
    image = pair.push.image("a", tag="v1")
    signature = pair.referrer(image)
    assert copy_of(pair, image) is None
    assert {each["status"] for each in statuses(pair, image)} == {"IN_PROGRESS"}
    pair.clock.advance(SOON)
    copy = copy_of(pair, image)
    assert copy is not None
    assert (copy["imageTags"], copy["imageStatus"]) == (["v1"], "ACTIVE")
    listed = pair.aws.call(
        "ecr",
        "ListImageReferrers",
        {"repositoryName": "app", "subjectId": {"imageDigest": image["digest"]}},
        place=THERE,
    )
    assert [each["digest"] for each in listed["referrers"]] == [signature["digest"]]
    layers = pair.aws.registry(THERE).repositories["app"].layers
    assert b"envelope" in layers.values()
    assert statuses(pair, image) == [
        {"region": "eu-west-1", "registryId": "222233334444", "status": "COMPLETE"}
    ]


def test_the_destination_hears_of_it_and_the_source_does_not(pair: Bench) -> None:
    pair.push.image("a", tag="v1")
    pair.aws.events.drain()
    pair.clock.advance(SOON)
    pair.aws.settle()
    (event,) = pair.aws.events.drain()
    assert (event["account"], event["region"]) == ("222233334444", "eu-west-1")
    assert event["resources"] == ["arn:aws:ecr:eu-west-1:222233334444:repository/app"]
    detail = event["detail"]
    assert (detail["source-account"], detail["source-region"]) == (
        "123456789012",
        "us-east-1",
    )
    assert (detail["image-tag"], detail["result"]) == ("v1", "SUCCESS")


def test_what_was_pushed_before_is_not_copied_until_a_backfill(bench: Bench) -> None:
    let_in(bench)
    image = bench.push.image("a")
    signature = bench.referrer(image)
    replicate(bench)
    bench.clock.advance(SOON)
    assert copy_of(bench, image) is None
    assert statuses(bench, image) == []
    assert backfill(bench)["status"] == "PREPARING"
    bench.clock.advance(SOON)
    assert copy_of(bench, image) is not None
    assert copy_of(bench, signature) is not None
    (found,) = bench.bare_ecr("ListReplicationBackfills")["backfills"]
    assert found["status"] == "COMPLETE"


def test_a_backfill_needs_a_rule_for_its_destination(bench: Bench) -> None:
    with pytest.raises(ServiceError, match="in no rule"):
        backfill(bench)


def test_an_account_that_lets_nobody_in_gets_nothing(bench: Bench) -> None:
    replicate(bench)
    image = bench.push.image("a")
    bench.aws.events.drain()
    bench.clock.advance(SOON)
    assert copy_of(bench, image) is None
    (status,) = statuses(bench, image)
    assert (status["status"], status["failureCode"]) == ("FAILED", "AccessDenied")
    (event,) = bench.aws.events.drain()
    assert (event["account"], event["detail"]["result"]) == ("222233334444", "FAILED")


def test_a_region_of_the_same_account_needs_no_leave(bench: Bench) -> None:
    there = place("123456789012", "eu-west-1")
    replicate(bench, there)
    image = bench.push.image("a")
    bench.clock.advance(SOON)
    assert copy_of(bench, image, there) is not None


def test_a_rule_is_for_the_repositories_whose_names_begin_so(bench: Bench) -> None:
    let_in(bench)
    replicate(bench, repositoryFilters=[{"filter": "pr", "filterType": "PREFIX_MATCH"}])
    other = bench.push.image("a")
    wanted = Pusher(bench.aws, bench.place, "prod/app").image("b")
    bench.clock.advance(SOON)
    assert copy_of(bench, other) is None
    assert copy_of(bench, wanted, repository="prod/app") is not None


def test_a_copy_is_not_copied_on(pair: Bench) -> None:
    third = place("333344445555", "eu-west-1")
    pair.aws.call(
        "ecr",
        "PutReplicationConfiguration",
        {
            "replicationConfiguration": {
                "rules": [
                    {
                        "destinations": [
                            {"region": third.region, "registryId": third.account}
                        ]
                    }
                ]
            }
        },
        place=THERE,
    )
    image = pair.push.image("a")
    pair.clock.advance(2 * SOON)
    assert copy_of(pair, image) is not None
    assert copy_of(pair, image, third) is None


@pytest.mark.parametrize("region", ["us-gov-west-1", "us-east-1"])
def test_neither_another_partition_nor_itself_is_a_destination(
    bench: Bench, region: str
) -> None:
    with pytest.raises(ServiceError, match=r"partitions|itself"):
        replicate(bench, place("123456789012", region))


def test_an_immutable_tag_over_there_leaves_the_copy_without(pair: Bench) -> None:
    there = Pusher(pair.aws, THERE, "app")
    there.image("older", tag="v1")
    repository = pair.aws.registry(THERE).repositories["app"]
    repository.settings = {**repository.settings, "imageTagMutability": "IMMUTABLE"}
    image = pair.push.image("a", tag="v1")
    pair.aws.events.drain()
    pair.clock.advance(SOON)
    copy = copy_of(pair, image)
    assert copy is not None
    assert copy.get("imageTags", []) == []
    (event,) = pair.aws.events.drain()
    assert event["detail"]["image-tag"] == ""


def test_an_index_brings_its_children(pair: Bench) -> None:
    children = [pair.push.image("a"), pair.push.image("b")]
    index = pair.push.index(children, tag="v1")
    pair.clock.advance(SOON)
    assert all(copy_of(pair, each) for each in (*children, index))


def test_a_restored_image_is_copied_again(pair: Bench) -> None:
    image = pair.push.image("a")
    pair.clock.advance(SOON)
    pair.store(image, "ARCHIVE")
    pair.store(image, "STANDARD")
    pair.aws.call(
        "ecr",
        "BatchDeleteImage",
        {"repositoryName": "app", "imageIds": [{"imageDigest": image["digest"]}]},
        place=THERE,
    )
    pair.clock.advance(timedelta(minutes=25))
    pair.aws.settle()
    pair.clock.advance(SOON)
    assert copy_of(pair, image) is not None


def test_archiving_is_not_copied(pair: Bench) -> None:
    image = pair.push.image("a")
    pair.clock.advance(SOON)
    pair.store(image, "ARCHIVE")
    pair.clock.advance(SOON)
    copy = copy_of(pair, image)
    assert copy is not None
    assert copy["imageStatus"] == "ACTIVE"


def test_the_registry_policy_is_kept_and_taken_away(bench: Bench) -> None:
    with pytest.raises(ServiceError, match="no registry policy"):
        bench.bare_ecr("GetRegistryPolicy")
    bench.bare_ecr("PutRegistryPolicy", policyText="{}")
    assert bench.bare_ecr("GetRegistryPolicy")["policyText"] == "{}"
    bench.bare_ecr("DeleteRegistryPolicy")
    with pytest.raises(ServiceError, match="no registry policy"):
        bench.bare_ecr("GetRegistryPolicy")
