"""36,000 pushes in one repository: what another repository's images are exposed for.

PutImage's default quota is ten a second: 36,000 take an hour. Simulated on a model of
the queue (``queue_model``), with the template's concurrency and batch and the schedule
of looks that decisions give. A look takes half a second here, four times what it takes
where AWS answers in 20 ms: the repository's looks are more than the workers can do, and
its backlog grows by the hour.
"""

from functools import cache
from typing import Any

from sealward.decisions.schedule import MOVING, SOON
from tests.template.rendering import load
from tests.unit.sealward.queue_model import Message, Workers, finished, percentile

PUSHES = 36_000
PER_SECOND = 10
QUIET = 60
"""Pushes of the other repository, one a minute."""
GRACE = 600.0
EVENT = 0.5
"""Seconds from a push until EventBridge has put its event on the queue."""
SLOW = 0.5
"""Seconds of a look."""


def _workers(seconds: float, *, fair: bool) -> Workers:
    template: dict[str, Any] = load()
    looks = template["Resources"]["VerifyPushFunction"]["Properties"]["Events"]["Looks"]
    return Workers(
        concurrency=template["Parameters"]["MaximumConcurrency"]["Default"],
        batch=looks["Properties"]["BatchSize"],
        seconds=seconds,
        fair=fair,
    )


def _looks(push: int, at: float, group: str) -> list[Message]:
    """Return the looks at an image that nobody signs; the event carries no group."""
    delays = [each.total_seconds() for each in SOON]
    moving = [GRACE + MOVING[0].total_seconds()]
    return [
        Message(at=at + EVENT, push=push, group=""),
        *(Message(at=at + delay, push=push, group=group) for delay in delays + moving),
    ]


def _noise() -> list[Message]:
    return [
        message
        for number in range(PUSHES)
        for message in _looks(number, number / PER_SECOND, "dev/x")
    ]


@cache
def _exposures(
    seconds: float, *, noise: bool, fair: bool
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the quiet repository's exposures: with the grace, and with none."""
    pushed = {PUSHES + number: 60.0 * number for number in range(QUIET)}
    quiet = [
        message for push, at in pushed.items() for message in _looks(push, at, "prod/y")
    ]
    done = finished(
        [*quiet, *(_noise() if noise else ())], _workers(seconds, fair=fair)
    )
    with_grace = tuple(
        done[message] - pushed[message.push]
        for message in quiet
        if message.at == pushed[message.push] + GRACE
    )
    at_once = tuple(
        done[message] - pushed[message.push] for message in quiet if not message.group
    )
    assert len(with_grace) == len(at_once) == QUIET
    return with_grace, at_once


def _growth(seconds: float, which: int, *, fair: bool) -> float:
    alone = _exposures(seconds, noise=False, fair=fair)[which]
    beside = _exposures(seconds, noise=True, fair=fair)[which]
    return percentile(beside, 0.95) / percentile(alone, 0.95) - 1


def test_the_exposure_of_another_repository_grows_by_at_most_a_fifth() -> None:
    assert _growth(SLOW, 0, fair=True) <= 0.2


def test_without_groups_it_would_grow_beyond_that() -> None:
    """The model can show unfairness: it is the groups that prevent it."""
    assert _growth(SLOW, 0, fair=False) > 0.2


def test_without_a_grace_it_grows_by_at_most_a_look_and_a_half() -> None:
    """Not by a fifth: a worker must come free, and that takes what a look takes."""
    alone = percentile(_exposures(SLOW, noise=False, fair=True)[1], 0.95)
    beside = percentile(_exposures(SLOW, noise=True, fair=True)[1], 0.95)
    assert beside - alone <= 1.5 * SLOW
