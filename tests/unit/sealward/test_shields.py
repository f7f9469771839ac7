"""Shield indexes: what ECR keeps from the archive for them, and how they are lifted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.ledger import HoldState, Verdict
from sealward.ports.failures import Refused
from tests.unit.sealward.family import (
    DAY,
    HOUR,
    MINUTE,
    entry,
    open_findings,
    push_index,
    strict,
    strict_stand,
    verdicts,
)
from tests.unit.sealward.stand import REPOSITORY, Stand

Shielding = Callable[[Stand, Descriptor, int], list[Descriptor]]


def flat(stand: Stand, image: Descriptor, number: int) -> list[Descriptor]:
    """Push ``number`` indexes of the image alone."""
    return [
        push_index(stand, [image], annotations={"n": str(each)})
        for each in range(number)
    ]


def nested(stand: Stand, image: Descriptor, number: int) -> list[Descriptor]:
    """Push towers of ten indexes, each listing the one below."""
    found: list[Descriptor] = []
    for tower in range(number // 10):
        node = image
        for _ in range(10):
            node = push_index(stand, [node], annotations={"tower": str(tower)})
            found.append(node)
    return found


def look_alike(stand: Stand, image: Descriptor, number: int) -> list[Descriptor]:
    """Push indexes that list the image's digest with another size or type."""
    return [
        push_index(
            stand,
            [entry(image, size=each, platform={"architecture": "unknown"})],
            annotations={"n": str(each)},
        )
        for each in range(number)
    ]


def mixed(stand: Stand, image: Descriptor, number: int) -> list[Descriptor]:
    towers = number // 3 // 10 * 10
    return [
        *flat(stand, image, towers),
        *nested(stand, image, towers),
        *look_alike(stand, image, number - 2 * towers),
    ]


def bad_image(stand: Stand, tag: str | None = "bad") -> Descriptor:
    """Push an image that fails at its first look after its grace."""
    return stand.push("bad", tag=tag)


@pytest.mark.parametrize("shielding", [flat, nested, look_alike, mixed])
def test_a_bad_image_under_two_hundred_indexes_is_archived(
    shielding: Shielding,
) -> None:
    stand = strict_stand(grace="1m", untaggedGrace="1m")
    image = bad_image(stand)
    indexes = shielding(stand, image, 200)
    assert len(indexes) == 200
    with pytest.raises(Refused):
        stand.gate.registry.archive(REPOSITORY, image.digest)
    stand.deliver()
    stand.pass_time(10 * MINUTE)
    assert stand.status(image) == "ARCHIVED"
    assert stand.record(image).exposure.total(stand.clock.now) < 600
    stand.pass_time(HOUR)
    assert {stand.status(each) for each in indexes} == {"ARCHIVED"}
    assert verdicts(stand, image) == ["unsigned"]


def test_pending_shields_pushed_anew_do_not_keep_it_pullable() -> None:
    stand = strict_stand(grace="10m", untaggedGrace="10m")
    image = bad_image(stand)
    stand.deliver()
    for number in range(12):
        stand.pass_time(5 * MINUTE)
        push_index(stand, [image], annotations={"n": str(number)})
        stand.deliver()
    stand.pass_time(timedelta(seconds=30))
    assert stand.status(image) == "ARCHIVED"


def test_the_finding_of_a_held_shield_says_what_it_lists() -> None:
    stand = strict_stand(grace="10m", untaggedGrace="10m")
    image = bad_image(stand)
    stand.deliver()
    stand.pass_time(9 * MINUTE)
    index = push_index(stand, [entry(image, size=1)], tag="1.0")
    stand.deliver()
    stand.pass_time(2 * MINUTE)
    assert (stand.status(image), stand.status(index)) == ("ARCHIVED", "ARCHIVED")
    record = stand.record(index)
    assert record.verdict is Verdict.PENDING
    assert record.finding is not None
    told = next(one for one in stand.findings if one["Id"] == record.finding.id)
    assert image.digest in told["Description"]
    assert told["FindingProviderFields"]["Severity"]["Label"] == "HIGH"
    (intent,) = [one for one in stand.ledger.intents if index.digest in one.id]
    assert (intent.action, intent.reason) == ("archive", "shield")
    assert stand.record(image).hold is not None
    assert "CRITICAL" not in open_findings(stand)


def test_a_shield_that_is_signed_after_all_is_released_and_covers() -> None:
    stand = strict_stand(grace="10m", untaggedGrace="10m")
    image = bad_image(stand)
    stand.deliver()
    stand.pass_time(9 * MINUTE)
    index = push_index(stand, [image], tag="1.0")
    stand.deliver()
    stand.pass_time(2 * MINUTE)
    assert (stand.status(image), stand.status(index)) == ("ARCHIVED", "ARCHIVED")
    stand.attach(index)
    stand.deliver()
    stand.pass_time(2 * HOUR)
    assert verdicts(stand, index, image) == ["trusted", "covered"]
    assert (stand.status(image), stand.status(index)) == ("ACTIVE", "ACTIVE")
    assert open_findings(stand) == []


@pytest.mark.parametrize("others", [0, 40])
def test_under_one_trusted_index_it_is_critical_and_tried_again(others: int) -> None:
    stand = strict_stand(grace="1m", untaggedGrace="1m")
    image = bad_image(stand)
    # Trusted, and no parent of the image: ECR goes by the digest alone.
    trusted = push_index(stand, [entry(image, size=1)], tag="1.0")
    stand.attach(trusted)
    flat(stand, image, others)
    stand.deliver()
    stand.pass_time(HOUR)
    assert verdicts(stand, trusted, image) == ["trusted", "unsigned"]
    assert (stand.status(trusted), stand.status(image)) == ("ACTIVE", "ACTIVE")
    record = stand.record(image)
    assert record.hold is not None
    assert record.hold.state is HoldState.REFUSED
    assert record.due is not None
    assert record.finding is not None
    told = next(one for one in stand.findings if one["Id"] == record.finding.id)
    assert told["FindingProviderFields"]["Severity"]["Label"] == "CRITICAL"
    # The trusted one goes: the next look archives what it shielded.
    stand.delete(trusted)
    stand.pass_time(2 * HOUR)
    assert stand.status(image) == "ARCHIVED"


def test_refused_for_ten_minutes_pulls_are_denied_where_the_policy_says_so() -> None:
    stand = strict_stand(grace="1m", untaggedGrace="1m", escalation="deny-pulls")
    image = bad_image(stand)
    trusted = push_index(stand, [entry(image, size=1)], tag="1.0")
    stand.attach(trusted)
    stand.deliver()
    stand.pass_time(5 * MINUTE)
    assert not stand.pulls.denied(REPOSITORY, image.digest)
    stand.pass_time(15 * MINUTE)
    assert stand.pulls.denied(REPOSITORY, image.digest)
    record = stand.record(image)
    assert record.hold is not None
    assert record.hold.state is HoldState.REFUSED
    assert record.finding is not None
    told = next(one for one in stand.findings if one["Id"] == record.finding.id)
    assert "are denied meanwhile" in told["Description"]
    stand.delete(trusted)
    stand.pass_time(2 * HOUR)
    assert stand.status(image) == "ARCHIVED"
    assert not stand.pulls.denied(REPOSITORY, image.digest)


def test_a_shield_whose_event_was_lost_is_found() -> None:
    stand = strict_stand(grace="1m", untaggedGrace="1m")
    image = bad_image(stand)
    index = push_index(stand, [image], tag="1.0")
    stand.aws.events.drain()
    stand.look(image)
    stand.pass_time(5 * MINUTE)
    assert (stand.status(image), stand.status(index)) == ("ARCHIVED", "ARCHIVED")


def test_an_image_beyond_the_children_remembered_is_found() -> None:
    stand = strict_stand(grace="1m", untaggedGrace="1m")
    first = stand.push("first")
    image = bad_image(stand)
    padding = [
        entry(first, annotations={"n": str(number)}, size=number)
        for number in range(1_500)
    ]
    index = push_index(stand, [*padding, entry(image)], tag="1.0")
    stand.deliver()
    stand.pass_time(5 * MINUTE)
    assert (stand.status(image), stand.status(index)) == ("ARCHIVED", "ARCHIVED")


def test_an_index_that_hides_what_it_lists_from_one_reader_is_found() -> None:
    stand = strict_stand(grace="1m", untaggedGrace="1m")
    image = bad_image(stand)
    index = push_index(stand, [image], tag="1.0", Manifests=[])
    stand.deliver()
    stand.pass_time(5 * MINUTE)
    assert verdicts(stand, index) == ["untrusted"]
    assert (stand.status(image), stand.status(index)) == ("ARCHIVED", "ARCHIVED")


def test_deleted_shields_hide_no_standing_one() -> None:
    stand = strict_stand(grace="1m", untaggedGrace="1m")
    image = bad_image(stand)
    gone = flat(stand, image, 100)
    stand.deliver()
    for index in gone:
        stand.delete(index)
    standing = push_index(stand, [image], tag="1.0")
    stand.deliver()
    stand.pass_time(20 * MINUTE)
    assert (stand.status(image), stand.status(standing)) == ("ARCHIVED", "ARCHIVED")


def test_one_that_was_accepted_once_is_never_held_for_it() -> None:
    stand = strict_stand(grace="1m", untaggedGrace="1m")
    image = bad_image(stand)
    accepted = push_index(stand, [entry(image, size=1)], tag="1.0")
    signature = stand.attach(accepted)
    stand.look(accepted)
    stand.delete(signature)
    stand.deliver()
    stand.pass_time(DAY)
    assert stand.record(accepted).ever_trusted
    assert stand.record(accepted).hold is None
    assert stand.status(accepted) == "ACTIVE"
    assert open_findings(stand).count("CRITICAL") == 1


def test_one_pushed_before_enforcement_is_left_to_a_person() -> None:
    stand = Stand(current=strict(grace="1m", untaggedGrace="1m", enforcement="report"))
    image = bad_image(stand)
    index = push_index(stand, [image], tag="1.0")
    stand.deliver()
    stand.pass_time(HOUR)
    stand.bundles.current = strict(serial=2, grace="1m", untaggedGrace="1m")
    stand.look(image)
    stand.look(index)
    stand.pass_time(HOUR)
    assert {stand.record(one).proposal for one in (image, index)} == {"quarantine"}
    assert {stand.status(one) for one in (image, index)} == {"ACTIVE"}


def test_slow_looks_at_shields_are_left_to_the_next_look() -> None:
    looked: list[str] = []

    class Slow:
        """Takes three seconds to describe an index."""

        def __init__(self, inner: Any) -> None:
            self.account, self.region = inner.account, inner.region
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

        def describe(self, repository: str, digest: str) -> Any:
            if digest != image.digest:
                stand.clock.advance(timedelta(seconds=3))
                looked.append(digest)
            return self._inner.describe(repository, digest)

    wrap: Callable[[Any], Any] = Slow
    stand = Stand(current=strict(grace="1m", untaggedGrace="1m"), registry=wrap)
    image = bad_image(stand)
    indexes = flat(stand, image, 20)
    stand.look(image)
    stand.clock.advance(2 * MINUTE)
    begun = stand.clock.now
    stand.look(image)
    assert stand.clock.now - begun < timedelta(seconds=90)
    assert 0 < len(set(looked)) < len(indexes)
    stand.pass_time(30 * MINUTE)
    assert stand.status(image) == "ARCHIVED"


def test_the_looks_for_two_hundred_shields_are_bounded() -> None:
    calls: list[str] = []

    class Counting:
        def __init__(self, inner: Any) -> None:
            self.account, self.region = inner.account, inner.region
            self._inner = inner

        def __getattr__(self, name: str) -> Any:
            calls.append(name)
            return getattr(self._inner, name)

    wrap: Callable[[Any], Any] = Counting
    stand = Stand(
        current=strict(grace="1m", untaggedGrace="1m"),
        registry=wrap,
    )
    image = bad_image(stand)
    flat(stand, image, 200)
    stand.look(image)
    stand.clock.advance(2 * MINUTE)
    calls.clear()
    stand.look(image)
    assert len(calls) < 700
    assert stand.status(image) == "ACTIVE"
    assert stand.record(image).due is not None
