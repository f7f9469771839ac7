"""Images that somebody else archived: kept out of reach, never brought back by us."""

from datetime import timedelta

import pytest

from notation_verifier import Descriptor
from sealward.decisions import Step
from sealward.ledger import HoldState, Verdict
from tests.unit.sealward.family import (
    HOUR,
    MINUTE,
    push_index,
    strict,
    strict_stand,
)
from tests.unit.sealward.stand import REPOSITORY, Stand, bundle


def archive(stand: Stand, image: Descriptor) -> None:
    """Archive it as its team does, to save money."""
    stand.gate.registry.archive(REPOSITORY, image.digest)


@pytest.fixture
def stand() -> Stand:
    """A stand whose policy gives ten minutes."""
    return Stand(current=bundle(grace="10m"))


@pytest.fixture
def image(stand: Stand) -> Descriptor:
    """An unsigned image that its team archived before its grace ended."""
    image = stand.push(tag="1.0")
    stand.look(image)
    archive(stand, image)
    stand.pass_time(HOUR)
    hold = stand.record(image).hold
    assert hold is not None
    assert (hold.state, hold.applied) == (HoldState.HELD, 0)
    return image


def test_a_good_signature_brings_back_nothing_that_others_archived(
    stand: Stand, image: Descriptor
) -> None:
    stand.attach(image)
    results = [*stand.deliver(), *stand.pass_time(HOUR)]
    assert {result.step for result in results} == {Step.NONE}
    record = stand.record(image)
    assert (record.verdict, record.hold) == (Verdict.TRUSTED, None)
    assert stand.status(image) == "ARCHIVED"
    assert {one["RecordState"] for one in stand.findings} <= {"ARCHIVED"}


def test_what_others_bring_back_is_held_and_then_ours_to_release(
    stand: Stand, image: Descriptor
) -> None:
    stand.gate.registry.restore(REPOSITORY, image.digest)
    stand.aws.settle()
    stand.pass_time(HOUR)
    assert stand.status(image) == "ARCHIVED"
    hold = stand.record(image).hold
    assert hold is not None
    assert hold.applied == 1
    stand.attach(image)
    stand.deliver()
    stand.pass_time(HOUR)
    assert stand.status(image) == "ACTIVE"


def test_nothing_is_proposed_to_be_released_that_others_archived(
    stand: Stand, image: Descriptor
) -> None:
    stand.bundles.current = bundle(serial=2, grace="10m", enforcement="report")
    stand.look(image)
    assert stand.record(image).proposal == ""
    assert stand.status(image) == "ARCHIVED"


def test_an_index_that_others_archived_is_no_shield() -> None:
    stand = strict_stand(grace="10m", untaggedGrace="10m")
    image = stand.push("bad", tag="bad")
    stand.deliver()
    stand.pass_time(9 * MINUTE)
    away, standing = (
        push_index(stand, [image], tag=tag, annotations={"tag": tag})
        for tag in ("1.0", "2.0")
    )
    stand.deliver()
    archive(stand, away)
    stand.pass_time(2 * MINUTE)
    assert (stand.status(image), stand.status(standing)) == ("ARCHIVED", "ARCHIVED")
    assert stand.record(standing).hold is not None
    assert stand.record(away).hold is None
    stand.attach(away)
    stand.deliver()
    stand.pass_time(timedelta(hours=2))
    assert stand.record(away).verdict is Verdict.TRUSTED
    assert stand.status(away) == "ARCHIVED"


def test_many_indexes_that_others_archived_hide_no_standing_shield() -> None:
    stand = strict_stand(grace="10m", untaggedGrace="10m")
    image = stand.push("bad", tag="bad")
    stand.deliver()
    stand.pass_time(9 * MINUTE)
    indexes = [
        push_index(stand, [image], annotations={"n": str(number)})
        for number in range(60)
    ]
    stand.deliver()
    for away in indexes[:50]:
        archive(stand, away)
    stand.pass_time(2 * MINUTE)
    assert stand.status(image) == "ARCHIVED"


def test_a_nested_index_that_was_covered_once_is_no_shield() -> None:
    stand = strict_stand(grace="1m", untaggedGrace="1m")
    image = stand.push("bad", tag="bad", Config={})
    inner = push_index(stand, [image])
    outer = push_index(stand, [inner], tag="1.0")
    signature = stand.attach(outer)
    stand.look(outer)
    stand.look(inner)
    assert stand.record(inner).verdict is Verdict.COVERED
    stand.delete(signature)
    stand.clock.advance(MINUTE)
    stand.look(outer)
    stand.look(inner)
    stand.clock.advance(2 * HOUR)
    stand.look(inner)
    assert stand.record(inner).verdict is Verdict.INCONCLUSIVE
    stand.look(image)
    assert stand.record(image).verdict is Verdict.UNTRUSTED
    assert stand.status(inner) == "ACTIVE"
    assert stand.record(inner).hold is None


def test_one_that_was_there_while_the_policy_only_reported_is_no_shield() -> None:
    grace = {"grace": "1m", "untaggedGrace": "1m"}
    stand = Stand(current=strict(enforcement="report", **grace))
    image = stand.push("bad", tag="bad")
    index = push_index(stand, [image], tag="1.0")
    stand.deliver()
    stand.pass_time(HOUR)
    assert stand.record(index).verdict is Verdict.UNSIGNED
    stand.bundles.current = strict(serial=2, **grace)
    worse = stand.push("worse", tag="worse")
    shield = push_index(stand, [worse, index], tag="2.0")
    stand.deliver()
    stand.pass_time(HOUR)
    assert (stand.status(worse), stand.status(shield)) == ("ARCHIVED", "ARCHIVED")
    assert stand.status(index) == "ACTIVE"
