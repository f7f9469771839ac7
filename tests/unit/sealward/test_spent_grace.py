"""A repository spends its grace: too many digests that ended unsigned or gone."""

from datetime import timedelta

import pytest

from sealward.ledger import Verdict
from sealward.policy.bundle import Capability, InvalidBundle
from sealward.ports.failures import Unavailable
from tests.unit.sealward.stand import Stand, bundle

GRACE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
ELSEWHERE = "prod/other"


def spending() -> Stand:
    return Stand(current=bundle(unsignedPerDay=3))


def spend(stand: Stand, digests: int = 3) -> None:
    """Push images that nobody signs, and let their grace end."""
    for number in range(digests):
        stand.look(stand.push(f"unsigned {number}"))
    stand.pass_time(GRACE)


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


def test_the_child_of_an_index_has_the_grace_of_an_image() -> None:
    stand = Stand(current=bundle(unsignedPerDay=3, untaggedGrace="1h"))
    for number in range(3):
        stand.look(stand.push(f"unsigned {number}", tag=f"v{number}"))
    stand.pass_time(GRACE)
    child = stand.push("child")
    stand.look(child)
    stand.pass_time(GRACE - MINUTE)
    assert stand.record(child).verdict is Verdict.PENDING
    stand.pass_time(MINUTE)
    assert stand.record(child).verdict is Verdict.UNSIGNED


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
