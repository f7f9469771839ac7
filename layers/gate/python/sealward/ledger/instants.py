"""Instants as the ledger writes them: text of one width, in UTC, that sorts."""

from datetime import UTC, datetime
from typing import Final

_FORM: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


def to_text(instant: datetime) -> str:
    """Return ``instant`` in UTC with six decimals and a Z: it sorts as text."""
    return instant.astimezone(UTC).strftime(_FORM)


def from_text(text: str) -> datetime:
    """Return the instant that ``to_text`` wrote; raise ValueError for any other."""
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)


def optional_text(instant: datetime | None) -> str | None:
    """Return ``to_text`` of an instant, None for none."""
    return None if instant is None else to_text(instant)


def optional_instant(text: str | None) -> datetime | None:
    """Return ``from_text`` of a text, None for none."""
    return None if text is None else from_text(text)
