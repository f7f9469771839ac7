"""Fail every call of AWS that the functions make, in every way; and end the process.

    make faults [ONLY=<use case>[/<operation>[/<number>[/<kind>]]]]

The calls are those that botocore's hooks see where nothing fails. What a trial leaves
behind, once the fault is over and time has gone on, must be what the same use case
leaves without any. Ends 1 where it is not, or where an operation is called that no
trial failed. docs/faults.md explains it all.
"""

import argparse
import resource
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.faults.faults import Kind, kinds
from tests.faults.run import Found, Share, be_quiet, names, tried
from tests.figures import Figures

BUILD = Path("build")
_WORKERS = 2
_SHARES = 2
"""Of each use case, lest the last to begin is the longest."""
_SHOWN = 40
"""Wrong trials that are printed; the figure counts them all."""


def main(arguments: list[str]) -> int:
    """Run the trials; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--only", default="", help="trials whose names begin so")
    only = parser.parse_args(arguments).only
    wanted = [
        name for name in names() if name.startswith(only.partition("/")[0] or name)
    ]
    if not wanted:
        print(f"no such use case: write one of {', '.join(names())}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    shares = [
        Share(name, only, number, _SHARES)
        for name in wanted
        for number in range(_SHARES)
    ]
    context = get_context("spawn")  # a fork would share the pool's threads
    with ProcessPoolExecutor(
        _WORKERS, mp_context=context, initializer=be_quiet
    ) as pool:
        try:
            results = []
            for found in pool.map(tried, shares):
                print(_line(found), flush=True)
                results.append(found)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return _told(results, time.monotonic() - began, whole=not only)


def _line(found: Found) -> str:
    trials, wrong = sum(found.trials.values()), len(found.wrong)
    return f"{found.use_case:<22}{trials:>5} trials {wrong:>4} wrong"


def _told(results: list[Found], seconds: float, *, whole: bool) -> int:
    trials: Counter[tuple[str, str]] = Counter()
    for each in results:
        trials.update(each.trials)
    _print_table(trials)
    seen = {operation for each in results for operation in each.seen}
    failed = {operation for operation, _ in trials}
    for operation in sorted(seen - failed) if whole else ():
        print(f"seen and never failed: {operation}")
    without = [
        f"{operation} {kind}"
        for operation in sorted(failed)
        for kind in Kind
        if kind in kinds(operation, 1) and not trials[operation, kind.value]
    ]
    wrong = dict(sorted(item for each in results for item in each.wrong.items()))
    for name, why in list(wrong.items())[:_SHOWN]:
        print(f"\nmake faults ONLY={name}")
        for line in why[:6]:
            print(f"  {line}")
    figures = Figures("faults", build=BUILD)
    calls = {each.use_case: each.calls for each in results}
    figures.add("use_cases", len(calls))
    figures.add("calls", sum(calls.values()))
    figures.add("operations", len(failed))
    figures.add("trials", sum(trials.values()), least=1)
    for kind in Kind:
        count = sum(trials[pair] for pair in trials if pair[1] == kind.value)
        figures.add(f"trials_{kind}", count, least=1 if whole else None)
    if whole:
        figures.add("operations_seen_and_not_failed", len(seen - failed), exactly=0)
        figures.add("operations_without_some_kind", len(without), exactly=0)
    figures.add("trials_that_went_wrong", len(wrong), exactly=0)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures.add("processor_seconds", round(spent.ru_utime + spent.ru_stime, 1))
    figures.add("seconds", round(seconds, 1))
    return figures.finish()


def _print_table(trials: Counter[tuple[str, str]]) -> None:
    """Print how often each operation failed in each way."""
    print(f"{'':<36}" + "".join(f"{kind[:13]:>14}" for kind in Kind))
    for operation in sorted({operation for operation, _ in trials}):
        counts = (trials[operation, kind.value] for kind in Kind)
        print(f"{operation:<36}" + "".join(f"{count or '-':>14}" for count in counts))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
