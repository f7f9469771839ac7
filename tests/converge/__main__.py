"""Run generated histories and hold their ends against the model.

    make converge [SEED=N] [HISTORY=N | REPLAY=FILE] [HISTORIES=N] [HTTP=N]

Ends 1 where the gate and the model differ. Each such history is made smaller and kept
in build/converge/, from where it is replayed. docs/convergence.md explains it all.
"""

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import SystemRandom

from tests.converge.ends import End, generated, run, run_generated
from tests.converge.history import History, Kind
from tests.converge.minimise import minimise
from tests.figures import Figures

BUILD = Path("build")
KEPT = BUILD / "converge"
IN_PROCESS, OVER_HTTP = 2_000, 100
_WORKERS = 2
_CHUNK = 10
_MET = 10
"""Images of a full run that must end in each verdict: releases leave fewer unknown."""
_MINIMISED = 5
"""Counter-examples that are made smaller; the others are kept as they are."""
_VERDICTS = (
    "trusted",
    "covered",
    "unsigned",
    "untrusted",
    "inconclusive",
    "exempt",
    "ungoverned",
)


def main(arguments: list[str]) -> int:
    """Run the histories; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.converge")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--history", type=int, help="run only this one of the seed")
    parser.add_argument("--replay", type=Path, help="run a history that was kept")
    parser.add_argument("--histories", type=int, default=IN_PROCESS)
    parser.add_argument("--http", type=int, default=OVER_HTTP)
    options = parser.parse_args(arguments)
    if options.replay is not None:
        return _again(History.from_json(options.replay.read_text(encoding="utf-8")))
    seed = options.seed
    if seed is None:
        seed = SystemRandom().randrange(10**6)
    if options.history is not None:
        return _again(generated(seed, options.history))
    print(
        f"converge: seed {seed}, {options.histories} histories in process, "
        f"{options.http} over HTTP",
        flush=True,
    )
    # Who ends this run ends its workers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    figures = Figures("converge", build=BUILD)
    figures.add("seed", seed)
    wrong = 0
    context = get_context("spawn")  # a fork would share the HTTP face's threads
    with ProcessPoolExecutor(_WORKERS, mp_context=context) as pool:
        for name, http, count in (
            ("in_process", False, options.histories),
            ("over_http", True, options.http),
        ):
            began = time.monotonic()
            numbers = range(count)
            jobs = [
                (seed, tuple(numbers[start : start + _CHUNK]), http)
                for start in range(0, count, _CHUNK)
            ]
            tally = Tally()
            try:
                for chunk in pool.map(run_generated, jobs):
                    tally.add(chunk)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            wrong += len(tally.wrong)
            _keep(tally.wrong, http=http)
            tally.figures(figures, name, time.monotonic() - began)
    figures.add("counter_examples", wrong, exactly=0)
    return figures.finish()


class Tally:
    """What a run found."""

    def __init__(self) -> None:
        self.histories = 0
        self.wrong: list[tuple[History, tuple[str, ...]]] = []
        self.verdicts: Counter[str] = Counter()
        self.events: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def add(self, ends: Iterable[tuple[History, End]]) -> None:
        """Add what became of some histories."""
        for history, end in ends:
            self.histories += 1
            self.verdicts += end.verdicts
            self.events += end.events
            self.counts += end.counts
            if end.wrong:
                self.wrong.append((history, end.wrong))

    def figures(self, figures: Figures, name: str, seconds: float) -> None:
        """Add the figures; a large run must have met everything."""
        full = self.histories >= IN_PROCESS
        figures.add(f"{name}_histories", self.histories)
        for verdict in (*_VERDICTS, "gone"):
            least = _MET if full else None
            figures.add(f"{name}_ends_{verdict}", self.verdicts[verdict], least=least)
        for fate in ("emitted", "dropped", "repeated", "delayed"):
            figures.add(f"{name}_events_{fate}", self.events[fate])
        if full:
            rarest = min(self.counts[f"step {kind}"] for kind in Kind)
            figures.add(f"{name}_steps_of_the_rarest_kind", rarest, least=50)
        figures.add(f"{name}_looks", self.counts["looks"])
        figures.add(f"{name}_seconds", round(seconds, 1))


def _keep(wrong: Iterable[tuple[History, tuple[str, ...]]], *, http: bool) -> None:
    """Print and keep the counter-examples, the first ones made smaller."""
    KEPT.mkdir(parents=True, exist_ok=True)
    for place, (history, _) in enumerate(wrong):
        kept = KEPT / f"{history.seed}-{history.number}{'-http' * http}.json"
        if place >= _MINIMISED:
            kept.write_text(history.to_json() + "\n", encoding="utf-8")
            continue
        print(f"\nseed {history.seed} history {history.number}{' http' * http}:")
        smaller = minimise(history, lambda each: bool(run(each, http=http).wrong))
        for line in run(smaller, http=http).wrong[:8]:
            print(f"  {line}")
        kept.write_text(smaller.to_json() + "\n", encoding="utf-8")
        print(f"  make converge REPLAY={kept}")


def _again(history: History) -> int:
    """Run one history on both faces and show it."""
    print("\n".join(_shown(history)))
    status = 0
    for http in (False, True):
        end = run(history, http=http)
        print(f"{'over HTTP' if http else 'in process'}: ", end="")
        print("as the model says" if not end.wrong else "")
        for line in end.wrong:
            print(f"  {line}")
        status |= bool(end.wrong)
    return status


def _shown(history: History) -> Iterator[str]:
    yield f"seed {history.seed} history {history.number}: mail {history.mail}"
    yield f"observes: {history.observes}; behaviours: {history.behaviours}"
    for step in history.steps:
        told = " ".join(
            word for word in (step.repository, step.image, step.what) if word
        )
        yield f"  {step.after:>9.1f} s later  {step.kind} {told}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
