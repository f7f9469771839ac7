"""``python -m tests.bench [SUBJECT...]``: every measure, or those named.

All of them write build/bench.json; a choice writes build/bench-<subjects>.json. Ends
with 1 when a figure misses its target.
"""

import sys
import time
from pathlib import Path

from tests.bench import (
    cold_start,
    exposure,
    memory,
    money,
    notation_command,
    notation_go,
    policies,
    push_to_message,
    round_trips,
    verification,
    warm_look,
)
from tests.figures import Figures

ROOT = Path(__file__).parents[2]

SUBJECTS = {
    # First: what the others leave in memory makes it a fifth slower.
    "verification": verification.measure,
    "notation-go": notation_go.measure,
    "notation": notation_command.measure,
    "memory": memory.measure,
    "round-trips": round_trips.measure,
    "money": money.measure,
    "policies": policies.measure,
    "warm-look": warm_look.measure,
    "exposure": exposure.measure,
    "push-to-message": push_to_message.measure,
    "cold-start": cold_start.measure,
}


def main(arguments: list[str]) -> int:
    """Measure, print, write, judge; return the exit status."""
    if unknown := [name for name in arguments if name not in SUBJECTS]:
        print(f"no subject {unknown}; there are {', '.join(SUBJECTS)}", file=sys.stderr)
        return 2
    target = "-".join(["bench", *arguments])
    figures = Figures(target, build=ROOT / "build")
    for name in arguments or SUBJECTS:
        began = time.monotonic()
        SUBJECTS[name](figures)
        figures.add(
            f"seconds_{name.replace('-', '_')}", round(time.monotonic() - began, 1)
        )
    return figures.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
