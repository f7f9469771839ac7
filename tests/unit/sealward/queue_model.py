"""A model of the look queue: SQS with its fair queues, and Lambda's workers behind it.

Fair queues as the SQS developer guide has them: a message group is noisy while it has
more than a tenth of the messages in flight, and at least 30, or had more than a tenth
of the consumers' recent time; its messages are delivered after the others'. A message
without a group is a tenant of its own. Otherwise the oldest goes first. Each worker
takes a batch and deals with one message after the other. What Lambda's pollers hold in
hand, and the minutes in which it adds workers, are not modelled.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple

NOISY_SHARE: Final = 0.1
NOISY_LEAST: Final = 30
RECENT: Final = 60.0
"""Seconds of consumers' time that count as recent. The guide does not say how many."""


class Message(NamedTuple):
    """One message on its way."""

    at: float
    """Seconds: when it may be received."""
    number: int
    """Which it is."""
    group: str
    """Empty for none."""
    repository: str
    seconds: float
    """Of a worker's time that its look takes."""


class Measure(StrEnum):
    """By what SQS finds out who is noisy."""

    NEITHER = "neither"
    IN_FLIGHT = "in flight"
    TIME = "time"


@dataclass(frozen=True, kw_only=True)
class Workers:
    """The function, as the template has it."""

    concurrency: int
    batch: int
    measure: Measure
    passing_on: float = 0.0
    """Seconds that passing a message on takes; 0 where none is."""


Pass = Callable[[Message, int, float], bool]
"""Whether a worker, at a time, passes a message on with its repository as group."""


def finished(
    messages: Iterable[Message],
    workers: Workers,
    passes: Pass = lambda _message, _worker, _now: False,
) -> dict[int, float]:
    """Return when the look of each message, by number, has ended, in seconds."""
    coming = list(messages)
    heapify(coming)
    queue = _Queue(workers.measure)
    free = [(0.0, worker) for worker in range(workers.concurrency)]
    done: dict[int, float] = {}
    while coming or queue.waiting:
        now, worker = heappop(free)
        if not queue.waiting:
            now = max(now, coming[0].at)
        while coming and coming[0].at <= now:
            queue.put(heappop(coming))
        at = now
        for message in queue.receive(workers.batch, now):
            if not message.group and passes(message, worker, at):
                at += workers.passing_on
                heappush(coming, message._replace(at=at, group=message.repository))
            else:
                at += message.seconds
                done[message.number] = at
            queue.taken(message, at)
        heappush(free, (at, worker))
    return done


class _Queue:
    """What waits, what is in flight, and who is noisy."""

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self._ready: dict[str, deque[Message]] = {}
        self._in_flight: dict[str, int] = {}
        self._ends: list[tuple[float, str]] = []
        self._time: dict[str, float] = {}
        self._all = 0.0
        self._decayed = 0.0
        self.waiting = 0

    def put(self, message: Message) -> None:
        self._ready.setdefault(message.group, deque()).append(message)
        self.waiting += 1

    def receive(self, most: int, now: float) -> list[Message]:
        """Return the next messages, those of noisy groups last."""
        while self._ends and self._ends[0][0] <= now:
            self._in_flight[heappop(self._ends)[1]] -= 1
        self._decay(now)
        noisy = {group for group in self._ready if group and self._is_noisy(group)}
        batch: list[Message] = []
        while len(batch) < most:
            groups = [group for group, waiting in self._ready.items() if waiting]
            if not groups:
                break
            first = min(
                groups, key=lambda group: (group in noisy, self._ready[group][0].at)
            )
            batch.append(self._ready[first].popleft())
            self.waiting -= 1
        return batch

    def taken(self, message: Message, until: float) -> None:
        """Say that ``message`` is in flight until its worker is done with it."""
        self._in_flight[message.group] = self._in_flight.get(message.group, 0) + 1
        heappush(self._ends, (until, message.group))
        seconds = message.seconds
        self._time[message.group] = self._time.get(message.group, 0.0) + seconds
        self._all += seconds

    def _decay(self, now: float) -> None:
        if now - self._decayed < 1:
            return
        kept = 0.5 ** ((now - self._decayed) / RECENT)
        self._time = {group: spent * kept for group, spent in self._time.items()}
        self._all *= kept
        self._decayed = now

    def _is_noisy(self, group: str) -> bool:
        match self._measure:
            case Measure.NEITHER:
                return False
            case Measure.IN_FLIGHT:
                mine = self._in_flight.get(group, 0)
                total = sum(self._in_flight.values())
                return mine >= NOISY_LEAST and mine > NOISY_SHARE * total
            case Measure.TIME:
                return self._time.get(group, 0.0) > NOISY_SHARE * self._all


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that ``share`` of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
