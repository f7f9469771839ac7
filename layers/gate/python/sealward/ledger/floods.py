"""Floods: repositories whose events came faster than their share allows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from notation_verifier.values import dataclass
from sealward.ledger.finding_items import finding_from, finding_item
from sealward.ledger.instants import from_text, to_text
from sealward.ledger.records import FindingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """One repository over its share, now or before."""

    repository: str
    since: datetime
    """When it was first over its share after it had been within."""
    at: datetime
    """When that was last noted."""
    finding: FindingState | None = None


def flood_item(flood: Flood) -> dict[str, Any]:
    """Return ``flood`` in plain JSON types."""
    return {
        "repository": flood.repository,
        "since": to_text(flood.since),
        "at": to_text(flood.at),
        **({"finding": finding_item(flood.finding)} if flood.finding else {}),
    }


def flood_from(item: Mapping[str, Any]) -> Flood:
    """Return what ``flood_item`` wrote.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    return Flood(
        repository=item["repository"],
        since=from_text(item["since"]),
        at=from_text(item["at"]),
        finding=finding_from(item.get("finding")),
    )
