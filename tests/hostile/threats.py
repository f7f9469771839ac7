"""The threats by number, and the tests that docs/threat-model.md names for each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
MODEL: Final = ROOT / "docs/threat-model.md"
TITLES: Final[Mapping[int, str]] = {
    1: "a runnable image disguised as a referrer",
    2: "forcing inconclusive",
    3: "tripping the breaker",
    5: "ledger poisoning",
    8: "stripping signatures",
    10: "run within grace, then vanish",
    11: "the re-push race",
    12: "tag moves",
    13: "trust borrowed from weak verdicts",
    14: "shield indexes",
    15: "scope confusion",
    18: "forged events, queue injection",
    19: "confused deputies across accounts",
    20: "replay of overrides and releases",
    24: "exhausting money, quota, attention",
    25: "hostile strings",
}
"""Those the gate answers: each must have its tests."""
_ROW = re.compile(r"\| (\d+) \| ([^|]+) \|")
_NAME = re.compile(r"`(tests/[\w/]+\.py)(?:::[A-Z]\w+)?(?:::(\w+))?`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A test as the threat model names it."""

    file: str
    function: str
    """Empty for all of the file."""

    def is_it(self, file: str, function: str) -> bool:
        """Return whether a test that ran is it, or one of it."""
        return self.file == file and self.function in {"", function}


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """What the rows of one number say."""

    number: int
    title: str
    tests: tuple[Named, ...]


def threats() -> tuple[Threat, ...]:
    """Return every threat that the model answers, by number."""
    titles: dict[int, str] = dict(TITLES)
    tests: dict[int, list[Named]] = {}
    for line in MODEL.read_text(encoding="utf-8").splitlines():
        if row := _ROW.match(line):
            number = int(row[1])
            titles.setdefault(number, row[2])
            tests.setdefault(number, []).extend(
                Named(file=file, function=function)
                for file, function in _NAME.findall(line)
            )
    return tuple(
        Threat(number=number, title=titles[number], tests=tuple(dict.fromkeys(named)))
        for number, named in sorted(tests.items())
    )
