"""Settings of a policy that take more than a word to read: its owner, and the like."""

import re
from collections.abc import Mapping
from typing import Any, Final

from sealward.policy.document import Fields, pointer, shown
from sealward.policy.policy import UNSIGNED_PER_DAY
from sealward.policy.problems import Problems

MOST_PAIRS: Final = 50
"""Of user metadata: far more than anybody signs."""

_TOPIC = r"arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}"
"""Compiled at its first use: most bundles name none."""
_MOST_PER_DAY: Final = 100_000
_PER_DAY: Final = f"write a whole number from 1 to {_MOST_PER_DAY}"


def read_owner(
    value: dict[str, Any] | None, where: str, problems: Problems
) -> Mapping[str, str] | None:
    """Return whom ``value`` names to be told; report what is wrong with it."""
    if value is None:
        return None
    fields = Fields(value, where, problems)
    owner = {
        name: text
        for name in ("team", "contact")
        if (text := fields.take(name, str, "write a text")) is not None
    }
    topic = fields.parsed(
        "topic", _topic, "", "write an SNS topic's ARN; a FIFO topic is none"
    )
    if topic:
        owner["topic"] = topic
    fields.end()
    return owner


def _topic(text: str) -> str:
    if not re.fullmatch(_TOPIC, text):
        raise ValueError(f"{shown(text)} is no topic")
    return text


def read_unsigned_per_day(fields: Fields, problems: Problems) -> int:
    """Return ``unsignedPerDay`` of a policy; report what is no such number."""
    number = fields.take("unsignedPerDay", int, _PER_DAY)
    if number is None:
        return UNSIGNED_PER_DAY
    if not 1 <= number <= _MOST_PER_DAY:
        at = f"{fields.where}/unsignedPerDay"
        problems.add(at, f"{number} is out of range", _PER_DAY)
        return UNSIGNED_PER_DAY
    return number


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
