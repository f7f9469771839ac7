"""A run: every call of a use case fails in every way, one trial each."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.faults.faults import Fault, kinds
from tests.faults.ground import Ground, ground
from tests.faults.trial import Course, course, wrongs
from tests.faults.use_cases import USE_CASES, UseCase


@dataclass(slots=True, kw_only=True)
class Found:
    """What the trials of a use case found."""

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


def names() -> tuple[str, ...]:
    """Return the names of all use cases."""
    return tuple(each.name for each in USE_CASES)


def tried(asked: tuple[str, str]) -> Found:
    """Run the trials of one use case whose names begin with a prefix.

    Args:
        asked: the use case's name and the prefix; made for ``ProcessPoolExecutor.map``.
    """
    name, prefix = asked
    use_case = next(each for each in USE_CASES if each.name == name)
    with ground() as made:
        return _tried(made, use_case, prefix)


def _tried(made: Ground, use_case: UseCase, prefix: str) -> Found:
    right = course(made, use_case, None)
    found = Found(use_case=use_case.name, calls=len(right.calls))
    if right.stands != use_case.ends or right.lost:
        # Nothing can be compared with it.
        found.wrong[use_case.name] = (f"without a fault: {right.stands}",)
        return found
    for fault in _faults(right):
        name = f"{use_case.name}/{fault}"
        if not name.startswith(prefix):
            continue
        try:
            became = course(made, use_case, fault)
            wrong = tuple(wrongs(right, became))
            found.seen.update(operation for operation, _ in became.calls)
        except Exception as error:  # noqa: BLE001 - a trial that breaks is a wrong one
            wrong = (f"the trial itself: {error!r}",)
        found.trials[fault.operation, fault.kind.value] += 1
        if wrong:
            found.wrong[name] = wrong
    return found


def _faults(right: Course) -> Iterator[Fault]:
    for operation, number in right.calls:
        for kind in kinds(operation, number):
            yield Fault(operation=operation, number=number, kind=kind)
    for operation in dict.fromkeys(operation for operation, _ in right.calls):
        for kind in kinds(operation, None):
            yield Fault(operation=operation, number=None, kind=kind)
