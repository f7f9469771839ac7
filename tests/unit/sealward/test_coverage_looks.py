"""Multi-arch images: what a trusted index covers, and how long its children wait."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.ledger import Verdict
from simulator.behaviours import Behaviours
from tests.unit.sealward.family import (
    ATTESTATION,
    HOUR,
    MINUTE,
    covered_family,
    entry,
    events,
    open_findings,
    push_family,
    push_index,
    strict,
    strict_stand,
    verdicts,
)
from tests.unit.sealward.stand import (
    IMAGE_MANIFEST,
    Stand,
    bundle,
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_events_in_any_order_end_the_same(order: tuple[int, ...]) -> None:
    stand = strict_stand()
    index, children = push_family(stand)
    stand.attach(index)
    hints = events(stand)
    assert len(hints) == 4
    for place in order:
        stand.gate.look(hints[place])
    stand.pass_time(5 * MINUTE)
    assert verdicts(stand, index, *children) == ["trusted", "covered", "covered"]
    stand.pass_time(3 * HOUR)
    assert verdicts(stand, index, *children) == ["trusted", "covered", "covered"]
    assert {stand.status(one) for one in (index, *children)} == {"ACTIVE"}
    assert stand.findings == []


@pytest.mark.parametrize("lost", range(4))
def test_any_event_may_be_lost_where_another_arrives(lost: int) -> None:
    stand = strict_stand()
    index, children = push_family(stand)
    stand.attach(index)
    for place, hint in enumerate(events(stand)):
        if place != lost:
            stand.gate.look(hint)
    stand.pass_time(3 * HOUR)
    seen = [one for one in children if place_of(stand, one)]
    assert verdicts(stand, index, *seen) == ["trusted", *["covered"] * len(seen)]
    assert {stand.status(one) for one in (index, *children)} == {"ACTIVE"}
    assert open_findings(stand) == []


def place_of(stand: Stand, target: Descriptor) -> bool:
    return any(key.digest == target.digest for key in stand.ledger.records)


def test_the_record_names_the_index_and_the_history_says_so() -> None:
    stand = strict_stand()
    index, (child, _) = covered_family(stand)
    record = stand.record(child)
    assert record.covered_by == index.digest
    assert index.digest in record.detail
    assert record.strict_verdict is Verdict.COVERED
    assert not record.ever_trusted
    last = stand.ledger.history(record.key)[-1]
    assert (last.verdict, last.report["covered_by"]) == ("covered", index.digest)


def test_a_signature_of_its_own_makes_a_child_trusted() -> None:
    stand = strict_stand()
    index, (first, second) = push_family(stand)
    stand.attach(index)
    stand.attach(first)
    stand.deliver()
    stand.pass_time(MINUTE)
    assert verdicts(stand, index, first, second) == ["trusted", "trusted", "covered"]


def test_an_attestation_is_covered_like_any_child() -> None:
    stand = strict_stand()
    image = stand.push("app")
    attestation = stand.push(
        "attestation",
        layers=[
            stand.pusher().layer(
                b'{"predicateType": "x"}', "application/vnd.in-toto+json"
            )
        ],
    )
    index = push_index(
        stand,
        [
            entry(image, platform={"architecture": "arm64", "os": "linux"}),
            entry(attestation, **ATTESTATION),
        ],
        tag="1.0",
    )
    stand.attach(index)
    stand.deliver()
    stand.pass_time(MINUTE)
    assert verdicts(stand, image, attestation) == ["covered", "covered"]


def test_a_signature_after_the_childrens_first_looks_covers_them_at_once() -> None:
    stand = strict_stand()
    index, children = push_family(stand)
    stand.deliver()
    stand.pass_time(5 * MINUTE)
    assert verdicts(stand, index, *children) == ["pending"] * 3
    stand.attach(index)
    stand.deliver()
    stand.work()
    assert verdicts(stand, index, *children) == ["trusted", "covered", "covered"]


class TestGrace:
    def test_a_child_without_a_tag_waits_an_hour_for_its_index(self) -> None:
        stand = strict_stand()
        child = stand.push("app")
        stand.deliver()
        stand.pass_time(59 * MINUTE)
        assert verdicts(stand, child) == ["pending"]
        stand.pass_time(2 * MINUTE)
        assert verdicts(stand, child) == ["unsigned"]
        assert stand.status(child) == "ARCHIVED"

    def test_with_a_tag_and_no_index_it_is_the_policys(self) -> None:
        stand = strict_stand()
        image = stand.push("app", tag="1.0")
        stand.deliver()
        stand.pass_time(11 * MINUTE)
        assert verdicts(stand, image) == ["unsigned"]

    def test_while_its_index_waits_so_does_a_child_with_a_tag(self) -> None:
        stand = strict_stand()
        child = stand.push("app", tag="1.0-arm64")
        stand.deliver()
        stand.pass_time(9 * MINUTE)
        index = push_index(stand, [child], tag="1.0")
        stand.deliver()
        stand.pass_time(8 * MINUTE)
        assert verdicts(stand, child, index) == ["pending", "pending"]
        stand.attach(index)
        stand.deliver()
        stand.pass_time(MINUTE)
        assert verdicts(stand, child, index) == ["covered", "trusted"]

    def test_an_index_that_fails_ends_it_for_what_it_lists(self) -> None:
        stand = strict_stand()
        index, children = push_family(stand)
        stand.deliver()
        stand.pass_time(11 * MINUTE)
        assert verdicts(stand, index, *children) == ["unsigned"] * 3
        assert {stand.status(one) for one in (index, *children)} == {"ARCHIVED"}
        archived = [
            intent.id.split("@")[1].split("#")[0]
            for intent in stand.ledger.intents
            if intent.action == "archive"
        ]
        assert archived[0] == index.digest
        assert sorted(archived[1:]) == sorted(one.digest for one in children)
        assert open_findings(stand) == ["HIGH"] * 3

    def test_an_index_pushed_again_and_again_gives_no_more_than_the_hour(self) -> None:
        stand = strict_stand()
        child = stand.push("app", tag="1.0-arm64")
        stand.deliver()
        for number in range(9):
            push_index(stand, [child], annotations={"n": str(number)})
            stand.deliver()
            stand.pass_time(9 * MINUTE)
        assert verdicts(stand, child) == ["unsigned"]
        assert stand.status(child) == "ARCHIVED"

    def test_a_held_family_is_released_when_its_index_is_signed(self) -> None:
        stand = strict_stand()
        index, children = push_family(stand)
        stand.deliver()
        stand.pass_time(HOUR)
        assert {stand.status(one) for one in (index, *children)} == {"ARCHIVED"}
        stand.attach(index)
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, *children) == ["trusted", "covered", "covered"]
        assert {stand.status(one) for one in (index, *children)} == {"ACTIVE"}
        assert open_findings(stand) == []

    def test_an_index_that_comes_after_its_child_was_held_releases_it(self) -> None:
        stand = strict_stand()
        child = stand.push("app")
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert stand.status(child) == "ARCHIVED"
        index = push_index(stand, [child], tag="1.0")
        stand.attach(index)
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, child, index) == ["covered", "trusted"]
        assert stand.status(child) == "ACTIVE"


class TestWhatDoesNotCover:
    @pytest.mark.parametrize("level", ["audit", "permissive"])
    def test_a_level_that_does_not_enforce(self, level: str) -> None:
        stand = Stand(current=bundle(level={"level": level}, enforcement="report"))
        index, children = push_family(stand)
        stand.attach(index)
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, *children) == ["trusted"] + ["unsigned"] * 2

    @pytest.mark.parametrize("skipped", ["revocation", "expiry"])
    def test_a_level_with_one_of_the_three_overridden(self, skipped: str) -> None:
        level = {"level": "strict", "override": {skipped: "log"}}
        stand = Stand(current=bundle(level=level, enforcement="report"))
        index, children = push_family(stand)
        stand.attach(index)
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, *children) == ["trusted"] + ["unsigned"] * 2

    @pytest.mark.parametrize(
        "wrong",
        [
            {"size": 1},
            {"mediaType": "application/vnd.docker.distribution.manifest.v2+json"},
        ],
    )
    def test_an_entry_that_differs_from_the_registry(
        self, wrong: dict[str, Any]
    ) -> None:
        stand = strict_stand(enforcement="report")
        child = stand.push("app")
        index = push_index(stand, [entry(child, **wrong)], tag="1.0")
        stand.attach(index)
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, child) == ["trusted", "unsigned"]

    def test_an_index_of_another_repository(self) -> None:
        stand = strict_stand(enforcement="report")
        children = [stand.push("app 0"), stand.push("app 0", repository="prod/other")]
        index = push_index(stand, [children[0]], tag="1.0")
        stand.attach(index)
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, children[0]) == ["trusted", "covered"]
        other = stand.record(children[1], repository="prod/other")
        assert other.verdict is Verdict.UNSIGNED

    def test_an_image_that_can_be_read_in_two_ways(self) -> None:
        stand = strict_stand()
        child = stand.push("app", manifests=[])
        index = push_index(stand, [child], tag="1.0")
        stand.attach(index)
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, child) == ["trusted", "untrusted"]

    @pytest.mark.parametrize(("depth", "verdict"), [(3, "covered"), (4, "unsigned")])
    def test_an_index_too_far_above(self, depth: int, verdict: str) -> None:
        stand = strict_stand(enforcement="report")
        child = stand.push("app")
        node = child
        for _ in range(depth):
            node = push_index(stand, [node])
        stand.attach(node)
        stand.deliver()
        stand.pass_time(3 * HOUR)
        assert verdicts(stand, node, child) == ["trusted", verdict]


class TestWhatTheLedgerSays:
    """A record says where to look; the signature it names is verified anew."""

    def test_a_record_without_a_good_signature_covers_nothing(self) -> None:
        stand = strict_stand()
        index, children = push_family(stand)
        junk = stand.junk(index)
        stand.look(index)
        forged = replace(
            stand.record(index),
            version=stand.record(index).version + 1,
            verdict=Verdict.TRUSTED,
            strict_verdict=Verdict.TRUSTED,
            ever_trusted=True,
            signature=junk.digest,
            due=None,
        )
        stand.ledger.write(forged, expected=forged.version - 1)
        for child in children:
            result = stand.look(child)
            assert result.verdict is not Verdict.COVERED
        # The look at the child looked at the index: the forgery did not last.
        assert stand.record(index).verdict is not Verdict.TRUSTED

    def test_a_signature_in_the_place_of_the_one_remembered_covers(self) -> None:
        stand = strict_stand()
        index, children = push_family(stand)
        first = stand.attach(index)
        stand.deliver()
        stand.pass_time(MINUTE)
        stand.attach(index, annotations={"n": "2"})
        stand.delete(first)
        stand.aws.events.drain()
        assert stand.look(children[0]).verdict is Verdict.COVERED
        assert stand.record(index).signature != first.digest


@pytest.mark.parametrize("accepted", [True, False])
def test_an_index_pushed_again_while_its_children_are_archived(
    *, accepted: bool
) -> None:
    stand = Stand(
        current=strict(),
        behaviours=Behaviours(index_may_name_archived_children=accepted),
    )
    index, children = push_family(stand)
    stand.deliver()
    stand.pass_time(2 * HOUR)
    assert stand.status(index) == "ARCHIVED"
    for number in range(2):
        stand.push(f"app {number}")
    push_index(stand, children, tag="1.0")
    stand.deliver()
    stand.pass_time(2 * HOUR)
    assert {stand.status(one) for one in (index, *children)} == {"ARCHIVED"}


def test_docker_lists_cover_docker_images() -> None:
    stand = strict_stand()
    docker = "application/vnd.docker.distribution.manifest"
    child = stand.push("app", mediaType=f"{docker}.v2+json")
    assert child.media_type != IMAGE_MANIFEST
    index = push_index(stand, [child], tag="1.0", mediaType=f"{docker}.list.v2+json")
    stand.attach(index)
    stand.deliver()
    stand.pass_time(MINUTE)
    assert verdicts(stand, index, child) == ["trusted", "covered"]
