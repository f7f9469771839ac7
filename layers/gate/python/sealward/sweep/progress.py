"""Progress: how far a sweep is, remembered between its steps. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.ledger.indexes import UNGOVERNED
from sealward.ledger.instants import from_text, to_text
from sealward.policy.bundle import PolicyBundle

STATEMENTS: Final = 2_000
"""Statements remembered; what more there are, a walk finds."""
SAVED_UP: Final = timedelta(minutes=5)
"""For how long looks that were not sent may be saved up."""


class Kind(StrEnum):
    """Which subjects a recheck is about."""

    MOVED = "moved"
    """Judged by a statement that no longer governs their repository, or whose
    repository is no more."""
    STATEMENT = "statement"
    """Judged by a statement."""
    SIGNER = "signer"
    """Made trusted by an identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """Subjects that are to be looked at again, found by an index of the ledger."""

    kind: Kind
    value: str
    """A statement's hash or ``UNGOVERNED``; or a trusted identity."""
    after: str = ""
    """The key, as text, of the last one that was dealt with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A repository that was not finished: it waits for its next turn."""

    repository: str
    after: str
    """The last digest that was dealt with."""
    failures: int = 0
    """Turns that ended because it could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A walk over every repository, in the order of their names."""

    started_at: datetime
    after: str = ""
    """The last repository that was begun."""
    waiting: tuple[Visit, ...] = ()
    """Repositories not finished, in the order of their turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a sweep remembers of itself."""

    version: int
    """Counts the writes; the first is 1."""
    looks: float
    """Looks that may be sent now."""
    refilled_at: datetime
    """When ``looks`` was counted."""
    walk: Walk | None = None
    walked_at: datetime | None = None
    """When the last finished walk began."""
    bundle: str = ""
    """Digest of the bundle whose changes have been planned."""
    statements: tuple[str, ...] = ()
    """Its statements' hashes."""
    rechecks: tuple[Recheck, ...] = ()
    """In the order they are done."""


def begun(now: datetime) -> Progress:
    """Return the progress of a sweep that has done nothing yet."""
    return Progress(version=0, looks=0.0, refilled_at=now - SAVED_UP)


def refilled(progress: Progress, now: datetime, *, looks_per_minute: int) -> Progress:
    """Return ``progress`` with the looks that the time since has earned."""
    earned = min(max(now - progress.refilled_at, timedelta(0)), SAVED_UP)
    most = looks_per_minute * SAVED_UP / timedelta(minutes=1)
    looks = progress.looks + looks_per_minute * earned / timedelta(minutes=1)
    return replace(progress, looks=min(most, looks), refilled_at=now)


def asked(progress: Progress, rechecks: tuple[Recheck, ...]) -> Progress:
    """Return ``progress`` with ``rechecks`` to be done first, each from its start."""
    wanted = {(each.kind, each.value) for each in rechecks}
    rest = tuple(
        each for each in progress.rechecks if (each.kind, each.value) not in wanted
    )
    return replace(progress, rechecks=(*dict.fromkeys(rechecks), *rest))


def planned(progress: Progress, bundle: PolicyBundle) -> Progress:
    """Return ``progress`` with what a change to ``bundle`` asks for.

    Whatever was judged by a statement that is gone is looked at again. Where a
    statement is new, it may have taken repositories from others, and from none.
    """
    if progress.bundle == bundle.digest:
        return progress
    new = {policy.statement_hash for policy in bundle.policies}
    old = set(progress.statements) | {
        each.value for each in progress.rechecks if each.kind is Kind.MOVED
    }
    changed = old - new
    if progress.bundle and new - old:
        changed |= old | {UNGOVERNED}
    moved = tuple(
        Recheck(kind=Kind.MOVED, value=value) for value in sorted(changed)[:STATEMENTS]
    )
    kept = tuple(each for each in progress.rechecks if each.kind is not Kind.MOVED)
    return replace(
        progress,
        bundle=bundle.digest,
        statements=tuple(sorted(new))[:STATEMENTS],
        rechecks=(*kept, *moved),
    )


def walked(progress: Progress) -> Progress:
    """Return ``progress`` after the last repository of its walk.

    What is remembered of repositories that are no more is found by its statement.
    """
    walk = progress.walk
    everything = {*progress.statements, UNGOVERNED}
    asked_already = {
        each.value for each in progress.rechecks if each.kind is Kind.MOVED
    }
    moved = tuple(
        Recheck(kind=Kind.MOVED, value=value)
        for value in sorted(everything - asked_already)
    )
    return replace(
        progress,
        walk=None,
        walked_at=walk.started_at if walk else progress.walked_at,
        rechecks=(*progress.rechecks, *moved),
    )


def progress_item(progress: Progress) -> dict[str, Any]:
    """Return ``progress`` in plain JSON types."""
    walk = progress.walk
    return {
        "version": progress.version,
        "looks": int(progress.looks),
        "refilled_at": to_text(progress.refilled_at),
        "walk": None
        if walk is None
        else {
            "started_at": to_text(walk.started_at),
            "after": walk.after,
            "waiting": [
                [each.repository, each.after, each.failures] for each in walk.waiting
            ],
        },
        "walked_at": to_text(progress.walked_at) if progress.walked_at else None,
        "bundle": progress.bundle,
        "statements": list(progress.statements),
        "rechecks": [
            [each.kind.value, each.value, each.after] for each in progress.rechecks
        ],
    }


def progress_from(item: Mapping[str, Any]) -> Progress:
    """Return what ``progress_item`` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        walk, walked_at = item["walk"], item["walked_at"]
        return Progress(
            version=int(item["version"]),
            looks=float(item["looks"]),
            refilled_at=from_text(item["refilled_at"]),
            walk=None
            if walk is None
            else Walk(
                started_at=from_text(walk["started_at"]),
                after=walk["after"],
                waiting=tuple(
                    Visit(repository=repository, after=after, failures=int(failures))
                    for repository, after, failures in walk["waiting"]
                ),
            ),
            walked_at=from_text(walked_at) if walked_at else None,
            bundle=item["bundle"],
            statements=tuple(item["statements"]),
            rechecks=tuple(
                Recheck(kind=Kind(kind), value=value, after=after)
                for kind, value, after in item["rechecks"]
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not the progress of a sweep: {error!r}") from error
