"""Figures that a hostile test measures, kept for the summary of ``make hostile``."""

import json
from pathlib import Path

DIRECTORY = Path("build/hostile")


def keep(name: str, value: float, *, most: float | None = None) -> None:
    """Keep a figure and its target, whether it is met or not."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"value": value, "most": most})
    (DIRECTORY / f"{name}.json").write_text(content, encoding="utf-8")
