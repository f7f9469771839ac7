"""Pages of a listing, with tokens that survive changes between two pages."""

import base64
import binascii
import json
from collections.abc import Iterable
from typing import TypeVar

from simulator.errors import invalid_parameter

Row = TypeVar("Row")
Key = tuple[int | str, ...]


def page(
    rows: Iterable[tuple[Key, Row]], *, token: str | None, size: int
) -> tuple[list[Row], str | None]:
    """Return up to ``size`` rows whose key follows ``token``, and the next token.

    ``rows`` come in the order of their keys.

    Raises:
        ServiceError: ``token`` is none that was handed out.
    """
    after = _decoded(token) if token else None
    shown: list[tuple[Key, Row]] = []
    for key, row in rows:
        if after is not None and key <= after:
            continue
        if len(shown) == size:
            return [row for _, row in shown], _encoded(shown[-1][0])
        shown.append((key, row))
    return [row for _, row in shown], None


def _encoded(key: Key) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _decoded(token: str) -> Key:
    try:
        key = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError) as error:
        raise invalid_parameter("nextToken", "not a token handed out") from error
    if not isinstance(key, list) or not all(isinstance(x, int | str) for x in key):
        raise invalid_parameter("nextToken", "not a token handed out")
    return tuple(key)
