"""Items: how proposals, approvals and repository notes are written down.

Plain JSON types, as in ``sealward.ledger.codec``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sealward.ledger.finding_items import finding_from, finding_item
from sealward.ledger.instants import from_text, to_text
from sealward.proposals.records import (
    DIGESTS_LIMIT,
    NEWEST,
    Answer,
    Approval,
    Cause,
    Newest,
    Proposal,
    RepositoryNote,
)


def proposal_item(proposal: Proposal) -> dict[str, Any]:
    """Return ``proposal`` in plain JSON types."""
    return {
        "id": proposal.id,
        "cause": proposal.cause.value,
        "action": proposal.action,
        "statement": proposal.statement,
        "statement_hash": proposal.statement_hash,
        "bundle_serial": proposal.bundle_serial,
        "opened_at": to_text(proposal.opened_at),
        "reason": proposal.reason,
    }


def proposal_from(item: Mapping[str, Any]) -> Proposal:
    """Return what ``proposal_item`` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    return Proposal(
        id=item["id"],
        cause=Cause(item["cause"]),
        action=item["action"],
        statement=item["statement"],
        statement_hash=item["statement_hash"],
        bundle_serial=int(item["bundle_serial"]),
        opened_at=from_text(item["opened_at"]),
        reason=item["reason"],
    )


def approval_item(approval: Approval) -> dict[str, Any]:
    """Return ``approval`` in plain JSON types.

    Raises:
        ValueError: it names more than ``DIGESTS_LIMIT`` digests.
    """
    if len(approval.digests) > DIGESTS_LIMIT:
        raise ValueError(f"an approval names at most {DIGESTS_LIMIT} digests")
    return {
        "proposal_id": approval.proposal_id,
        "answer": approval.answer.value,
        "by": approval.by,
        "at": to_text(approval.at),
        "until": to_text(approval.until),
        "repositories": list(approval.repositories),
        "digests": list(approval.digests),
        "reason": approval.reason,
    }


def approval_from(item: Mapping[str, Any]) -> Approval:
    """Return what ``approval_item`` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    return Approval(
        proposal_id=item["proposal_id"],
        answer=Answer(item["answer"]),
        by=item["by"],
        at=from_text(item["at"]),
        until=from_text(item["until"]),
        repositories=tuple(item["repositories"]),
        digests=tuple(item["digests"]),
        reason=item["reason"],
    )


def note_item(note: RepositoryNote) -> dict[str, Any]:
    """Return ``note`` in plain JSON types."""
    item = {
        "version": note.version,
        "finding": finding_item(note.finding),
        "newest": [
            [each.digest, each.tag, each.reason, to_text(each.at)]
            for each in note.newest[:NEWEST]
        ],
        "proposals": list(note.proposals),
        "told_at": _text(note.told_at),
        "holder": note.holder,
        "holder_due": _text(note.holder_due),
    }
    return {name: value for name, value in item.items() if value is not None}


def note_from(item: Mapping[str, Any]) -> RepositoryNote:
    """Return what ``note_item`` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    return RepositoryNote(
        version=int(item["version"]),
        finding=finding_from(item.get("finding")),
        newest=tuple(
            Newest(digest=digest, tag=tag, reason=reason, at=from_text(at))
            for digest, tag, reason, at in item["newest"]
        ),
        proposals=tuple(item["proposals"]),
        told_at=_instant(item.get("told_at")),
        holder=item["holder"],
        holder_due=_instant(item.get("holder_due")),
    )


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else to_text(instant)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else from_text(text)
