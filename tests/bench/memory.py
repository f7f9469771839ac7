"""Memory of one look at an image with many signatures, in a process of its own."""

import subprocess
import sys
from pathlib import Path

from tests.figures import Figures

HERE = Path(__file__).parent
SIGNATURES = 100
MOST_MIB = 40


def measure(figures: Figures) -> None:
    """Measure and judge.

    Raises:
        CalledProcessError: the look is not what is to be measured.
    """
    command = [sys.executable, str(HERE / "many_signatures.py"), str(SIGNATURES)]
    # What a process had at its most includes what its parent had when it was started:
    # a shell, which is small, stands in between.
    done = subprocess.run(
        ["/bin/sh", "-c", '"$0" "$@"; exit $?', *command],
        check=True,
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
