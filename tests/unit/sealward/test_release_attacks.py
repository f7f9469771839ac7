"""Releases attacked: windows bought twice, counts reset, a deletion bought by one."""

from datetime import timedelta
from typing import Any

from notation_verifier import Descriptor
from sealward.ledger import HoldState, Verdict
from sealward.policy.bundle import Capability
from sealward.ports.failures import Denied
from simulator.behaviours import Behaviours
from tests.unit.sealward.asked import Asked
from tests.unit.sealward.stand import REPOSITORY, Stand, bundle

SECOND, MINUTE, HOUR = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
)


def stand_with(**settings: Any) -> Stand:
    quick = Behaviours(restore_delay=2 * SECOND)
    return Stand(current=bundle(**settings), behaviours=quick)


def held(stand: Stand) -> Descriptor:
    image = stand.push()
    stand.look(image)
    stand.pass_time(11 * MINUTE)
    assert stand.status(image) == "ARCHIVED"
    return image


def push_again(stand: Stand, image: Descriptor) -> None:
    stand.clock.advance(MINUTE)
    stand.push()
    stand.look(image)


def archived_within_a_minute(stand: Stand, image: Descriptor) -> bool:
    stand.pass_time(MINUTE)
    return stand.status(image) == "ARCHIVED"


def test_deleted_and_pushed_it_has_no_second_window() -> None:
    stand = stand_with(grace="10m")
    image = held(stand)
    push_again(stand, image)
    assert not archived_within_a_minute(stand, image)
    stand.pass_time(20 * MINUTE)
    stand.delete(image)
    stand.look(image)
    push_again(stand, image)
    assert archived_within_a_minute(stand, image)


def test_deleted_and_pushed_its_three_releases_are_used_up_all_the_same() -> None:
    stand = stand_with(grace="0s")
    image, asked = held(stand), Asked(stand)
    for _ in range(3):
        assert asked.to_sign(image.digest, minutes=1)["done"]
        stand.pass_time(HOUR)
    stand.delete(image)
    stand.look(image)
    push_again(stand, image)
    stand.pass_time(HOUR)
    assert stand.status(image) == "ARCHIVED"
    assert asked.to_sign(image.digest)["code"] == "used-up"


def test_a_bad_signature_taken_away_buys_one_window_and_no_more() -> None:
    """Held as untrusted, then as unsigned: who did that is not about to sign it."""
    stand = stand_with(grace="10m")
    image = stand.push()
    junk = stand.attach(image, by="Stranger")
    stand.look(image)
    stand.pass_time(11 * MINUTE)
    assert stand.record(image).verdict is Verdict.UNTRUSTED
    stand.delete(junk)
    stand.pass_time(2 * HOUR)
    before = stand.record(image).exposure.total(stand.clock.now)
    for _ in range(5):
        push_again(stand, image)
        stand.pass_time(20 * MINUTE)
        assert stand.status(image) == "ARCHIVED"
    lived = stand.record(image).exposure.total(stand.clock.now) - before
    assert lived < (10 * MINUTE + 5 * MINUTE).total_seconds()


def test_junk_attached_in_the_window_ends_it_no_later() -> None:
    stand = stand_with(grace="10m")
    image = held(stand)
    push_again(stand, image)
    for number in range(9):
        stand.pass_time(MINUTE)
        stand.look(stand.junk(image, number))
    stand.pass_time(3 * MINUTE)
    assert stand.status(image) == "ARCHIVED"


def test_evidence_that_cannot_be_kept_keeps_none_from_being_taken_back() -> None:
    stand = stand_with(grace="0s")
    image = held(stand)
    Asked(stand).to_sign(image.digest, minutes=5)
    stand.pass_time(2 * MINUTE)
    stand.look(stand.junk(image))
    stand.evidence.refuse = Denied("PutObject")
    stand.pass_time(5 * MINUTE + 107 * SECOND)
    assert stand.status(image) == "ARCHIVED"


def test_pulls_that_are_denied_are_allowed_while_it_may_be_signed() -> None:
    """Else nothing could read what it is to sign."""
    stand = stand_with(grace="0s", escalation="deny-pulls")
    image = held(stand)
    for _ in range(3):
        push_again(stand, image)
    assert stand.pulls.denied(REPOSITORY, image.digest)
    assert Asked(stand).to_sign(image.digest, minutes=5)["done"]
    stand.pass_time(MINUTE)
    assert stand.status(image) == "ACTIVE"
    assert not stand.pulls.denied(REPOSITORY, image.digest)
    stand.look(stand.attach(image))
    assert stand.record(image).verdict is Verdict.TRUSTED


def test_a_release_begins_the_day_before_a_deletion_anew() -> None:
    stand = Stand(
        capability=Capability.DELETE,
        current=bundle(grace="0s", enforcement="delete"),
        behaviours=Behaviours(restore_delay=2 * SECOND),
    )
    image = held(stand)
    stand.pass_time(23 * HOUR)
    Asked(stand).to_sign(image.digest, minutes=5)
    stand.pass_time(10 * MINUTE)
    hold = stand.record(image).hold
    assert hold is not None
    assert hold.state is HoldState.HELD
    stand.pass_time(23 * HOUR)
    assert stand.status(image) == "ARCHIVED"


def test_of_a_policy_without_grace_a_push_opens_no_window() -> None:
    stand = stand_with(grace="0s")
    image = held(stand)
    push_again(stand, image)
    assert stand.status(image) == "ARCHIVED"
