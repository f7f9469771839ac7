"""A repository spends its grace: too many digests that ended unsigned or gone."""

from datetime import timedelta

import pytest

from sealward.ledger import Verdict
from sealward.policy.bundle import Capability, InvalidBundle
from sealward.ports.failures import Unavailable
from tests import forge
from tests.unit.sealward.family import (
    open_findings,
    push_index,
    strict_stand,
    verdicts,
)
from tests.unit.sealward.stand import Stand, bundle

GRACE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
ELSEWHERE = "prod/other"
RESTORING = timedelta(minutes=30)
"""ECR takes up to twenty minutes."""


def spending() -> Stand:
    return Stand(current=bundle(unsignedPerDay=3))


def spend(stand: Stand, digests: int = 3) -> None:
    """Push images that nobody signs, and let their grace end."""
    for number in range(digests):
        stand.look(stand.push(f"unsigned {number}"))
    stand.pass_time(GRACE)


def spent_by_families() -> Stand:
    """Return a stand whose verdicts cover, and whose repository spent its grace."""
    stand = strict_stand(unsignedPerDay=3)
    for number in range(3):
        stand.look(stand.push(f"unsigned {number}", tag=f"v{number}"))
    stand.pass_time(GRACE)
    return stand


def test_after_so_many_the_grace_is_a_minute() -> None:
    stand = spending()
    spend(stand)
    image = stand.push("next", tag="next")
    assert stand.look(image).verdict is Verdict.PENDING
    stand.pass_time(MINUTE)
    record = stand.record(image)
    assert record.verdict is Verdict.UNSIGNED
    assert stand.status(image) == "ARCHIVED"
    (finding,) = (
        each for each in stand.findings if image.digest in each["Description"]
    )
    assert (
        "3 digests of its repository ended unsigned or gone" in finding["Description"]
    )
    stand.pass_time(timedelta(hours=3))
    assert stand.record(image).detail == record.detail


def test_junk_pushed_in_between_gives_none_of_it_back() -> None:
    stand = spending()
    spend(stand)
    image = stand.push("next", tag="next")
    stand.look(image)
    stand.pass_time(timedelta(seconds=40))
    for number in range(3):
        stand.look(stand.junk(image, number))
        stand.clock.advance(timedelta(seconds=5))
    stand.pass_time(timedelta(seconds=5))
    assert stand.record(image).verdict is Verdict.UNTRUSTED
    assert stand.status(image) == "ARCHIVED"


def test_one_fewer_changes_nothing() -> None:
    stand = spending()
    spend(stand, 2)
    image = stand.push("next", tag="next")
    stand.look(image)
    stand.pass_time(GRACE - MINUTE)
    assert stand.record(image).verdict is Verdict.PENDING


def test_another_repository_keeps_its_grace() -> None:
    stand = spending()
    spend(stand)
    image = stand.push("next", repository=ELSEWHERE)
    stand.look(image, repository=ELSEWHERE)
    stand.pass_time(GRACE - MINUTE)
    assert stand.record(image, repository=ELSEWHERE).verdict is Verdict.PENDING


def test_what_is_signed_within_the_minute_is_never_held() -> None:
    stand = spending()
    spend(stand)
    image = stand.push("good")
    stand.look(image)
    stand.pass_time(timedelta(seconds=50))
    assert stand.look(stand.attach(image)).verdict is Verdict.TRUSTED
    stand.pass_time(GRACE)
    assert stand.status(image) == "ACTIVE"
    assert stand.record(image).hold is None


def test_images_that_went_before_their_verdict_count() -> None:
    stand = spending()
    for number in range(3):
        image = stand.push(f"gone {number}")
        stand.look(image)
        stand.delete(image)
        stand.look(image)
    image = stand.push("next", tag="next")
    stand.look(image)
    stand.pass_time(MINUTE)
    assert stand.record(image).verdict is Verdict.UNSIGNED


def test_at_midnight_it_has_its_grace_again() -> None:
    stand = spending()
    spend(stand)
    stand.pass_time(timedelta(days=1))
    image = stand.push("next", tag="next")
    stand.look(image)
    stand.pass_time(GRACE - MINUTE)
    assert stand.record(image).verdict is Verdict.PENDING


def test_what_was_there_before_does_not_count() -> None:
    """A first deployment over a registry full of unsigned images."""
    stand = spending()
    images = [stand.push(f"old {number}") for number in range(5)]
    stand.clock.advance(timedelta(days=2))
    for image in images:
        assert stand.look(image).verdict is Verdict.UNSIGNED
    image = stand.push("next", tag="next")
    stand.look(image)
    stand.pass_time(GRACE - MINUTE)
    assert stand.record(image).verdict is Verdict.PENDING


def test_observing_nothing_is_counted() -> None:
    stand = Stand(current=bundle(unsignedPerDay=1), capability=Capability.OBSERVE)
    spend(stand)
    assert stand.ledger.unsigned_count("prod/app").digests == 0


def test_past_the_number_nothing_more_is_written() -> None:
    stand = spending()
    spend(stand, 10)
    count = stand.ledger.unsigned_count("prod/app")
    assert (count.digests, count.version) == (3, 3)


def test_without_a_tag_it_is_a_minute_as_well() -> None:
    """Pushed and pulled by digest: no index lists it, and none is waited for."""
    stand = spent_by_families()
    image = stand.push("by digest")
    stand.look(image)
    stand.pass_time(MINUTE)
    assert stand.record(image).verdict is Verdict.UNSIGNED
    assert stand.status(image) == "ARCHIVED"


def test_a_child_waits_with_its_index_and_is_never_held() -> None:
    """The index comes within the child's minute, its signature within the index's."""
    stand = spent_by_families()
    child = stand.push("child")
    stand.look(child)
    stand.pass_time(timedelta(seconds=55))
    index = push_index(stand, [child], tag="1.0")
    stand.look(index)
    stand.pass_time(timedelta(seconds=55))
    assert stand.record(child).verdict is Verdict.PENDING
    assert stand.look(stand.attach(index)).verdict is Verdict.TRUSTED
    stand.pass_time(GRACE)
    assert verdicts(stand, index, child) == ["trusted", "covered"]
    assert (stand.record(child).hold, stand.status(child)) == (None, "ACTIVE")


@pytest.mark.parametrize("seconds", [5, 58])
def test_index_upon_index_gives_a_child_two_minutes_and_no_more(seconds: int) -> None:
    stand = spent_by_families()
    child = stand.push("child")
    stand.look(child)
    for number in range(12):
        stand.pass_time(timedelta(seconds=seconds))
        index = push_index(stand, [child], tag="1.0", annotations={"n": str(number)})
        stand.look(index)
        if stand.clock.now - forge.NOW >= GRACE + 2 * MINUTE:
            break
    stand.pass_time(2 * MINUTE)
    record = stand.record(child)
    assert record.verdict is Verdict.UNSIGNED
    # Decided when its time is over; what lists it has to be held before it can be.
    assert record.settled_at is not None
    assert record.settled_at - record.first_seen <= 2 * MINUTE
    assert stand.status(child) == "ARCHIVED"
    assert record.exposure.seconds <= 125


def test_a_child_whose_index_comes_later_is_held_and_let_go_by_itself() -> None:
    stand = spent_by_families()
    child = stand.push("child")
    stand.look(child)
    stand.pass_time(5 * MINUTE)
    assert stand.status(child) == "ARCHIVED"
    index = push_index(stand, [child], tag="1.0")
    stand.look(index)
    stand.look(stand.attach(index))
    stand.pass_time(RESTORING)
    assert verdicts(stand, index, child) == ["trusted", "covered"]
    assert (stand.record(child).hold, stand.status(child)) == (None, "ACTIVE")
    assert open_findings(stand).count("HIGH") == 3, "only those that spent the grace"


def test_an_index_whose_event_was_lost_is_found_before_the_minute_counts() -> None:
    stand = spent_by_families()
    child = stand.push("child")
    index = push_index(stand, [child], tag="1.0")
    stand.attach(index)
    stand.clock.advance(timedelta(seconds=90))
    assert stand.look(child).verdict is not Verdict.UNSIGNED
    stand.pass_time(MINUTE)
    assert verdicts(stand, index, child) == ["trusted", "covered"]
    assert stand.record(child).hold is None


def test_a_count_that_cannot_be_read_spends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand = spending()
    spend(stand)

    def down(_repository: str) -> object:
        raise Unavailable("throttled")

    monkeypatch.setattr(stand.ledger, "unsigned_count", down)
    image = stand.push("next", tag="next")
    assert stand.look(image).verdict is Verdict.PENDING
    stand.pass_time(GRACE)
    assert stand.record(image).verdict is Verdict.UNSIGNED


@pytest.mark.parametrize("number", [0, -1, 100_001])
def test_a_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(InvalidBundle, match="unsignedPerDay"):
        bundle(unsignedPerDay=number)


def test_junk_pushed_whenever_a_look_is_due_gives_none_of_it_back_either() -> None:
    """Each look by an event moves the due time past the tick that would have asked."""
    stand = spending()
    spend(stand)
    image = stand.push("next", tag="next")
    stand.look(image)
    for number, pause in enumerate((11, 20, 20, 10)):
        stand.clock.advance(timedelta(seconds=pause))
        stand.look(stand.junk(image, number))
    assert stand.record(image).verdict is Verdict.UNTRUSTED
    assert stand.status(image) == "ARCHIVED"


def test_pushed_again_it_may_be_signed_for_a_minute_and_no_longer() -> None:
    stand = spending()
    spend(stand)
    image = stand.push("next", tag="next")
    stand.look(image)
    stand.pass_time(2 * MINUTE)
    assert stand.status(image) == "ARCHIVED"
    stand.push("next", tag="next")
    stand.look(image)
    assert stand.status(image) == "ACTIVE"
    stand.pass_time(2 * MINUTE)
    assert stand.status(image) == "ARCHIVED"
