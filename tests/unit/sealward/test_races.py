"""Races: looks that overtake each other, and who tries again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sealward.ledger import HoldState, Verdict
from sealward.ledger.records import Record
from sealward.ports.failures import PortError, Unavailable
from tests.unit.sealward.stand import Stand, bundle

HOUR = timedelta(hours=1)


@pytest.fixture
def stand() -> Stand:
    """A stand whose policy gives no grace: what is bad is held at the first look."""
    return Stand(current=bundle(grace="0s"))


def test_a_look_overtaken_by_another_looks_again(stand: Stand) -> None:
    image = stand.push()
    stand.attach(image)

    def overtake(_: Record) -> None:
        stand.ledger.before_write = None
        stand.look(image)

    stand.ledger.before_write = overtake
    result = stand.look(image)
    assert result.verdict is Verdict.TRUSTED
    assert stand.record(image).version == 1


def test_a_look_always_overtaken_comes_back_later(stand: Stand) -> None:
    image = stand.push()
    names = iter(range(100))

    def overtake(record: Record) -> None:
        stand.ledger.before_write = None
        stored = stand.ledger.current(record.key)
        stand.ledger.write(
            replaced(record, stored, str(next(names))),
            expected=stored.version if stored else 0,
        )
        stand.ledger.before_write = overtake

    stand.ledger.before_write = overtake
    result = stand.look(image)
    assert (result.verdict, result.reason) == (None, "conflict")
    assert stand.status(image) == "ACTIVE"
    stand.ledger.before_write = None
    stand.pass_time(timedelta(seconds=5))
    assert stand.status(image) == "ARCHIVED"


def test_a_queue_that_refuses_delays_nothing_but_the_next_look(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.queue.failure = Unavailable("throttled")
    assert stand.look(image).hold is HoldState.HELD
    stand.queue.failure = None
    stand.clock.advance(HOUR)
    assert [result.digest for result in stand.work()] == [image.digest]


def test_a_tick_that_fails_leaves_what_is_due(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.clock.advance(HOUR)
    stand.queue.failure = Unavailable("throttled")
    with pytest.raises(PortError):
        stand.work()
    stand.queue.failure = None
    assert [result.digest for result in stand.work()] == [image.digest]


def replaced(record: Record, stored: Record | None, detail: str) -> Record:
    return replace(record, version=(stored.version if stored else 0) + 1, detail=detail)
