"""The simulator's own paths: what was performed, and what is asked for over HTTP.

Faults, how managed signing ends, and what CloudTrail tells.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from simulator.ecr.signing_ends import SigningEnd, SigningEnds
from simulator.errors import ServiceError, access_denied, internal_error, throttled
from simulator.faults import ANY, Fault, Faults
from simulator.operations import Operation
from simulator.places import Place
from simulator.places import place as place_of

_ERRORS: Mapping[str, Callable[[], ServiceError]] = {
    "throttled": throttled,
    "internal": internal_error,
    "denied": lambda: access_denied("what you asked for", ""),
}
_FIELDS = {"service", "operation", "repository", "error", "latencySeconds", "times"}
_SIGNING_FIELDS = {"repositories", "failureCode", "failureReason", "seconds"}
_CLOUDTRAIL_FIELDS = {"account", "region", "detail"}
_LONGEST = 60.0
_LONGEST_SIGNING = 86_400.0


class InvalidControl(ValueError):  # noqa: N818 - says what the document is
    """A document that asks for nothing there is; says what to write instead."""


def performed(operations: Iterable[Operation]) -> list[dict[str, str]]:
    """Return the operations performed, oldest first, as JSON."""
    return [
        {
            "service": entry.service,
            "operation": entry.operation,
            "action": entry.action,
            "caller": entry.caller,
            "resource": entry.resource,
        }
        for entry in operations
    ]


def controls(
    faults: Faults,
    ends: SigningEnds,
    cloudtrail: Callable[[Place, Mapping[str, Any]], None],
    body: bytes,
) -> Mapping[tuple[str, str], Callable[[], object]]:
    """Return what may be asked for, by method and name; it raises InvalidControl."""
    return {
        ("POST", "faults"): lambda: add_fault(faults, body),
        ("DELETE", "faults"): faults.clear,
        ("POST", "managed-signing"): lambda: add_signing_end(ends, body),
        ("DELETE", "managed-signing"): ends.clear,
        ("POST", "cloudtrail"): lambda: tell_cloudtrail(cloudtrail, body),
    }


def add_fault(faults: Faults, body: bytes) -> Fault:
    """Put the fault in force that a JSON document asks for.

    Raises:
        InvalidControl: it is none.
    """
    document = _document(body, _FIELDS)
    repository = _text(document, "repository")
    return faults.add(
        Fault(
            when=None
            if repository == ANY
            else lambda request: request.get("repositoryName") == repository,
            service=_text(document, "service"),
            operation=_text(document, "operation"),
            error=_error(document.get("error")),
            latency=timedelta(seconds=_seconds(document.get("latencySeconds", 0))),
            times=_times(document.get("times")),
        )
    )


def add_signing_end(ends: SigningEnds, body: bytes) -> None:
    """Let managed signing end as a JSON document asks for.

    Raises:
        InvalidControl: it asks for nothing there is.
    """
    document = _document(body, _SIGNING_FIELDS)
    seconds = _seconds(document.get("seconds", 0), most=_LONGEST_SIGNING)
    ends.add(
        SigningEnd(
            repositories=_text(document, "repositories"),
            after=timedelta(seconds=seconds),
            failure_code=_text(document, "failureCode", otherwise=""),
            failure_reason=_text(document, "failureReason", otherwise=""),
        )
    )


def tell_cloudtrail(
    cloudtrail: Callable[[Place, Mapping[str, Any]], None], body: bytes
) -> None:
    """Let CloudTrail tell of the call that a JSON document describes.

    Raises:
        InvalidControl: it describes none.
    """
    document = _document(body, _CLOUDTRAIL_FIELDS)
    detail = document.get("detail")
    if not isinstance(detail, dict) or not isinstance(detail.get("eventSource"), str):
        raise InvalidControl("detail: write an object with an eventSource")
    try:
        where = place_of(_text(document, "account"), _text(document, "region"))
    except ValueError as error:
        raise InvalidControl(str(error)) from error
    cloudtrail(where, detail)


def _document(body: bytes, fields: set[str]) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError as error:
        raise InvalidControl(f"no JSON: {error}") from error
    if not isinstance(document, dict) or not fields.issuperset(document):
        raise InvalidControl(f"write an object of {', '.join(sorted(fields))}")
    return document


def _text(document: Mapping[str, Any], name: str, *, otherwise: str = ANY) -> str:
    value = document.get(name, otherwise)
    if not isinstance(value, str):
        any_one = f", {ANY!r} for any" if otherwise == ANY else ""
        raise InvalidControl(f"{name}: write a string{any_one}")
    return value


def _error(name: object) -> ServiceError | None:
    if name is None:
        return None
    if not isinstance(name, str) or name not in _ERRORS:
        raise InvalidControl(
            f"error: write one of {', '.join(_ERRORS)}, or leave it out"
        )
    return _ERRORS[name]()


def _seconds(value: object, *, most: float = _LONGEST) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidControl("the seconds: write a number")
    if not 0 <= value <= most:
        raise InvalidControl(f"the seconds: write 0 to {most:g}")
    return float(value)


def _times(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidControl("times: write a number from 1, or leave it out for always")
    return value
