"""Values against botocore's service models: validated, and turned to and from JSON."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape


@cache
def service_model(service: str) -> ServiceModel:
    """Return the service's model from the botocore that is installed."""
    return botocore.session.get_session().get_service_model(service)


def from_json(value: Any, shape: Shape) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return a request's value: blobs become bytes, seconds and instants datetimes.

    What does not fit stays.
    """
    match shape:
        case StructureShape() if isinstance(value, dict):
            return {
                name: from_json(entry, shape.members[name])
                if name in shape.members
                else entry
                for name, entry in value.items()
                if entry is not None
            }
        case ListShape() if isinstance(value, list):
            return [from_json(entry, shape.member) for entry in value]
        case Shape(type_name="blob") if isinstance(value, str):
            try:
                return base64.b64decode(value, validate=True)
            except binascii.Error:
                return value
        case Shape(type_name="timestamp") if not isinstance(value, bool):
            return _instant(value)
        case _:
            return value


def _instant(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return the datetime that seconds since 1970 or ISO 8601 write."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return value


def to_json(value: Any, shape: Shape) -> Any:  # noqa: ANN401 - JSON of any shape
    """Return an answer's value as JSON: timestamps in seconds, blobs in base 64."""
    match shape:
        case StructureShape():
            return {
                name: to_json(entry, shape.members[name])
                for name, entry in value.items()
            }
        case ListShape():
            return [to_json(entry, shape.member) for entry in value]
        case Shape(type_name="timestamp") if isinstance(value, datetime):
            return round(value.timestamp(), 3)
        case Shape(type_name="blob"):
            return base64.b64encode(value).decode()
        case _:
            return value


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "structure": Mapping,
    "list": list,
    "map": Mapping,
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
    "blob": bytes,
    "timestamp": datetime,
}


def problems(
    value: Any,  # noqa: ANN401 - JSON of any shape
    shape: Shape,
    path: str = "",
    *,
    answer: bool = False,
) -> Iterator[str]:
    """Yield where a value breaks its shape: types, names, bounds, patterns, enums.

    In an ``answer`` lists may be empty: services share list shapes between requests,
    for which the lower bound is meant, and answers.
    """
    kind = shape.type_name
    wrong_bool = isinstance(value, bool) and kind != "boolean"
    checked: Any = value
    if not isinstance(value, _KINDS[kind]) or wrong_bool:
        yield f"{path or 'the whole'} must be of type {kind}"
        return
    match shape:
        case StructureShape():
            yield from _structure(checked, shape, path, answer=answer)
        case ListShape():
            if checked or not answer:
                yield from _bounds(len(checked), shape, path, "entries")
            for position, entry in enumerate(checked):
                yield from problems(
                    entry, shape.member, f"{path}[{position}]", answer=answer
                )
        case MapShape():
            for name, entry in checked.items():
                yield from problems(name, shape.key, f"{path} key")
                yield from problems(
                    entry, shape.value, f"{path}[{name!r}]", answer=answer
                )
        case Shape(type_name="string"):
            yield from _string(checked, shape, path)
        case Shape(type_name="integer" | "long" | "float" | "double"):
            yield from _bounds(checked, shape, path, "")
        case _:
            pass  # booleans, blobs and timestamps have nothing more to them


def _structure(
    value: Mapping[str, Any], shape: StructureShape, path: str, *, answer: bool
) -> Iterator[str]:
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name} is required".lstrip(".")
    for name, entry in value.items():
        below = f"{path}.{name}".lstrip(".")
        if name not in shape.members:
            yield f"{below} is unknown"
        else:
            yield from problems(entry, shape.members[name], below, answer=answer)


def _string(value: str, shape: Shape, path: str) -> Iterator[str]:
    yield from _bounds(len(value), shape, path, "characters")
    wanted = shape.metadata.get("pattern")
    if wanted and not re.fullmatch(wanted, value, re.DOTALL):
        yield f"{path} does not match {wanted}"
    words = shape.metadata.get("enum")
    if words and value not in words:
        yield f"{path} must be one of {', '.join(words)}"


def _bounds(size: float, shape: Shape, path: str, of: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path} must have at least {least} {of}".rstrip()
    if most is not None and size > most:
        yield f"{path} must have at most {most} {of}".rstrip()
