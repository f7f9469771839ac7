"""Schema 1: records as the version before wrote them. It goes when schema 3 comes."""

from collections.abc import Mapping
from typing import Any, Final

_TWICE: Final = frozenset({"repository", "digest", "due", "due_at", "by_statement"})
"""What stood in them twice."""


def upgraded(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item of schema 1 as schema 2 has it.

    Raises:
        KeyError: it has no repository or digest.
        ValueError: it names another subject than its key.
    """
    said = f"{item['repository']}@{item['digest']}"
    if item.get("pk", said) != said:
        raise ValueError(f"the record is of {said}")
    kept = {name: value for name, value in item.items() if name not in _TWICE}
    if "due" in item:
        kept["due_at"] = item["due"]
    return {**kept, "pk": said, "schema": 2}
