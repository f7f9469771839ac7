"""Releases: that a held image may be pulled for a while, by a person's word or a push.

A release is an override: it confers no trust. What it lets go is decided again at its
end (docs/threat-model.md, 20). Its record is kept when it has ended.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.ledger.instants import from_text, to_text

RESTORING: Final = timedelta(minutes=30)
"""Longest wait for the registry to bring an image back; it takes up to 20 minutes."""


class ReleaseKind(StrEnum):
    """What an image is let go for."""

    TO_SIGN = "to-sign"
    """To be signed: nothing can sign what is archived."""
    BREAK_GLASS = "break-glass"
    """To be used although nothing vouches for it."""
    PUSHED_AGAIN = "pushed-again"
    """To be signed, since it was pushed again: once for each digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release of one digest."""

    kind: ReleaseKind
    at: datetime
    """When it was given."""
    lasts: timedelta
    """How long the image may be pulled, from when the registry serves it again."""
    until: datetime
    """It ends here. While the clock has not started, the latest end there can be."""
    started_at: datetime | None = None
    """Since when the registry is known to serve it; None: the clock stands still."""
    by: str = ""
    """ARN of the person, proven; empty for a push."""
    reason: str = ""
    request: str = ""
    """Nonce of the person's request."""
    pushed_again: bool = False
    """Whether a push has opened a window for this digest, now or before."""

    def in_force(self, now: datetime) -> bool:
        """Return whether it has not ended."""
        return now < self.until

    def started(self, now: datetime) -> "Release":
        """Return it with its clock running since ``now``, if it was not."""
        if self.started_at is not None or self.kind is ReleaseKind.BREAK_GLASS:
            return self
        return replace(self, started_at=now, until=min(self.until, now + self.lasts))


def to_sign(
    at: datetime,
    lasts: timedelta,
    *,
    before: Release | None,
    by: str = "",
    request: str = "",
) -> Release:
    """Return a release to be signed; its clock starts when the registry serves it.

    Args:
        at: when it is given.
        lasts: for how long.
        before: the digest's last release.
        by: the person; empty where a push gave it.
        request: nonce of the person's request.
    """
    return Release(
        kind=ReleaseKind.TO_SIGN if by else ReleaseKind.PUSHED_AGAIN,
        at=at,
        lasts=lasts,
        until=at + RESTORING + lasts,
        by=by,
        request=request,
        pushed_again=not by or (before is not None and before.pushed_again),
    )


def release_item(release: Release | None) -> dict[str, Any] | None:
    """Return ``release`` in plain JSON types."""
    if release is None:
        return None
    item = {
        "kind": release.kind.value,
        "at": to_text(release.at),
        "lasts": round(release.lasts.total_seconds()),
        "until": to_text(release.until),
        "started_at": to_text(release.started_at) if release.started_at else "",
        "by": release.by,
        "reason": release.reason,
        "request": release.request,
        "pushed_again": release.pushed_again,
    }
    return {name: value for name, value in item.items() if value}


def release_from(item: Mapping[str, Any] | None) -> Release | None:
    """Return what ``release_item`` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    if item is None:
        return None
    started = item.get("started_at")
    return Release(
        kind=ReleaseKind(item["kind"]),
        at=from_text(item["at"]),
        lasts=timedelta(seconds=int(item["lasts"])),
        until=from_text(item["until"]),
        started_at=from_text(started) if started else None,
        by=item.get("by", ""),
        reason=item.get("reason", ""),
        request=item.get("request", ""),
        pushed_again=bool(item.get("pushed_again", False)),
    )
