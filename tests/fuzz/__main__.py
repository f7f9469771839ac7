"""``python -m tests.fuzz``: every target in turn, for so many seconds altogether.

What libFuzzer learns stays in build/fuzz/<target>/corpus for the next run. A finding
is written beside it, with the log that says what it broke.
"""

import argparse
import faulthandler
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.figures import Figures
from tests.fuzz import material
from tests.fuzz.bounds import HANG_SECONDS, bounded
from tests.fuzz.signatures import believed
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]

BUILD = ROOT / "build" / "fuzz"
START = 3.0
"""Seconds a target takes before its first input, until that has been measured."""
WORDS_LIMIT = 200
_WORD = re.compile(rb'"([A-Za-z0-9][A-Za-z0-9 ./:*=,+_-]{0,59})"')


@dataclass(frozen=True, kw_only=True)
class Run:
    """What became of one target."""

    executions: int
    coverage: int
    """Edges and comparisons of ours that were seen."""
    seconds: float
    findings: tuple[Path, ...]
    log: Path
    ended_well: bool


def dictionary(seeds: Mapping[str, bytes]) -> str:
    """Return the words of JSON seeds in libFuzzer's form, for it to put anywhere."""
    words = {word for seed in seeds.values() for word in _WORD.findall(seed)}
    kept = sorted(words)[:WORDS_LIMIT]
    return "".join(f'"\\"{word.decode()}\\""\n' for word in kept)


def fuzz(target: str, seconds: int, seed: int | None) -> Run:
    """Fuzz one target in a process of its own."""
    folder = BUILD / target
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    words = folder / "words"
    words.write_text(dictionary(material.seeds(target)))
    log = folder / "log"
    before = set(folder.glob("finding-*"))
    began = time.monotonic()
    command = [
        *(sys.executable, "-m", "tests.fuzz.one_target", target),
        *(f"-max_total_time={seconds}", "-print_final_stats=1"),
        f"-artifact_prefix={folder}/finding-",
        *([f"-dict={words}"] if words.stat().st_size else []),
        *([] if seed is None else [f"-seed={seed}"]),
        *(str(corpus), str(material.CORPUS / target)),
    ]
    with log.open("wb") as output:
        ended = subprocess.run(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
            check=False,
        )
    text = log.read_text(errors="replace")
    return Run(
        executions=_last(r"stat::number_of_executed_units:\s*(\d+)", text),
        coverage=_last(r"\bcov: (\d+)", text),
        seconds=time.monotonic() - began,
        findings=tuple(sorted(set(folder.glob("finding-*")) - before)),
        log=log,
        ended_well=ended.returncode == 0,
    )


def _last(pattern: str, text: str) -> int:
    found = re.findall(pattern, text)
    return int(found[-1]) if found else 0


def _finding(run: Run) -> None:
    for file in run.findings:
        print(f"FINDING {file.relative_to(ROOT)}")
        print(f"  see it again with  make fuzz REPLAY={file.relative_to(ROOT)}")
    lines = run.log.read_text(errors="replace").splitlines()
    print(f"  the end of {run.log.relative_to(ROOT)}:")
    for line in lines[-40:]:
        if "INFO: Instrumenting" not in line:
            print(f"    {line[:300]}")


def replay(file: Path) -> int:
    """Judge one input again; what it broke is printed as Python prints it."""
    target = file.resolve().parent.name
    if target not in TARGETS:
        print(f"{file}: not in a target's folder; there are {', '.join(TARGETS)}")
        return 2
    with believed():
        for seed in material.seeds(target).values():
            TARGETS[target](seed)
        bounded(TARGETS[target], file.read_bytes())
    print(f"{target}: {file} breaks nothing")
    return 0


def main() -> int:
    """Fuzz, print the figures, write build/fuzz.json."""
    parser = argparse.ArgumentParser(prog="make fuzz")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--only", nargs="*", default=list(TARGETS), choices=TARGETS)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--replay", type=Path)
    given = parser.parse_args()
    if given.replay:
        faulthandler.dump_traceback_later(2 * HANG_SECONDS, exit=True)
        return replay(given.replay)
    figures = Figures("fuzz", build=ROOT / "build")
    began = time.monotonic()
    findings = failed = 0
    start = START
    for index, target in enumerate(given.only):
        left = given.seconds - (time.monotonic() - began)
        share = max(1, int(left / (len(given.only) - index) - start))
        run = fuzz(target, share, given.seed)
        start = max(1, run.seconds - share)
        findings += len(run.findings)
        failed += not run.ended_well
        figures.add(f"{target}_executions", run.executions, least=20)
        rate = run.executions / run.seconds
        print(
            f"     {target}: {rate:,.0f} a second, {run.coverage} edges and"
            f" comparisons seen, {run.seconds:.0f} s",
            flush=True,
        )
        if run.findings or not run.ended_well:
            _finding(run)
    figures.add("targets", len(given.only))
    figures.add("findings", findings, exactly=0)
    figures.add("targets_ended_otherwise", failed, exactly=0)
    figures.add("seconds", time.monotonic() - began)
    return figures.finish()


if __name__ == "__main__":
    sys.exit(main())
