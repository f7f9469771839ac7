"""DynamoDB's attribute values and plain JSON types, both ways. Pure.

The client without ``TypeSerializer``: that one knows only ``Decimal``, lives in boto3,
and would put its import into every cold start.
"""

from collections.abc import Mapping
from typing import Any


def attribute_values(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``document`` as an item: strings, integers, booleans, bytes, lists, maps.

    Raises:
        TypeError: a value of any other type; a float is one, it has no exact place.
    """
    return {name: _written(value) for name, value in document.items()}


def plain_values(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``item`` as ``attribute_values`` took it.

    Raises:
        TypeError, ValueError: what ``attribute_values`` never writes.
    """
    return {name: _read(value) for name, value in item.items()}


def _written(value: object) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case list() | tuple():
            return {"L": [_written(each) for each in value]}
        case Mapping():
            return {"M": attribute_values(value)}
        case _:
            raise TypeError(f"cannot be stored: {type(value).__name__}")


def _read(value: Mapping[str, Any]) -> Any:  # noqa: ANN401 (plain JSON types)
    ((kind, stored),) = value.items()
    match kind:
        case "BOOL" | "S" | "B":
            return stored
        case "N":
            return int(stored)
        case "L":
            return [_read(each) for each in stored]
        case "M":
            return plain_values(stored)
        case _:
            raise TypeError(f"unexpected attribute type {kind}")
