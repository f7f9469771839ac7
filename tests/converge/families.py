"""Families: histories of multi-arch images, their indexes and what those list."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from sealward.events import Hint
from tests.converge.faces import Ports
from tests.converge.generation import draw
from tests.converge.history import FAMILY, History, Kind, Mail, Step
from tests.converge.observed import seen as seen_of
from tests.converge.policies import ACCOUNT, FIRST, REGION, bundle_of
from tests.converge.world import World
from tests.facts import Delivery, Rules
from tests.family_model import End, FamilyModel

REPOSITORY = "prod/app"
_RULES: Mapping[str, Rules] = {REPOSITORY: Rules(signers=frozenset({FIRST}))}
_WEIGHTS = {
    Kind.PUSH: 8,
    Kind.SIGN: 6,
    Kind.DELETE: 2,
    Kind.RESTORE: 1,
    Kind.ATTACH_OTHER: 1,
}
_SIGNATURES = ("good", "good", "good", "wrong", "expired", "expiring", "junk")
_IMAGES = ("one", "two", "three", *FAMILY)
_LONGEST = 12


def generate_family(seed: int, number: int) -> History:
    """Return the history of a family: always the same."""
    chance = Random(f"family {seed}/{number}")
    first = chance.choice(tuple(FAMILY))
    steps = [
        _step(chance, Kind.PUSH, name)
        for name in (*chance.sample(_IMAGES[:3], 3), "left", first)
    ]
    steps += [
        _step(chance, kind, chance.choice(_IMAGES))
        for kind in chance.choices(
            list(_WEIGHTS), list(_WEIGHTS.values()), k=chance.randint(1, _LONGEST)
        )
    ]
    return History(
        seed=seed,
        number=number,
        mail=chance.choice(tuple(Mail)),
        observes=chance.random() < 0.05,
        behaviours=draw(chance, removes_referrers=False),
        steps=tuple(steps),
        family=True,
        unsigned_per_day=chance.choice((1, 100, 100)),
    )


def _step(chance: Random, kind: Kind, image: str) -> Step:
    what = ""
    if kind is Kind.SIGN:
        what = chance.choice(_SIGNATURES)
    elif kind is Kind.PUSH:
        # Platform images mostly have no tag, indexes do.
        tagged = image in FAMILY or chance.random() < 0.3
        what = chance.choice(("latest", f"{image}-1")) if tagged else ""
    match chance.choice("ssssmmh"):
        case "s":
            after = chance.uniform(0, 20)
        case "m":
            after = chance.uniform(60, 1200)
        case _:
            after = chance.uniform(3600, 3 * 3600)
    return Step(
        after=round(after, 1),
        kind=kind,
        repository=REPOSITORY,
        image=image,
        what=what,
        number=chance.randrange(10_000),
    )


class FamilyWorld(World):
    """Runs the history of a family."""

    family: FamilyModel

    def __init__(self, history: History, ports: Ports) -> None:
        super().__init__(history, ports)
        self.family = FamilyModel(repository=REPOSITORY, acts=not history.observes)
        rules = {
            name: replace(each, unsigned_per_day=history.unsigned_per_day)
            for name, each in _RULES.items()
        }
        self.family.ruled(rules)
        self.others.told = self.family
        self.bundles.current = bundle_of(rules, 1, covers=True)
        self._races = 0

    def _moment(self) -> None:
        super()._moment()
        self.family.happened(self.clock.now, self.standing(REPOSITORY))

    def deliver(self, hint: Hint, *, raced: bool = False) -> tuple[()]:
        """Let the gate look; note what it must not have asked."""
        del raced
        self._count_look()
        standing = self.standing(hint.repository)
        message = Delivery(
            at=self.clock.now,
            repository=hint.repository,
            digest=hint.digest,
            before=standing,
            after=standing,
        )
        self.family.happened(self.clock.now, standing)
        self.registry.asked.clear()
        self.gate.look(hint)
        self.wrong += [
            f"{self.clock.now:%d %H:%M:%S} look at {hint.digest[7:15]}: asked to "
            f"{what} {whom[7:15]}"
            for what, whom in self.registry.asked
            if not self.family.may_ask(what, whom, message)
        ]
        self.family.looked(message)
        return ()

    def again(self) -> None:
        """Have every digest looked at once more, whatever arrives meanwhile."""
        for digest in self.standing(REPOSITORY):
            self.deliver(
                Hint(
                    account=ACCOUNT, region=REGION, repository=REPOSITORY, digest=digest
                )
            )
        self.pass_time(timedelta(hours=1))

    def differences(self) -> Iterator[str]:
        """Yield where the end is none the model allows."""
        standing = self.standing(REPOSITORY)
        for digest, end in self.family.ends(self.clock.now, standing):
            seen = seen_of(self, REPOSITORY, digest, standing[digest].status)
            wrong = [
                f"{what} is {seen[what]!r}"
                for what, fits in _fits(end, seen).items()
                if not fits
            ]
            if wrong:
                yield f"{digest[7:15]}: {', '.join(wrong)}; allowed: {end}"


def _fits(end: End, seen: Mapping[str, Any]) -> dict[str, bool]:
    return {
        "verdict": seen["verdict"] in end.verdicts,
        "hold": (seen["hold"] is not None) in end.held,
        "proposal": seen["proposal"] in end.proposals,
        "finding": bool(seen["finding"]) in end.findings
        and (seen["hold"] is None or bool(seen["finding"])),
        "status": (seen["status"] == "ACTIVE") in end.reachable,
    }
