"""The simulator's own paths: what was performed, and faults asked for over HTTP."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from simulator.errors import ServiceError, access_denied, internal_error, throttled
from simulator.faults import ANY, Fault, Faults
from simulator.operations import Operation

_ERRORS: Mapping[str, Callable[[], ServiceError]] = {
    "throttled": throttled,
    "internal": internal_error,
    "denied": lambda: access_denied("what you asked for", ""),
}
_FIELDS = {"service", "operation", "error", "latencySeconds", "times"}
_LONGEST = 60.0


class InvalidFault(ValueError):  # noqa: N818 - says what the document is
    """A document that asks for no fault there is; says what to write instead."""


def performed(operations: Iterable[Operation]) -> list[dict[str, str]]:
    """Return the operations performed, oldest first, as JSON."""
    return [
        {
            "service": entry.service,
            "operation": entry.operation,
            "action": entry.action,
            "caller": entry.caller,
        }
        for entry in operations
    ]


def add_fault(faults: Faults, body: bytes) -> Fault:
    """Put the fault in force that a JSON document asks for.

    Raises:
        InvalidFault: it is none.
    """
    try:
        document = json.loads(body)
    except ValueError as error:
        raise InvalidFault(f"no JSON: {error}") from error
    if not isinstance(document, dict) or not _FIELDS.issuperset(document):
        raise InvalidFault(f"write an object of {', '.join(sorted(_FIELDS))}")
    return faults.add(
        Fault(
            service=_text(document, "service"),
            operation=_text(document, "operation"),
            error=_error(document.get("error")),
            latency=timedelta(seconds=_seconds(document.get("latencySeconds", 0))),
            times=_times(document.get("times")),
        )
    )


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name, ANY)
    if not isinstance(value, str):
        raise InvalidFault(f"{name}: write a string, {ANY!r} for any")
    return value


def _error(name: object) -> ServiceError | None:
    if name is None:
        return None
    if not isinstance(name, str) or name not in _ERRORS:
        raise InvalidFault(f"error: write one of {', '.join(_ERRORS)}, or leave it out")
    return _ERRORS[name]()


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidFault("latencySeconds: write a number")
    if not 0 <= value <= _LONGEST:
        raise InvalidFault(f"latencySeconds: write 0 to {_LONGEST:g}")
    return float(value)


def _times(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidFault("times: write a number from 1, or leave it out for always")
    return value
