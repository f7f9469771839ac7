"""Playing the stories on one account, and holding each against what is expected."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from sealward.subjects import SubjectKey
from tests.capabilities import (
    accepted,
    going,
    holds,
    images,
    letters,
    replicas,
)
from tests.capabilities.account import Account
from tests.capabilities.expected import EXPECTED, End, Said
from tests.capabilities.story import STORIES

MODULES: Final = (letters, accepted, going, holds, images, replicas)
"""Their stories register themselves, and are begun in this order."""
AT_ONCE: Final = 6
"""Stories of one account that are played side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One use case in one capability: how it is, and how it must be."""

    key: SubjectKey | None
    end: End | None
    facts: Mapping[str, Said]
    wanted_end: End
    wanted_facts: Mapping[str, Said]
    broke: str = ""

    @property
    def right(self) -> bool:
        """Return whether all is as it must be."""
        return not self.wrong

    @property
    def wrong(self) -> str:
        """Return what is not as it must be, empty where all is."""
        if self.broke:
            return self.broke
        said = [
            f"{name} {self.facts.get(name)!r}, not {self.wanted_facts.get(name)!r}"
            for name in sorted({*self.facts, *self.wanted_facts})
            if self.facts.get(name) != self.wanted_facts.get(name)
        ]
        if self.end != self.wanted_end:
            said.append(f"{self.end}, wanted {self.wanted_end}")
        return "; ".join(said)


def play(here: Account, only: Sequence[str]) -> dict[str, Outcome]:
    """Play every story on one account; return how each ended, by use case."""
    order = sorted(STORIES, key=lambda name: _rank(STORIES[name].__module__))
    with ThreadPoolExecutor(AT_ONCE) as threads:
        playing = {
            name: threads.submit(_played, here, name)
            for name in order
            if not only or name in only
        }
        outcomes = {name: each.result() for name, each in playing.items()}
    here.kept["judged"] = {name: each.key for name, each in outcomes.items()}
    return outcomes


def still(here: Account, outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """Return the same, each image seen once more now that all stories are told."""
    return {
        name: outcome
        if outcome.key is None
        else replace(outcome, end=here.end(outcome.key))
        for name, outcome in outcomes.items()
    }


def _rank(module: str) -> int:
    return [each.__name__ for each in MODULES].index(module)


def _played(here: Account, name: str) -> Outcome:
    expected = EXPECTED[name]
    end = expected.end(here.capability)
    outcome = Outcome(
        key=None,
        end=None,
        facts={},
        wanted_end=end,
        wanted_facts={
            key: value.format(account=here.aws.account)
            if isinstance(value, str)
            else value
            for key, value in expected.seen(here.capability).items()
        },
    )
    try:
        told = STORIES[name](here)
        here.until(lambda: here.end(told.key) == end)
        late = {key: ask() for key, ask in told.late.items()}
        outcome = replace(
            outcome, key=told.key, end=here.end(told.key), facts={**told.facts, **late}
        )
    except Exception as error:  # noqa: BLE001 - one story says so, the others go on
        outcome = replace(outcome, broke=f"broke off: {error!r}")
    mark = "ok  " if outcome.right else "NOT "
    print(f"{mark} {here.capability:<10} {name:<24} {outcome.wrong}", flush=True)
    return outcome
