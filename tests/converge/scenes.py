"""Scenes: steps that belong together, which chance alone would seldom bring together.

Each is about one image in one repository. A history may have one, between whatever else
happens; minutes or hours may pass between its steps.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.converge.history import Kind, Step

_SOON, _LATER = (0.0, 20.0), (60.0, 15 * 60.0)
_AFTER_GRACE = (11 * 60.0, 90 * 60.0)
_NEXT_DAY = (24.2 * 3600.0, 30 * 3600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One step of a scene."""

    kind: Kind
    what: str = ""
    within: tuple[float, float] = _SOON
    """Least and most seconds after the turn before."""
    over_there: bool = False
    """Whether it is where the image is replicated to; ``what`` of a replication is."""


_SIGNED = (Turn(kind=Kind.PUSH), Turn(kind=Kind.SIGN, what="good"))
_ANSWERS = ("image", "repository", "whole", "declined")
SCENES: dict[str, tuple[Turn, ...]] = {
    "its signer leaves the policy": (
        *_SIGNED,
        Turn(kind=Kind.POLICY, what="only-second", within=_LATER),
        Turn(kind=Kind.APPROVE, within=_LATER),
    ),
    "its signature runs out": (
        Turn(kind=Kind.PUSH),
        Turn(kind=Kind.SIGN, what="expiring"),
        Turn(kind=Kind.APPROVE, within=(3700.0, 7200.0)),
        Turn(kind=Kind.SIGN, what="good", within=_LATER),
    ),
    "it was there before": (
        Turn(kind=Kind.PUSH),
        Turn(kind=Kind.POLICY, what="enforce-from-now", within=_LATER),
        Turn(kind=Kind.APPROVE, within=_AFTER_GRACE),
    ),
    "its exemption ends": (
        Turn(kind=Kind.POLICY, what="skip"),
        Turn(kind=Kind.PUSH),
        Turn(kind=Kind.POLICY, what="strict", within=_LATER),
        Turn(kind=Kind.APPROVE, within=_AFTER_GRACE),
    ),
    "nobody governs it for a while": (
        Turn(kind=Kind.PUSH),
        Turn(kind=Kind.POLICY, what="ungovern", within=_AFTER_GRACE),
        Turn(kind=Kind.APPROVE, within=_LATER),
        Turn(kind=Kind.POLICY, what="govern", within=_LATER),
    ),
    "its release is approved": (
        Turn(kind=Kind.PUSH),
        Turn(kind=Kind.POLICY, what="report", within=_AFTER_GRACE),
        Turn(kind=Kind.APPROVE, within=_LATER),
    ),
    "its signature is lost": (
        *_SIGNED,
        Turn(kind=Kind.UNSIGN, within=_LATER),
        Turn(kind=Kind.REATTACH, within=_LATER),
    ),
    "ECR signs it": (
        Turn(kind=Kind.POLICY, what="trust-ecr"),
        Turn(kind=Kind.MANAGED_SIGNING, what="completes-soon"),
        Turn(kind=Kind.PUSH),
        Turn(kind=Kind.UNSIGN, within=_AFTER_GRACE),
    ),
    "ECR signs it too late": (
        Turn(kind=Kind.POLICY, what="trust-ecr"),
        Turn(kind=Kind.MANAGED_SIGNING, what="completes-late"),
        Turn(kind=Kind.PUSH),
    ),
    "ECR cannot sign it": (
        Turn(kind=Kind.MANAGED_SIGNING, what="fails"),
        Turn(kind=Kind.PUSH),
        Turn(kind=Kind.SIGN, what="good", within=_AFTER_GRACE),
    ),
    "it is deleted, and pushed again": (
        Turn(kind=Kind.POLICY, what="delete"),
        Turn(kind=Kind.PUSH),
        Turn(kind=Kind.PUSH, within=_NEXT_DAY),
        Turn(kind=Kind.RESTORE, within=_NEXT_DAY),
    ),
    "its repository spends its grace": (
        Turn(kind=Kind.POLICY, what="few-unsigned"),
        Turn(kind=Kind.PUSH),
        Turn(kind=Kind.PUSH, within=_AFTER_GRACE),
        Turn(kind=Kind.SIGN, what="good", within=_LATER),
    ),
    "a person had it held": (
        Turn(kind=Kind.PUSH),
        Turn(kind=Kind.POLICY, what="enforce-from-now", within=_LATER),
        Turn(kind=Kind.APPROVE, within=_AFTER_GRACE),
        Turn(kind=Kind.POLICY, what="delete", within=_LATER),
        Turn(kind=Kind.PUSH, within=_NEXT_DAY),
    ),
    "it comes before its signatures": (
        Turn(kind=Kind.POLICY, what="source-grace", over_there=True),
        *_SIGNED,
        Turn(kind=Kind.REPLICATE_ALONE),
        Turn(kind=Kind.REPLICATE_SIGNATURES, within=_AFTER_GRACE),
    ),
}


def scene(
    chance: Random, repositories: tuple[str, ...], images: tuple[str, ...]
) -> Iterator[Step]:
    """Yield the steps of one scene."""
    turns = SCENES[chance.choice(sorted(SCENES))]
    here, there = (chance.choice(repositories) for _ in range(2))
    image = chance.choice(images)
    for place, turn in enumerate(turns):
        if turn.kind is Kind.PUSH and place and turn.within == _AFTER_GRACE:
            image = chance.choice([each for each in images if each != image])
        what = turn.what
        if turn.kind in (Kind.REPLICATE_ALONE, Kind.REPLICATE_SIGNATURES):
            what = there
        elif turn.kind is Kind.APPROVE:
            what = chance.choice(_ANSWERS)
        yield Step(
            after=round(chance.uniform(*turn.within), 1),
            kind=turn.kind,
            repository=there if turn.over_there else here,
            image=image,
            what=what,
            number=chance.randrange(10_000),
        )


def interleaved(chance: Random, steps: list[Step], others: list[Step]) -> list[Step]:
    """Return both lists as one, each in its own order."""
    where = sorted(chance.choices(range(len(steps) + 1), k=len(others)))
    found = list(steps)
    for place, step in zip(reversed(where), reversed(others), strict=True):
        found.insert(place, step)
    return found
