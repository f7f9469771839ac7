"""A model of the look queue: SQS, fair or not, and Lambda's workers behind it.

Fair queues as the SQS developer guide has them: a message group with more than a tenth
of the messages in flight, and at least 30, is noisy, and its messages are delivered
after the others'; a message without a group is a tenant of its own. Otherwise the
oldest goes first. Each worker takes a batch and looks at one message after the other.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Final, NamedTuple

NOISY_SHARE: Final = 0.1
NOISY_LEAST: Final = 30


class Message(NamedTuple):
    """One look that is due."""

    at: float
    """Seconds: when it may be received."""
    push: int
    """Which push it is about."""
    group: str
    """Empty for none."""


@dataclass(frozen=True, kw_only=True)
class Workers:
    """The function, as the template has it."""

    concurrency: int
    batch: int
    seconds: float
    """Of one look."""
    fair: bool


def finished(messages: Iterable[Message], workers: Workers) -> dict[Message, float]:
    """Return when the look of each message has ended, in seconds."""
    coming = sorted(messages, reverse=True)
    ready: dict[str, deque[Message]] = {}
    in_flight: dict[str, int] = {}
    ends: list[tuple[float, str]] = []
    free = [0.0] * workers.concurrency
    done: dict[Message, float] = {}
    while coming or any(ready.values()):
        now = heappop(free)
        if not any(ready.values()):
            now = max(now, coming[-1].at)
        while coming and coming[-1].at <= now:
            message = coming.pop()
            ready.setdefault(message.group, deque()).append(message)
        while ends and ends[0][0] <= now:
            in_flight[heappop(ends)[1]] -= 1
        at = now
        for message in _received(ready, in_flight, workers):
            at += workers.seconds
            done[message] = at
            in_flight[message.group] = in_flight.get(message.group, 0) + 1
            heappush(ends, (at, message.group))
        heappush(free, at)
    return done


def _received(
    ready: dict[str, deque[Message]], in_flight: dict[str, int], workers: Workers
) -> list[Message]:
    total = sum(in_flight.values())
    noisy = {
        group
        for group, number in in_flight.items()
        if group and number >= NOISY_LEAST and number > NOISY_SHARE * total
    }
    batch: list[Message] = []
    while len(batch) < workers.batch:
        groups = [group for group, waiting in ready.items() if waiting]
        if not groups:
            break
        first = min(
            groups,
            key=lambda group: (workers.fair and group in noisy, ready[group][0].at),
        )
        batch.append(ready[first].popleft())
    return batch


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that ``share`` of ``values`` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
