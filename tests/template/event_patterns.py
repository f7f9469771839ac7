"""Event patterns: whether EventBridge would match; the few forms our rules use."""

from collections.abc import Mapping
from typing import Any


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Return whether ``event`` matches ``pattern``.

    Raises:
        ValueError: the pattern uses a form that is not judged here.
    """
    for name, wanted in pattern.items():
        found = event.get(name)
        if isinstance(wanted, Mapping):
            if not isinstance(found, Mapping) or not matches(wanted, found):
                return False
        elif not isinstance(wanted, list) or not all(
            isinstance(each, str) for each in wanted
        ):
            raise ValueError(f"{name}: only lists of strings are judged, not {wanted}")
        elif found not in wanted:
            return False
    return True
