"""Minimising: the smallest part of a history that still shows the fault."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.converge.history import History, Mail, Step


def minimise(history: History, shows: Callable[[History], bool]) -> History:
    """Return a smaller history for which ``shows`` still holds.

    Args:
        history: for which it holds.
        shows: whether a history shows the fault; tried a few times for each step.
    """
    simplest: tuple[dict[str, Any], ...] = (
        {"behaviours": {}},
        {"mail": Mail.REPEATED},
        {"mail": Mail.FAITHFUL},
        {"observes": False},
        {"evidence": False},
        {"deletes": False},
        {"ecr_signs": False},
        {"unsigned_per_day": 100},
    )
    for simpler in simplest:
        candidate = replace(history, **simpler)
        if candidate != history and shows(candidate):
            history = candidate
    smaller = True
    while smaller:
        smaller = False
        for position in range(len(history.steps) - 1, -1, -1):
            candidate = replace(history, steps=_without(history, position))
            if candidate.steps and shows(candidate):
                history, smaller = candidate, True
    for name in tuple(history.behaviours):
        fewer = {key: x for key, x in history.behaviours.items() if key != name}
        candidate = replace(history, behaviours=fewer)
        if shows(candidate):
            history = candidate
    return history


def _without(history: History, position: int) -> tuple[Step, ...]:
    """Return the steps without one; those after it keep their time."""
    gone = history.steps[position]
    rest = list(history.steps)
    del rest[position]
    if position < len(rest):
        rest[position] = replace(
            rest[position], after=round(rest[position].after + gone.after, 1)
        )
    return tuple(rest)
