"""The demo's table: what became of each image."""

import re
from collections.abc import Callable, Sequence

from demo.cases import Image
from demo.watch import Seen

HEADINGS = ("case", "verdict", "action", "registry", "finding", "exposed", "why")
DONE = {
    "archive": "archived",
    "restore": "released",
    "delete": "deleted",
    "none": "-",
}
WIDEST = 60


def print_table(
    rows: Sequence[tuple[Image, Seen | None, str]],
    as_expected: Callable[[Image, Seen | None], bool],
) -> None:
    """Print a row an image; one that is not as expected says what it should be."""
    cells = [HEADINGS, *(_cells(image, seen, status) for image, seen, status in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    print()
    for number, row in enumerate(cells):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths))  # noqa: B905
        print(line.rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
            continue
        image, seen, _ = rows[number - 1]
        if not as_expected(image, seen):
            print(f"    NOT AS IT SHOULD BE: expected {image.expected}")
    print()


def _cells(image: Image, seen: Seen | None, status: str) -> tuple[str, ...]:
    if seen is None:
        return (image.label, "never looked at", "", status, "", "", image.about)
    outcome = seen.outcome
    bad = outcome.step == "archive" or seen.exposure > 0
    return (
        image.label,
        outcome.verdict,
        DONE.get(outcome.step, outcome.step),
        status,
        outcome.finding or "-",
        f"{seen.exposure:.1f} s" if bad else "-",
        outcome.reason or _short(seen.detail),
    )


def _short(text: str) -> str:
    plain = re.sub(r"[^\x20-\x7e]", "?", text)
    return plain if len(plain) <= WIDEST else plain[: WIDEST - 1] + "…"
