"""Histories: what happens to a registry and its policies, as plain data.

A history is made from a seed and a number and says all that happens: the same one runs
in process and over HTTP, and is kept as JSON where it shows a fault. A step that does
not fit, such as the deletion of what is not there, does nothing, so that any part of a
history is a history too.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self

from simulator.behaviours import (
    ArchivedManifest,
    Behaviours,
    ReferrerPush,
    RepushEvents,
)

AMBIGUOUS = "ambiguous"
"""An image whose manifest calls itself an index as well."""
FAMILY: Mapping[str, tuple[str, ...]] = {
    "left": ("one", "two"),
    "right": ("two", "three"),
    "top": ("left", "three"),
}
"""Indexes, and the images or indexes they list."""


class Kind(StrEnum):
    """What a step does."""

    PUSH = "push"
    SIGN = "sign"
    DELETE = "delete"
    ARCHIVE = "archive"
    RESTORE = "restore"
    UNSIGN = "delete-signature"
    ARCHIVE_SIGNATURE = "archive-signature"
    RESTORE_SIGNATURE = "restore-signature"
    INDEX_SIGNATURES = "index-signatures"
    """Notation's fallback tag: an index of an image's signatures."""
    ATTACH_OTHER = "attach-other"
    """A referrer that is no signature, such as an SBOM."""
    REATTACH = "push-signature-again"
    """One that was deleted, byte for byte."""
    REPLICATE = "replicate"
    REPLICATE_ALONE = "replicate-without-signatures"
    REPLICATE_SIGNATURES = "replicate-signatures"
    """They come after their image."""
    POLICY = "policy"
    RELEASE = "release"
    """A person lets a held image go: to be signed, or for hours."""
    PAUSE = "pause"
    RESUME = "resume"
    MANAGED_SIGNING = "managed-signing"
    """How ECR's own signing ends, of what is pushed from now on."""
    APPROVE = "approve"
    """A person says yes, or no, to what is proposed of an image, in part or whole."""


ASKED = frozenset({Kind.RELEASE, Kind.PAUSE, Kind.RESUME, Kind.APPROVE})
"""What persons do."""
REPLICATED = frozenset(
    {Kind.REPLICATE, Kind.REPLICATE_ALONE, Kind.REPLICATE_SIGNATURES}
)


class Mail(StrEnum):
    """How the messages of a history travel."""

    FAITHFUL = "faithful"
    """Every event arrives at once."""
    REPEATED = "repeated"
    """Every event arrives, late and more than once."""
    LOSSY = "lossy"
    """Some never do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens."""

    after: float
    """Seconds since the step before."""
    kind: Kind
    repository: str = ""
    image: str = ""
    what: str = ""
    """Which signature, which tag or which change of policy."""
    number: int = 0
    """Which of an image's signatures; also sets the fate of the step's events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that happens, and how AWS behaves meanwhile."""

    seed: int
    number: int
    mail: Mail
    observes: bool
    """Whether the stack may only observe."""
    behaviours: Mapping[str, Any]
    """Positions of the simulator's switches that differ from the believed ones."""
    steps: tuple[Step, ...]
    family: bool = False
    """Whether it is about multi-arch images."""
    unsigned_per_day: int = 100
    """After so many that nobody signed the repository of a family spends its grace."""
    evidence: bool = False
    """Whether what an action rests on is kept: without it nothing is deleted."""
    ecr_signs: bool = False
    """Whether ECR's managed signing signs what is pushed."""
    deletes: bool = False
    """Whether the stack may delete, and policies begin by asking for it."""

    @property
    def switches(self) -> Behaviours:
        """The behaviours as the simulator takes them."""
        types: Mapping[str, Any] = {
            "archived_manifest": ArchivedManifest,
            "repush_events": RepushEvents,
            "referrer_push": ReferrerPush,
            "archive_delay": _seconds,
            "restore_delay": _seconds,
        }
        return Behaviours(
            **{
                name: types.get(name, bool)(value)
                for name, value in self.behaviours.items()
            }
        )

    def to_json(self) -> str:
        """Return the history as it is kept."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the history that was kept as ``text``."""
        kept = json.loads(text)
        steps = tuple(
            Step(**{**step, "kind": Kind(step["kind"])}) for step in kept.pop("steps")
        )
        return cls(**{**kept, "mail": Mail(kept["mail"]), "steps": steps})


def _seconds(value: float) -> timedelta:
    return timedelta(seconds=value)
