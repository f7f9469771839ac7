"""Multi-arch images: what a trusted index covers, when it begins and when it ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.events import Hint, parse_events
from sealward.ledger import Verdict
from sealward.ports import Unavailable
from simulator.behaviours import Behaviours
from tests.unit.sealward.family import (
    ATTESTATION,
    DAY,
    HOUR,
    MINUTE,
    entry,
    open_findings,
    push_family,
    push_index,
    strict,
    strict_stand,
    verdicts,
)
from tests.unit.sealward.stand import (
    ACCOUNT,
    IMAGE_MANIFEST,
    REGION,
    REPOSITORY,
    Stand,
    bundle,
)


def events(stand: Stand) -> list[Hint]:
    """Take the hints of the registry's events so far."""
    return [
        hint
        for event in stand.aws.events.drain()
        if event["source"] == "aws.ecr"
        for hint in parse_events(event, account=ACCOUNT, region=REGION)
    ]


def covered_family(stand: Stand, **how: Any) -> tuple[Descriptor, list[Descriptor]]:
    index, children = push_family(stand, **how)
    stand.attach(index)
    stand.deliver()
    stand.pass_time(timedelta(seconds=30))
    assert verdicts(stand, index, *children) == [
        "trusted",
        *["covered"] * len(children),
    ]
    return index, children


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


class TestTheEnd:
    """Coverage ends with the index; what was accepted is only proposed."""

    def ended(self, stand: Stand, *children: Descriptor) -> None:
        stand.pass_time(DAY + MINUTE)
        assert verdicts(stand, *children) == ["unsigned"] * len(children)
        for child in children:
            record = stand.record(child)
            assert record.covered_by is None
            assert (record.hold, record.proposal) == (None, "quarantine")
            assert stand.status(child) == "ACTIVE"

    def test_when_it_is_deleted_though_no_event_says_so(self) -> None:
        stand = strict_stand()
        index, children = covered_family(stand)
        stand.delete(index)
        stand.aws.events.drain()
        self.ended(stand, *children)

    def test_when_somebody_archives_it(self) -> None:
        stand = strict_stand()
        index, children = covered_family(stand)
        stand.gate.registry.archive(REPOSITORY, index.digest)
        stand.deliver()
        stand.work()
        assert verdicts(stand, *children) == ["unsigned"] * 2
        self.ended(stand, *children)

    def test_when_the_policy_no_longer_trusts_its_signer(self) -> None:
        stand = strict_stand()
        index, children = covered_family(stand)
        changed = strict(serial=2, userMetadata={"team": "payments"})
        stand.bundles.current = changed
        stand.pass_time(DAY + MINUTE)
        assert verdicts(stand, index, *children) == ["untrusted"] + ["unsigned"] * 2
        assert {stand.status(one) for one in (index, *children)} == {"ACTIVE"}
        assert stand.record(index).proposal == "quarantine"

    def test_not_while_another_trusted_index_lists_it(self) -> None:
        stand = strict_stand()
        index, (shared, other) = covered_family(stand)
        second = push_index(stand, [shared], tag="2.0")
        stand.attach(second)
        stand.deliver()
        stand.delete(index)
        stand.pass_time(DAY + MINUTE)
        assert verdicts(stand, shared, other) == ["covered", "unsigned"]
        assert stand.record(shared).covered_by == second.digest

    def test_a_failing_index_takes_no_child_of_a_trusted_one_with_it(self) -> None:
        stand = strict_stand()
        _, (shared, _) = covered_family(stand)
        own = stand.push("own")
        bad = push_index(stand, [shared, own], tag="2.0")
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, bad, shared, own) == ["unsigned", "covered", "unsigned"]
        assert [stand.status(one) for one in (bad, shared, own)] == [
            "ARCHIVED",
            "ACTIVE",
            "ARCHIVED",
        ]


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


class TestLostEvents:
    def test_before_a_child_is_unsigned_the_indexes_are_listed(self) -> None:
        stand = strict_stand()
        index, children = push_family(stand)
        stand.attach(index)
        for hint in events(stand):
            if hint.digest in {one.digest for one in children}:
                stand.gate.look(hint)
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, *children) == ["trusted", "covered", "covered"]
        assert stand.ledger.intents == []

    def test_one_listing_serves_all_children_of_a_push(self) -> None:
        calls: list[str] = []

        class Counted:
            def __init__(self, inner: Any) -> None:
                self._inner = inner

            def __getattr__(self, name: str) -> Any:
                return getattr(self._inner, name)

            def indexes(self, repository: str) -> Any:
                calls.append(repository)
                return self._inner.indexes(repository)

        wrap: Callable[[Any], Any] = Counted
        stand = Stand(current=strict(enforcement="report"), registry=wrap)
        children = [stand.push(f"app {number}") for number in range(40)]
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert set(verdicts(stand, *children)) == {"unsigned"}
        assert calls == [REPOSITORY]

    def test_a_repository_too_large_to_list_at_will_is_listed_now_and_then(
        self,
    ) -> None:
        stand = strict_stand(enforcement="report")
        for number in range(3):
            stand.push(f"app {number}")
            stand.deliver()
            stand.clock.advance(timedelta(seconds=2))
        key = next(iter(stand.ledger.records))
        stand.pass_time(59 * MINUTE)
        note = stand.ledger.listing_note(key.repository)
        assert note is None
        stand.pass_time(2 * MINUTE)
        note = stand.ledger.listing_note(key.repository)
        assert note is not None
        assert note.since <= stand.record(key.digest).first_seen


class TestOutages:
    class Failing:
        """A registry that gives no manifest of an index while told so."""

        def __init__(self, inner: Any) -> None:
            self.account, self.region = inner.account, inner.region
            self._inner = inner
            self.silent: set[str] = set()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

        def describe(self, repository: str, digest: str) -> Any:
            if digest in self.silent:
                raise Unavailable("throttled")
            return self._inner.describe(repository, digest)

    def stand(self, **settings: Any) -> tuple[Stand, "TestOutages.Failing"]:
        made: list[TestOutages.Failing] = []

        def wrap(registry: Any) -> Any:
            made.append(TestOutages.Failing(registry))
            return made[0]

        return Stand(current=strict(**settings), registry=wrap), made[0]

    def test_a_covered_child_stays_covered_while_its_index_cannot_be_asked_for(
        self,
    ) -> None:
        stand, registry = self.stand()
        index, children = covered_family(stand)
        registry.silent = {index.digest}
        assert stand.look(children[0]).verdict is Verdict.COVERED
        stand.pass_time(50 * MINUTE)
        assert verdicts(stand, *children) == ["covered", "covered"]
        registry.silent = set()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, *children) == ["covered", "covered"]
        assert stand.findings == []

    def test_a_new_child_is_inconclusive_and_never_held_for_it(self) -> None:
        stand, registry = self.stand(unknownFor="5h")
        index, children = push_family(stand)
        stand.attach(index)
        registry.silent = {index.digest}
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, *children) == ["inconclusive"] * 2
        assert {stand.status(one) for one in children} == {"ACTIVE"}
        registry.silent = set()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, *children) == ["trusted", "covered", "covered"]


class TestAnIndexThatCannotBeJudged:
    """Its signature was lost: no evidence against what it lists either."""

    def test_a_covered_child_stays_so_for_a_while_and_is_never_held(self) -> None:
        stand = strict_stand()
        index, children = push_family(stand)
        signature = stand.attach(index)
        stand.deliver()
        stand.pass_time(MINUTE)
        stand.delete(signature)
        assert stand.look(index).reason == "signature-lost"
        stand.pass_time(50 * MINUTE)
        assert verdicts(stand, *children) == ["covered", "covered"]
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, *children) == ["inconclusive"] * 3
        assert stand.record(children[0]).reason == "index-undecided"
        stand.pass_time(DAY)
        assert {stand.status(one) for one in (index, *children)} == {"ACTIVE"}
        assert open_findings(stand) == ["HIGH"]
        stand.attach(index)
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, *children) == ["trusted", "covered", "covered"]
        assert open_findings(stand) == []

    def test_a_new_child_of_it_is_inconclusive_and_the_index_never_held(self) -> None:
        stand = strict_stand()
        index, children = push_family(stand)
        signature = stand.attach(index)
        stand.look(index)
        stand.delete(signature)
        stand.deliver()
        stand.pass_time(3 * HOUR)
        assert verdicts(stand, index, *children) == ["inconclusive"] * 3
        assert {stand.status(one) for one in (index, *children)} == {"ACTIVE"}


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
