"""A repository that is flooded, another that is not: the second's exposure.

The looks are the real gate's (``push_looks``), the share is the real one
(``sealward.subjects.turns``); queue and workers are a model (``queue_model``) with the
template's concurrency and batch. PutImage's default quota is ten a second, so that
36,000 pushes take an hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from sealward.subjects.turns import Share, Shares
from tests.template.rendering import load
from tests.unit.sealward.push_looks import looks_of_a_push
from tests.unit.sealward.queue_model import (
    Measure,
    Message,
    Workers,
    finished,
    percentile,
)

PER_SECOND = 10
EVERY = 10.0
"""Seconds between the pushes of the other repository."""
PROCESSOR = 0.055
"""Seconds of a look besides its calls: 16 ms of a whole processor, of which 512 MB buy
less than a third."""
_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """What is simulated."""

    pushes: int
    grace: str
    call: float
    """Seconds of a call to AWS."""
    measure: Measure
    batch: int | None = None
    """Messages a worker takes at once; None for the template's."""
    shared: bool = True
    """Whether what is over a repository's share is passed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposures:
    """The other repository's exposure, in seconds, 95th percentile."""

    alone: float
    beside: float

    @property
    def growth(self) -> float:
        return self.beside / self.alone - 1


@cache
def exposures(flood: Flood) -> Exposures:
    """Return the exposure of the other repository, alone and beside the flood."""
    return Exposures(alone=_exposure(flood, 0), beside=_exposure(flood, flood.pushes))


def _exposure(flood: Flood, pushes: int) -> float:
    template: dict[str, Any] = load()
    looks = template["Resources"]["VerifyPushFunction"]["Properties"]["Events"]["Looks"]
    workers = Workers(
        concurrency=template["Parameters"]["MaximumConcurrency"]["Default"],
        batch=flood.batch or looks["Properties"]["BatchSize"],
        measure=flood.measure,
        passing_on=flood.call + PROCESSOR,
    )
    now = [0.0]
    shares = [
        Shares(lambda: _START + timedelta(seconds=now[0]))
        for _ in range(workers.concurrency)
    ]

    def over(message: Message, worker: int, at: float) -> bool:
        now[0] = at
        return (
            flood.shared and shares[worker].take(message.repository) is not Share.WITHIN
        )

    quiet = [EVERY * number for number in range(int(flood.pushes / PER_SECOND / EVERY))]
    held: dict[int, float] = {}
    messages: list[Message] = []
    for pushed in quiet:
        for message, holds in _looks(flood, pushed, "prod/y", len(messages)):
            messages.append(message)
            if holds:
                held[message.number] = pushed
    for number in range(pushes):
        at = number / PER_SECOND
        messages += [each for each, _ in _looks(flood, at, "dev/x", len(messages))]
    done = finished(messages, workers, over)
    return percentile((done[number] - at for number, at in held.items()), 0.95)


def _looks(
    flood: Flood, pushed: float, repository: str, number: int
) -> Iterator[tuple[Message, bool]]:
    """Yield the looks at one push, and whether each ends the exposure."""
    for which, look in enumerate(looks_of_a_push(flood.grace), number):
        yield (
            Message(
                at=pushed + look.after,
                number=which,
                group="" if look.by_event else repository,
                repository=repository,
                seconds=(look.calls * flood.call + PROCESSOR) * _spread(which),
            ),
            look.holds,
        )


def _spread(number: int) -> float:
    """Return how much longer or shorter than most this look takes: half to half more.

    Looks of one length would march in step, as no real ones do.
    """
    return 0.5 + Random(number).random()
