"""Run the tests that the threats name, and print each threat with its number.

    make hostile [THREAT=N] [RAN=build/test.xml]

Threats, answers and tests are the rows of docs/threat-model.md. What is too large for
``make test`` lies beside this file and runs here only; with RAN the others are not run
again: they count as that run of ``make test`` of this checkout found them. Ends 1 where
a test fails, where a name stands for no test, and where a threat that the gate answers
has none.
"""

import argparse
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.figures import Figures
from tests.hostile.measured import DIRECTORY
from tests.hostile.threats import TITLES, Named, threats

BUILD = Path("build")
_PARAMETERS = re.compile(r"\[.*", re.DOTALL)
_WIDTH = 60

Ran = Counter[tuple[str, str, bool]]
"""Tests that ran: file, function, and whether it passed."""


def main(arguments: list[str]) -> int:
    """Run the tests; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--threat", type=int, help="only this one")
    parser.add_argument(
        "--ran", type=Path, help="results of `make test`, whose tests are not run again"
    )
    asked = parser.parse_args(arguments)
    only = asked.threat
    wanted = [each for each in threats() if only in (None, each.number)]
    named = [test for threat in wanted for test in threat.tests]
    ran = _results(asked.ran, named) if asked.ran else Ran()
    before = {file for file, _, _ in ran}
    ran += _run([test for test in named if test.file not in before])
    figures = Figures("hostile", build=BUILD)
    if only is None:
        missing = sorted(TITLES.keys() - {each.number for each in wanted})
        figures.add("threats_without_a_test", len(missing), exactly=0)
        for number in missing:
            print(f"threat {number:>2}  {TITLES[number]:<{_WIDTH}} no test")
    nowhere: list[str] = []
    for threat in wanted:
        passed = _count(ran, threat.tests, passed=True)
        failed = _count(ran, threat.tests, passed=False)
        print(
            f"threat {threat.number:>2}  {threat.title[:_WIDTH]:<{_WIDTH}} "
            f"{passed:>4} passed" + (f", {failed} FAILED" if failed else "")
        )
        nowhere += [
            f"{test.file}::{test.function}"
            for test in threat.tests
            if not _count(ran, (test,), passed=True)
            and not _count(ran, (test,), passed=False)
        ]
        figures.add(f"threat_{threat.number}_passed", passed, least=1)
    for name in nowhere:
        print(f"named and not run: {name}")
    failed = sum(count for (_, _, passed), count in ran.items() if not passed)
    for path in sorted(DIRECTORY.glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        figures.add(path.stem, kept["value"], most=kept["most"])
    figures.add("tests_passed", sum(ran.values()) - failed, least=1)
    figures.add("tests_failed", failed, exactly=0)
    figures.add("names_that_stand_for_no_test", len(nowhere), exactly=0)
    return figures.finish()


def _run(named: Sequence[Named]) -> Ran:
    """Run tests with pytest; return what ran."""
    results = BUILD / "hostile.xml"
    BUILD.mkdir(parents=True, exist_ok=True)
    results.unlink(missing_ok=True)
    for former in DIRECTORY.glob("*.json"):
        former.unlink()
    files = sorted({test.file for test in named})
    if not files:
        return Ran()
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]
    command += ["-p", "tests.hostile.selection", f"--junitxml={results}"]
    subprocess.run([*command, *files], check=False)  # what fails is in the results
    return _results(results, named) if results.exists() else Ran()


def _results(results: Path, named: Sequence[Named]) -> Ran:
    """Return what ran of the tests named, as pytest wrote it down."""
    ran = Ran()
    known = {Path(test.file).with_suffix("").as_posix(): test.file for test in named}
    for case in ET.parse(results).iter("testcase"):
        module = case.get("classname", "").replace(".", "/")
        name = _PARAMETERS.sub("", case.get("name", ""))
        passed = not any(part.tag in {"failure", "error", "skipped"} for part in case)
        for stem, file in known.items():
            if module != stem and not module.startswith(f"{stem}/"):
                continue
            if any(test.is_it(file, name) for test in named):
                ran[file, name, passed] += 1
    return ran


def _count(ran: Ran, tests: Sequence[Named], *, passed: bool) -> int:
    return sum(
        count
        for (file, function, went_well), count in ran.items()
        if went_well is passed and any(test.is_it(file, function) for test in tests)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
