"""Memory of one look at an image with many signatures, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.figures import Figures

ROOT = Path(__file__).parents[2]
SIGNATURES = 100
MOST_MIB = 40


def measure(figures: Figures) -> None:
    """Measure and judge.

    Raises:
        CalledProcessError: the look is not what is to be measured.
    """
    module = "tests.bench.many_signatures"
    command = [sys.executable, "-m", module, str(SIGNATURES)]
    # What a process had at its most includes what its parent had when it was started:
    # a shell, which is small, stands in between.
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" "$@"; exit $?', *command],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    imported, prepared, looked = map(int, done.stdout.split())
    figures.add("memory_import_mib", imported / 2**20)
    figures.add("memory_signatures", SIGNATURES)
    figures.add("memory_registry_above_import_mib", (prepared - imported) / 2**20)
    figures.add(
        "memory_look_above_import_mib", (looked - imported) / 2**20, most=MOST_MIB
    )
