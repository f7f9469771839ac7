"""What one push makes the workers do: recorded from the real gate, look by look.

A push that nobody signs, from its event to an hour later: when each look is asked for,
by an event or by Sealward itself, how many calls wait for one another in it, and which
one ends the exposure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from sealward.events import Hint, parse_events
from sealward.tick.due import tick
from simulator.in_process.queue import InProcessLookQueue
from tests.unit.sealward.stand import ACCOUNT, REGION, Stand, bundle
from tests.unit.sealward.trips import CountedLedger, CountedRegistry, Trips

EVENT = timedelta(milliseconds=500)
"""From what happens in the registry until its event is on the queue. Assumed."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushLook:
    """One look at a pushed image."""

    after: float
    """Seconds since the push: when its message can be received."""
    calls: int
    """Calls to AWS that wait for one another."""
    by_event: bool
    """Whether an event asked for it: its message carries no group."""
    holds: bool
    """Whether it ends the exposure."""


@cache
def looks_of_a_push(grace: str) -> tuple[PushLook, ...]:
    """Return the looks at an unsigned image during the hour after its push."""
    return tuple(_Recording(grace).looks())


class _Recording:
    """A stand whose looks are counted, and what arrives for it when."""

    def __init__(self, grace: str) -> None:
        self._trips = Trips()
        self._stand = Stand(
            current=bundle(grace=grace),
            registry=lambda registry: CountedRegistry(registry, self._trips),
            run_beside=self._trips.beside,
            wrap_ledger=lambda ledger: CountedLedger(ledger, self._trips),
        )
        self._queue = _CountedQueue(self._stand.queue, self._trips)
        self._stand.gate = replace(self._stand.gate, queue=self._queue)
        self._arriving: list[tuple[datetime, bool, Hint]] = []

    def looks(self) -> list[PushLook]:
        """Push; look whenever a message arrives, for an hour."""
        stand = self._stand
        image, pushed = stand.push(), stand.clock.now
        self._hear()
        found: list[PushLook] = []
        while (at := self._next()) is not None and at < pushed + HOUR:
            stand.clock.now = max(at, stand.clock.now)
            stand.aws.settle()
            self._hear()
            for by_event, hint in self._received():
                calls = self._calls(hint)
                found.append(
                    PushLook(
                        after=(at - pushed).total_seconds(),
                        calls=calls,
                        by_event=by_event,
                        holds=stand.status(image) != "ACTIVE"
                        and not any(each.holds for each in found),
                    )
                )
                self._hear()
        return found

    def _calls(self, hint: Hint) -> int:
        before, told = self._trips.taken, self._told()
        self._stand.gate.look(hint)
        return self._trips.taken - before + self._told() - told

    def _told(self) -> int:
        return sum(
            each.operation == "BatchImportFindings"
            for each in self._stand.aws.operations
        )

    def _hear(self) -> None:
        """Let the registry's events arrive when they do."""
        for event in self._stand.aws.events.drain():
            if event["source"] == "aws.ecr":
                self._arriving += [
                    (self._stand.clock.now + EVENT, True, hint)
                    for hint in parse_events(event, account=ACCOUNT, region=REGION)
                ]

    def _next(self) -> datetime | None:
        now = self._stand.clock.now
        records = self._stand.ledger.records.values()
        return min(
            (
                *(at for at, _, _ in self._arriving),
                *(at for at, _ in self._stand.queue.waiting),
                *(each.due for each in records if each.due and each.due > now),
            ),
            default=None,
        )

    def _received(self) -> list[tuple[bool, Hint]]:
        now = self._stand.clock.now
        if not any(at <= now for at, _ in self._stand.queue.waiting):
            tick(
                self._stand.ledger,
                self._stand.queue,
                account=ACCOUNT,
                region=REGION,
                now=now,
                limit=10,
            )
        events = [each for each in self._arriving if each[0] <= now]
        self._arriving = [each for each in self._arriving if each[0] > now]
        return [
            *((True, hint) for _, _, hint in events),
            *((False, hint) for hint in self._stand.queue.receive()),
        ]


class _CountedQueue:
    """Counts what is sent to the simulator's queue."""

    def __init__(self, queue: InProcessLookQueue, trips: Trips) -> None:
        self._queue, self._trips = queue, trips
        self.dead_letter = queue.dead_letter

    def later(self, hint: Hint, delay: timedelta) -> None:
        self._trips.take("send")
        self._queue.later(hint, delay)

    def at_once(self, hints: Sequence[Hint]) -> None:
        for _ in range(0, len(hints), 10):
            self._trips.take("send")
        self._queue.at_once(hints)
