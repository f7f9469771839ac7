"""Figures: what a target measured or compared, printed, kept and judged."""

import json
import sys
from pathlib import Path


class Figures:
    """Collects a target's figures; ``finish`` writes build/<target>.json.

    Each figure prints as one line: name, value, target. A figure given with a bound
    misses when its value lies outside; ``finish`` then returns 1.
    """

    def __init__(self, target: str, *, build: Path = Path("build")) -> None:
        self._target = target
        self._build = build
        self._values: dict[str, float | int | str | bool] = {}
        self._missed: list[str] = []

    def add(
        self,
        name: str,
        value: float | str | bool,  # noqa: FBT001 - a figure may be a yes or no
        *,
        most: float | None = None,
        least: float | None = None,
        exactly: float | str | bool | None = None,
    ) -> bool:
        """Record and print one figure; return whether it meets its target."""
        meets = True
        wanted = "reported"
        if exactly is not None:
            meets, wanted = value == exactly, f"= {exactly}"
        elif isinstance(value, int | float):
            bounds: list[str] = []
            if least is not None:
                meets, bounds = meets and value >= least, [*bounds, f">= {least:g}"]
            if most is not None:
                meets, bounds = meets and value <= most, [*bounds, f"<= {most:g}"]
            wanted = " and ".join(bounds) or wanted
        self._values[name] = value
        if not meets:
            self._missed.append(name)
        shown = f"{value:.4g}" if isinstance(value, float) else str(value)
        mark = "ok  " if meets else "MISS"
        print(f"{mark} {name:<56} {shown:>12}   target {wanted}", flush=True)
        return meets

    def finish(self) -> int:
        """Write the figures; return the exit status: 1 when one missed its target."""
        self._build.mkdir(parents=True, exist_ok=True)
        file = self._build / f"{self._target}.json"
        file.write_text(json.dumps(self._values, indent=1, sort_keys=True) + "\n")
        if self._missed:
            print(
                f"{self._target}: {len(self._missed)} figure(s) missed: "
                f"{', '.join(self._missed)}; see {file}",
                file=sys.stderr,
            )
            return 1
        print(f"{self._target}: {len(self._values)} figures, none missed; {file}")
        return 0
