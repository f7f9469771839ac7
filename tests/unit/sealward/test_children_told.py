"""An index's children are told of its word, though its look died or a queue failed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.ledger import Record
from sealward.ports.failures import Unavailable
from tests.unit.sealward.family import MINUTE, push_family, strict
from tests.unit.sealward.stand import Stand

HOUR = timedelta(hours=1)


class Unheard:
    """A ledger whose next write of a record is done, and nobody hears of it."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger
        self.when: Callable[[Record], bool] = lambda _record: False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def write(self, record: Record, **named: Any) -> None:
        self._ledger.write(record, **named)
        if self.when(record):
            self.when = lambda _record: False
            raise Unavailable("the answer of the write is lost")


def family(**settings: Any) -> tuple[Stand, Unheard, Descriptor, list[Descriptor]]:
    made: list[Unheard] = []

    def wrapped(ledger: Any) -> Any:
        made.append(Unheard(ledger))
        return made[0]

    stand = Stand(current=strict(**settings), wrap_ledger=wrapped)
    index, children = push_family(stand)
    stand.aws.events.drain()
    return stand, made[0], index, children


def asked_for(stand: Stand) -> set[str]:
    """Return the digests whose looks are on their way, due ones of their own apart."""
    return {hint.digest for _, hint in stand.queue.waiting if not hint.scheduled}


@pytest.mark.parametrize("signed", [True, False])
def test_the_next_look_tells_them_where_the_write_was_not_heard_of(
    *, signed: bool
) -> None:
    stand, ledger, index, children = family(grace="0s")
    if signed:
        stand.attach(index)
    # Of an index that is archived the first write is the intent.
    ledger.when = lambda record: record.key.digest == index.digest
    with pytest.raises(Unavailable):
        stand.look(index)
    assert not asked_for(stand)
    stand.look(index)
    assert asked_for(stand) == {child.digest for child in children}


def test_they_are_told_within_the_hour_where_the_queue_refused() -> None:
    stand, _, index, children = family()
    stand.attach(index)
    stand.queue.failure = Unavailable("throttled")
    stand.look(index)
    stand.queue.failure = None
    record = stand.record(index)
    assert record.due is not None
    assert record.due <= stand.clock.now + HOUR
    stand.clock.advance(HOUR)
    stand.look(index)
    assert asked_for(stand) == {child.digest for child in children}


def test_what_they_have_heard_they_are_told_once() -> None:
    stand, _, index, _ = family()
    stand.attach(index)
    stand.look(index)
    stand.queue.receive()
    stand.clock.advance(MINUTE)
    version = stand.record(index).version
    stand.look(index)
    assert not asked_for(stand)
    assert stand.record(index).version == version


def test_a_record_of_before_says_nothing_of_it_and_nobody_is_told_again() -> None:
    stand, _, index, _ = family()
    stand.attach(index)
    stand.look(index)
    stand.queue.receive()
    record = stand.record(index)
    stand.ledger.write(
        replace(record, children_heard="", version=record.version + 1),
        expected=record.version,
    )
    stand.look(index)
    assert not asked_for(stand)
