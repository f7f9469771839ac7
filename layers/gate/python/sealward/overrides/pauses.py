"""Pauses: for how long nothing is done in the registry, of all of it or a repository.

Verdicts and findings go on. All pauses are one item of the ledger: one read before an
action tells whether it waits.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.ledger.finding_items import finding_from, finding_item
from sealward.ledger.instants import from_text, to_text
from sealward.ledger.records import FindingState

LONGEST_PAUSE: Final = timedelta(hours=24)
PAUSES_LIMIT: Final = 50
"""Pauses at once: of more repositories than these, pause the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One pause; its end needs nobody."""

    repository: str
    """Empty: the whole account in this Region."""
    by: str
    """ARN of the person, proven."""
    reason: str
    at: datetime
    until: datetime
    request: str
    """Nonce of the person's request."""
    finding: FindingState | None = None
    """What Security Hub was told."""

    def concerns(self, repository: str) -> bool:
        """Return whether actions in ``repository`` wait for its end."""
        return self.repository in ("", repository)

    def in_force(self, now: datetime) -> bool:
        """Return whether it has not ended."""
        return self.at <= now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """All pauses whose end is not told yet."""

    version: int = 0
    """Counts the writes; 0: there never was one."""
    pauses: tuple[Pause, ...] = ()

    def in_force(self, repository: str, now: datetime) -> Pause | None:
        """Return the pause that ends last of those that concern ``repository``."""
        return max(
            (
                each
                for each in self.pauses
                if each.concerns(repository) and each.in_force(now)
            ),
            key=lambda each: each.until,
            default=None,
        )


def pauses_item(pauses: Pauses) -> dict[str, Any]:
    """Return ``pauses`` in plain JSON types."""
    return {
        "version": pauses.version,
        "pauses": [_pause_item(each) for each in pauses.pauses],
    }


def pauses_from(item: Mapping[str, Any]) -> Pauses:
    """Return what ``pauses_item`` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    stored: Sequence[Mapping[str, Any]] = item["pauses"]
    return Pauses(
        version=int(item["version"]),
        pauses=tuple(
            Pause(
                repository=each["repository"],
                by=each["by"],
                reason=each["reason"],
                at=from_text(each["at"]),
                until=from_text(each["until"]),
                request=each["request"],
                finding=finding_from(each.get("finding")),
            )
            for each in stored
        ),
    )


def _pause_item(pause: Pause) -> dict[str, Any]:
    item: dict[str, Any] = {
        "repository": pause.repository,
        "by": pause.by,
        "reason": pause.reason,
        "at": to_text(pause.at),
        "until": to_text(pause.until),
        "request": pause.request,
    }
    if pause.finding is not None:
        item["finding"] = finding_item(pause.finding)
    return item
