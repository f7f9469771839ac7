"""Used overrides: each request of a person's counts once, and is kept for ever."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notation_verifier.values import dataclass
from sealward.ledger.instants import from_text, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """One request that was taken."""

    nonce: str
    by: str
    """ARN of the person, proven."""
    at: datetime
    request: str
    """The request's text, as it was proven."""


def used_item(used: Used) -> dict[str, Any]:
    """Return ``used`` in plain JSON types."""
    return {
        "nonce": used.nonce,
        "by": used.by,
        "at": to_text(used.at),
        "request": used.request,
    }


def used_from(item: Mapping[str, Any]) -> Used:
    """Return what ``used_item`` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    return Used(
        nonce=item["nonce"],
        by=item["by"],
        at=from_text(item["at"]),
        request=item["request"],
    )
