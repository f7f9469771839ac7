"""The local AWS instances that run on this machine, one written down per port."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

STATE = Path("build/local-aws")
"""Where they are written down, and their logs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A local AWS that answers."""

    url: str
    port: int
    supervisor: int
    """Process id: SIGTERM to it ends everything."""
    server: int
    log: str


def write_down(found: Running, state: Path) -> Path:
    """Write an instance down and return the file, to be removed at its end."""
    file = state / f"{found.port}.json"
    new = file.with_suffix(".new")
    new.write_text(json.dumps(asdict(found)) + "\n")
    return new.replace(file)


def all_running(state: Path = STATE) -> list[Running]:
    """Return the instances written down in ``state`` whose processes live."""
    found = []
    for file in sorted(state.glob("*.json")):
        try:
            entry = Running(**json.loads(file.read_text()))
            os.kill(entry.supervisor, 0)
        except (OSError, ValueError, TypeError):
            continue  # ended without tidying up, or no such file
        found.append(entry)
    return found
