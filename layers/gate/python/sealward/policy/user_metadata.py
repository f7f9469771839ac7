"""The user metadata that a policy requires to be signed with an image. Pure."""

from collections.abc import Mapping
from typing import Any

from sealward.policy.document import Problems, pointer, shown

MOST_PAIRS = 50
"""Far more than anybody signs."""


def read_user_metadata(
    value: dict[str, Any] | None, where: str, problems: Problems
) -> Mapping[str, str]:
    """Return the pairs that ``value`` writes; report what is wrong with them."""
    found: dict[str, str] = {}
    for name, text in (value or {}).items():
        if not name:
            problems.add(where, "a key is empty", "write the annotation's key")
        elif not isinstance(text, str):
            problems.add(
                f"{where}{pointer(name)}",
                f"{shown(text)} is no text",
                "write the annotation's value as text",
            )
        else:
            found[name] = text
    if len(found) > MOST_PAIRS:
        problems.add(
            where, f"more than {MOST_PAIRS} pairs", "require what tells places apart"
        )
    return found
