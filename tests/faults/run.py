"""A run: every call of a use case fails in every way, one trial each."""

import gc
import os
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from tests.faults.deployment import ground
from tests.faults.faults import Fault
from tests.faults.forks import Forks
from tests.faults.ground import Ground
from tests.faults.trial import Course, course, wrongs
from tests.faults.use_case import UseCase
from tests.faults.use_cases import USE_CASES

_STANDING: Final = ExitStack()
"""What ends only with the process."""


class Share(NamedTuple):
    """A part of the trials of one use case."""

    use_case: str
    prefix: str = ""
    """What the names of the trials begin with."""
    number: int = 0
    of: int = 1


@dataclass(slots=True, kw_only=True)
class Found:
    """What the trials of a share found."""

    use_case: str
    calls: int = 0
    """Made where nothing fails."""
    trials: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By operation and kind of fault."""
    seen: set[str] = field(default_factory=set)
    """Operations called in any trial, staging left out."""
    wrong: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By the trial's name."""


def be_quiet() -> None:
    """Drop what this process would print: the log of every look."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # A child that looks for garbage copies what it looks through.
    gc.disable()


def names() -> tuple[str, ...]:
    """Return the names of all use cases."""
    return tuple(each.name for each in USE_CASES)


def tried(share: Share) -> Found:
    """Run a share's trials."""
    use_case = next(each for each in USE_CASES if each.name == share.use_case)
    return _tried(_ground(), use_case, share)


@cache
def _ground() -> Ground:
    """Return this process's ground, made once: it stands until the process ends."""
    return _STANDING.enter_context(ground())


def _tried(made: Ground, use_case: UseCase, share: Share) -> Found:
    # Clients, models and what else is made at its first use is no child's to make.
    course(made, use_case, Forks(lambda _fault: False))
    gc.collect()
    gc.freeze()
    forks = Forks(chosen_by(share))
    try:
        right = course(made, use_case, forks)
    except Exception as error:
        if forks.fault is None:
            raise
        forks.end(f"the trial itself: {error!r}")
    if forks.fault is not None:
        forks.end(right)
    found = Found(use_case=use_case.name, calls=right.while_failing)
    found.seen.update(operation for operation, _ in right.calls)
    if right.stands != use_case.ends or right.lost:
        # Nothing can be compared with it.
        found.wrong[use_case.name] = (f"without a fault: {right.stands}",)
        return found
    for fault, became in forks.became.items():
        found.trials[fault.operation, fault.kind.value] += 1
        if isinstance(became, Course):
            found.seen.update(operation for operation, _ in became.calls)
            wrong = tuple(wrongs(right, became))
        else:
            wrong = (str(became),)
        if wrong:
            found.wrong[f"{use_case.name}/{fault}"] = wrong
    return found


def chosen_by(share: Share) -> Callable[[Fault], bool]:
    """Return whether a fault is of this share; faults come in the same order always."""
    turn = 0

    def chosen(fault: Fault) -> bool:
        nonlocal turn
        if not f"{share.use_case}/{fault}".startswith(share.prefix):
            return False
        turn += 1
        return turn % share.of == share.number

    return chosen
