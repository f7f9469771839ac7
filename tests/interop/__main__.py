"""``make interop``: run both judges on every scenario; 1 when they differ once."""

import os
import re
import sys
import tempfile
import time
from pathlib import Path

from demo.layouts.signing import find_notation
from tests.figures import Figures
from tests.interop.comparison import Comparison, compare, show
from tests.interop.scenarios import SUBJECTS, timestamps
from tests.interop.signer_plugin import find_signer_plugin
from tests.interop.workbench import Workbench

DEVIATIONS = Path(__file__).parents[2] / "docs" / "deviations.md"
VERSION = "1.3.2"
LEAST = 60
"""Both verdicts must come up this often, or agreement would say little."""


def main() -> int:
    """Run the comparison; return the exit status."""
    binary = find_notation()
    if binary is None:
        named = os.environ.get("NOTATION")
        print(
            "interop was NOT run: it needs the real notation. "
            + (f"NOTATION={named} is no program. " if named else "")
            + "Install Go 1.24 or later and run `make interop`, or name a built "
            "notation with NOTATION=/path/to/notation",
            file=sys.stderr,
        )
        return 1
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as scraps:
        bench = Workbench(binary, Path(scraps))
        version = bench.notation.version()
        with bench.running:
            for ask in SUBJECTS:
                ask(bench)
            _ = bench.judges  # the shared document is complete
            found = show(compare(bench.scenarios))
    figures = Figures("interop")
    figures.add("notation_version", version, exactly=VERSION)
    figures.add("cases", len(found))
    figures.add("signer_plugin", find_signer_plugin().name)
    figures.add(
        "cases_of_signer", sum(c.scenario.group == "signer" for c in found), least=30
    )
    for group, least in (("metadata", 30), ("blob", 100)):
        cases = sum(c.scenario.group == group for c in found)
        figures.add(f"cases_of_{group}", cases, least=least)
    figures.add("cases_of_the_demo", sum(c.scenario.group == "demo" for c in found))
    figures.add(
        "cases_timestamped", sum(c.scenario.group == "timestamp" for c in found)
    )
    figures.add(
        "accepted_by_both", _count(found, ours=True, reference=True), least=LEAST
    )
    figures.add(
        "rejected_by_both", _count(found, ours=False, reference=False), least=LEAST
    )
    stricter = [one.scenario.stricter for one in found if one.scenario.stricter]
    listed = set(re.findall(r"^\| `([^`]+)` \|", DEVIATIONS.read_text(), re.MULTILINE))
    figures.add("stricter", len(stricter))
    figures.add(
        "stricter_but_not_listed",
        len(set(stricter) - listed),
        exactly=0,
    )
    figures.add("agreements", sum(one.agrees for one in found))
    figures.add("disagreements", sum(not one.agrees for one in found), exactly=0)
    figures.add(
        "accepted_by_us_alone", _count(found, ours=True, reference=False), exactly=0
    )
    for not_run in timestamps.NOT_RUN:
        print(f"not run: {not_run}")
    figures.add("seconds", round(time.monotonic() - begin, 1))
    return figures.finish()


def _count(found: list[Comparison], *, ours: bool, reference: bool) -> int:
    return sum(
        (one.ours.accepted, one.reference.accepted) == (ours, reference)
        for one in found
    )


if __name__ == "__main__":
    sys.exit(main())
