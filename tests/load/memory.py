"""Memory over fifty thousand decisions of one warm function.

    python -m tests.load.memory

The real handler on real clients, whose calls are answered in process. The ledger is
empty at each look, so each look verifies a signature, decides and writes.
"""

import os
import resource
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path

from tests.bench.canned import Function, function
from tests.figures import Figures

DECISIONS = 50_000
WARM = 5_000
"""After so many, whatever is remembered for good has been."""
STEP = 100
MOST_MIB = 4.0
"""That the process may grow after that."""
POLICIES = 100


def main() -> int:
    """Decide, measure, judge; return the exit status."""
    figures = Figures("load-memory")
    with function(latency=0.0, policies=POLICIES) as made:
        log = Path(os.devnull).open("w")  # noqa: SIM115 - until the process ends
        start = time.monotonic()
        with redirect_stdout(log):
            decide(made, WARM)
            warm = peak_mib()
            decide(made, DECISIONS - WARM)
        took = time.monotonic() - start
    figures.add("decisions", DECISIONS)
    figures.add("decisions_per_second", DECISIONS / took)
    figures.add("peak_mib_when_warm", warm)
    figures.add("grown_mib_since", peak_mib() - warm, most=MOST_MIB)
    return figures.finish()


def decide(made: Function, times: int) -> None:
    """Look ``times`` times; forget what only the bench keeps."""
    for number in range(times):
        made.look()
        if number % STEP == 0:
            made.aws.calls.clear()
            made.log.seek(0)
            made.log.truncate()


def peak_mib() -> float:
    """Return the most memory the process has had, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    sys.exit(main())
