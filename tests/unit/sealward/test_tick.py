"""The tick is fair: what never succeeds keeps nothing else waiting."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from sealward.events import Hint
from sealward.ledger.records import Record
from sealward.subjects import SubjectKey
from sealward.subjects.turns import by_turns
from sealward.tick.due import is_turn, tick
from tests.unit.sealward.stand import ACCOUNT, REGION, Stand

MINUTE = timedelta(minutes=1)
LIMIT = 10


def _put(stand: Stand, like: Record, repository: str, number: int) -> None:
    key = SubjectKey(repository=repository, digest=f"sha256:{number:064x}")
    record = replace(like, key=key, version=1, due=stand.clock.now)
    stand.ledger.write(record, expected=0)


def _sent(stand: Stand) -> list[str]:
    tick(
        stand.ledger,
        stand.queue,
        account=ACCOUNT,
        region=REGION,
        now=stand.clock.now,
        limit=LIMIT,
    )
    return [hint.repository for hint in stand.queue.receive()]


def _pending(stand: Stand) -> Record:
    image = stand.push()
    stand.look(image)
    stand.queue.receive()
    return stand.record(image)


def test_subjects_that_always_fail_do_not_starve_the_rest() -> None:
    """Three times the limit is stuck since yesterday, and nothing ever moves it."""
    stand = Stand()
    like = _pending(stand)
    for number in range(3 * LIMIT):
        _put(stand, like, "prod/stuck", number)
    stand.clock.advance(timedelta(days=1, seconds=30))
    _put(stand, like, "prod/fresh", 1)
    first = _sent(stand)
    assert "prod/fresh" in first
    seen: Counter[str] = Counter()
    for _ in range(59):
        stand.clock.advance(MINUTE)
        seen += Counter(_sent(stand))
    assert seen["prod/stuck"] == 0


def test_repositories_have_one_each_in_turn() -> None:
    stand = Stand()
    like = _pending(stand)
    for number in range(5 * LIMIT):
        _put(stand, like, "prod/loud", number)
    _put(stand, like, "prod/quiet", 1)
    assert "prod/quiet" in _sent(stand)


def test_what_is_late_is_sent_ever_less_often() -> None:
    stand = Stand()
    due = stand.clock.now
    turns = [
        minutes
        for minutes in range(24 * 60)
        if is_turn(due, due + minutes * MINUTE + timedelta(seconds=20))
    ]
    assert turns[:8] == [0, 1, 2, 4, 8, 16, 32, 60]
    assert len(turns) == 7 + 23


def test_a_tick_that_was_missed_is_made_up_for() -> None:
    """Whatever minute the tick stays out, it has a later turn within twice the time."""
    for missed in range(1, 60):
        late = next(
            minutes
            for minutes in range(missed, 200)
            if is_turn(START, START + minutes * MINUTE)
        )
        assert late <= max(2 * missed, 1)


START = Stand().clock.now


def test_turns_keep_each_repositorys_order() -> None:
    keys = [
        SubjectKey(repository=name, digest=f"sha256:{number}")
        for name in ("a", "b", "c")
        for number in range(3 if name != "b" else 1)
    ]
    turns = list(by_turns(keys))
    assert [key.repository for key in turns] == ["a", "b", "c", "a", "c", "a", "c"]
    assert sorted(turns) == sorted(keys)


def test_what_is_due_is_sent_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call for ten: a call each would be the tick's time, and its money."""
    stand = Stand()
    like = _pending(stand)
    for number in range(LIMIT):
        _put(stand, like, "prod/one", number)
    together: list[int] = []
    at_once = stand.queue.at_once

    def noted(hints: Sequence[Hint]) -> None:
        together.append(len(hints))
        at_once(hints)

    monkeypatch.setattr(stand.queue, "at_once", noted)
    assert len(_sent(stand)) == LIMIT
    assert together == [LIMIT]
