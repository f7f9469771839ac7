"""What both judges say of each scenario, and whether that is the same."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from demo.layouts.signing import Answer
from tests.interop.judges import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What both said of one scenario."""

    scenario: Scenario
    ours: Answer
    reference: Answer

    @property
    def agrees(self) -> bool:
        """Whether both say the same, or we refuse what is said to be stricter."""
        if self.scenario.stricter:
            return self.reference.accepted and not self.ours.accepted
        return self.ours.accepted is self.reference.accepted


def compare(scenarios: Iterable[Scenario]) -> Iterator[Comparison]:
    """Ask both about each scenario; the command runs once a processor at a time."""
    asked = list(scenarios)
    with ThreadPoolExecutor(os.cpu_count()) as processors:
        said = processors.map(lambda scenario: scenario.reference(), asked)
        for scenario, answer in zip(asked, said, strict=True):
            yield Comparison(scenario=scenario, ours=scenario.ours(), reference=answer)


def show(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """Print a row for each; say what both said where they differ."""
    shown = []
    for one in comparisons:
        words = [
            "accepts" if answer.accepted else "rejects"
            for answer in (one.ours, one.reference)
        ]
        scenario = one.scenario
        mark = "stricter" if scenario.stricter else "same"
        mark = mark if one.agrees else "DIFFERENT"
        print(
            f"{scenario.group:<10}  we {words[0]}  notation {words[1]}  {mark:<9}  "
            f"{scenario.name}",
            flush=True,
        )
        if not one.agrees:
            print(f"    we: {one.ours.text}\n    notation: {one.reference.text}")
        elif scenario.stricter:
            print(f"    docs/deviations.md: {scenario.stricter}")
        shown.append(one)
    return shown
