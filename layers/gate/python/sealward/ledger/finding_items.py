"""The state of a finding, as it is stored: plain JSON types, both ways."""

from collections.abc import Mapping
from typing import Any

from sealward.ledger.instants import from_text, to_text
from sealward.ledger.records import FindingState, FindingStatus


def finding_item(finding: FindingState | None) -> dict[str, Any] | None:
    """Return a finding's state in plain JSON types."""
    if finding is None:
        return None
    return {
        "id": finding.id,
        "status": finding.status.value,
        "created_at": to_text(finding.created_at),
        "updated_at": to_text(finding.updated_at),
        "content": finding.content,
        "delivered": finding.delivered,
    }


def finding_from(item: Mapping[str, Any] | None) -> FindingState | None:
    """Return what ``finding_item`` wrote."""
    if item is None:
        return None
    return FindingState(
        id=item["id"],
        status=FindingStatus(item["status"]),
        created_at=from_text(item["created_at"]),
        updated_at=from_text(item["updated_at"]),
        content=item["content"],
        delivered=bool(item["delivered"]),
    )
