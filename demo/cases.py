"""The demo's cases: what is pushed, in which order, and what it must come to.

demo/layouts/cases.json holds them; demo/layouts/README.md describes its fields.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from demo.stack import ACCOUNT

LAYOUTS = Path(__file__).parent / "layouts"
HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became, or must become, of one image."""

    verdict: str
    step: str
    """The last thing done in the registry: none, archive, restore or delete."""
    finding: str | None
    """open, resolved, or None where there is none."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One image of a case."""

    case: str
    about: str
    repository: str
    digest: str
    label: str
    """The case's name, with the digest's begin where the case has several images."""
    expected: Outcome
    account: str = ACCOUNT
    """Whose registry it is in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """Manifests pushed together, and when."""

    digests: tuple[str, ...]
    after: float
    """Seconds since the case began."""
    once_held: bool
    """Instead of a time: as soon as the case's image is in quarantine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One story: a layout, how it is pushed, its images."""

    name: str
    about: str
    repository: str
    layout: Path
    images: tuple[Image, ...]
    pushes: tuple[Push, ...]


def load_cases(file: Path = LAYOUTS / "cases.json") -> tuple[Case, ...]:
    """Return the cases in the order they are told."""
    return tuple(_cases(json.loads(file.read_text()), file.parent))


def _cases(document: dict, folder: Path) -> Iterator[Case]:  # type: ignore[type-arg]
    for entry in document["cases"]:
        images = tuple(
            Image(
                case=entry["name"],
                about=entry["about"],
                repository=entry["repository"],
                digest=image["digest"],
                label=entry["name"]
                + (f" {image['digest'][7:13]}" if len(entry["images"]) > 1 else ""),
                expected=Outcome(
                    verdict=image["expect"]["verdict"],
                    step=image["expect"]["step"],
                    finding=image["expect"]["finding"],
                    reason=image["expect"]["reason"],
                ),
            )
            for image in entry["images"]
        )
        yield Case(
            name=entry["name"],
            about=entry["about"],
            repository=entry["repository"],
            layout=folder / entry["layout"],
            images=images,
            pushes=tuple(_push(push) for push in entry["push"]),
        )


def _push(entry: dict) -> Push:  # type: ignore[type-arg]
    after = entry["after"]
    seconds = re.fullmatch(r"(\d+)s", after)
    if seconds is None and after != HELD:
        raise ValueError(f"cases.json: after is '<n>s' or 'held', not {after!r}")
    return Push(
        digests=tuple(entry["digests"]),
        after=float(seconds[1]) if seconds else 0.0,
        once_held=seconds is None,
    )
