"""When a subject is looked at again: fixed instants, so that repeats change nothing."""

from datetime import timedelta

import pytest

from sealward.decisions.schedule import after, earliest, next_hold_look
from sealward.ledger import Hold, HoldState
from sealward.tick.due import tick
from tests import forge
from tests.unit.sealward.stand import Stand, bundle

START = forge.NOW


def seconds(**by: float) -> float:
    return timedelta(**by).total_seconds()


@pytest.mark.parametrize(
    ("passed", "due"),
    [
        (0, 10),
        (9.9, 10),
        (10, 30),
        (30, seconds(minutes=2)),
        (seconds(minutes=2), seconds(minutes=10)),
        (seconds(minutes=10), seconds(hours=1)),
        (seconds(minutes=59), seconds(hours=1)),
        (seconds(hours=1), seconds(hours=2)),
        (seconds(hours=30.5), seconds(hours=31)),
    ],
)
def test_ten_seconds_thirty_two_minutes_ten_then_hourly(
    passed: float, due: float
) -> None:
    now = START + timedelta(seconds=passed)
    assert after(START, now) == START + timedelta(seconds=due)


@pytest.mark.parametrize(
    ("passed", "due"), [(0, 1), (0.5, 1), (1, 2), (23.5, 24), (24, 48), (49, 72)]
)
def test_a_held_image_hourly_for_a_day_then_daily(passed: float, due: float) -> None:
    hold = Hold(state=HoldState.HELD, since=START, applied=1)
    now = START + timedelta(hours=passed)
    assert next_hold_look(hold, looks=5, now=now) == START + timedelta(hours=due)


@pytest.mark.parametrize(
    "state", [HoldState.HOLDING, HoldState.REFUSED, HoldState.RELEASING]
)
def test_a_moving_hold_within_seconds_then_less_and_less(state: HoldState) -> None:
    hold = Hold(state=state, since=START, applied=1)
    delays = []
    for looks in range(40):
        due = next_hold_look(hold, looks=looks, now=START)
        assert due is not None
        delays.append((due - START).total_seconds())
    assert delays[:5] == [2, 5, 10, 30, 60]
    assert delays == sorted(delays)
    assert delays[-1] == seconds(hours=1)
    assert sum(delays[:17]) > seconds(minutes=20)


def test_nothing_due_is_none() -> None:
    assert earliest() is None
    assert earliest(None, None) is None
    assert earliest(None, START) == START


def test_a_pending_image_is_looked_at_when_its_grace_ends() -> None:
    """What comes before is left to the tick, and so ends where none may come."""
    stand = Stand(current=bundle(grace="135s"))
    image = stand.push()
    due = []
    stand.look(image)
    while (at := stand.record(image).due) is not None and at <= START + timedelta(
        seconds=135
    ):
        due.append((at - START).total_seconds())
        stand.clock.now = at
        stand.look(image)
    assert due == [10, 30, 135]


def test_an_early_look_puts_nothing_off() -> None:
    stand = Stand()
    image = stand.push()
    due = stand.look(image).due
    writes = stand.ledger.writes
    for _ in range(3):
        stand.clock.advance(timedelta(seconds=3))
        assert stand.look(image).due == due
    assert stand.ledger.writes == writes


def test_a_trusted_image_is_looked_at_when_its_signature_expires() -> None:
    stand = Stand()
    image = stand.push()
    expiry = START + timedelta(days=30)
    stand.attach(image, expiry=expiry)
    assert stand.look(image).due == expiry


def test_what_is_only_reported_is_left_to_events_after_a_day() -> None:
    stand = Stand(current=bundle(grace="0s", enforcement="report"))
    image = stand.push()
    stand.look(image)
    stand.pass_time(timedelta(hours=25))
    due = stand.record(image).due
    # Only its repository's finding is sent again, before Security Hub forgets it.
    assert due is not None
    assert due - stand.clock.now > timedelta(days=50)


def test_the_tick_sends_no_more_than_its_limit() -> None:
    stand = Stand()
    for number in range(5):
        stand.look(stand.push(str(number)))
    stand.queue.receive()
    stand.clock.advance(timedelta(minutes=1))
    stand.queue.receive()
    sent = tick(
        stand.ledger,
        stand.queue,
        account=stand.gate.registry.account,
        region=stand.gate.registry.region,
        now=stand.clock.now,
        limit=3,
    )
    assert sent == 3
    assert len(stand.queue.receive()) == 3
