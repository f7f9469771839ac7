"""A use case: what was there, what happens while calls fail, and how it ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from notation_verifier import Descriptor
from tests.faults.ground import Ground
from tests.faults.scenes import GRACE, Shelf

LATER: Final = GRACE + timedelta(minutes=1)
"""After a push: its grace is over."""
AFTERWARDS: Final = timedelta(minutes=85)
"""SQS brings back what failed after ten minutes, an undelivered finding is sent again
after an hour."""
SECOND: Final = timedelta(seconds=1)

Happen = Callable[[], None]
"""What happens while calls fail: events are on their way, or a minute is over."""
Stage = Callable[[Ground], Happen]
"""Puts in place what was there before; returns what happens then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """One thing the functions do."""

    name: str
    stage: Stage
    ends: tuple[str, ...]
    """Verdict and hold of every subject, sorted, once all is over."""
    afterwards: timedelta
    """How long time goes on once the calls fail no more."""


def arrives(ground: Ground, *events: Mapping[str, object]) -> Happen:
    """Return that these events arrive, and no others."""
    ground.forget_mail()

    def happen() -> None:
        ground.send(*events)
        ground.pass_time(SECOND)

    return happen


def looked(ground: Ground, *events: Mapping[str, object]) -> None:
    """Let looks at these events end before the calls fail."""
    arrives(ground, *events)()
    ground.pass_time(SECOND)
    ground.forget_mail()


def settled(ground: Ground, *, signed: bool = False) -> tuple[Shelf, Descriptor]:
    """Return a shelf and an image on it whose push was looked at when it came."""
    shelf = Shelf(ground)
    image = shelf.image()
    if signed:
        shelf.sign(image)
    ground.pass_time(LATER)
    looked(ground, shelf.pushed(image))
    return shelf, image
