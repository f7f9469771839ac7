"""Reports as the ledger keeps them: compressed JSON, bounded both ways. Pure."""

import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

PACKED_LIMIT: Final = 300 * 1024
"""Bytes: an item of the table holds 400 KiB in all."""
_TEXT_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of JSON: what is read back is bounded, whoever wrote it."""


def pack(report: Mapping[str, Any]) -> bytes:
    """Return ``report`` as compressed JSON, or a note of its size where it is too big.

    A report that does not fit must not keep its verdict from being written.
    """
    text = json.dumps(report, sort_keys=True, separators=(",", ":")).encode()
    packed = zlib.compress(text, 6)
    if len(packed) > PACKED_LIMIT:
        note = {"omitted": "the report is too large to keep", "bytes": len(text)}
        packed = zlib.compress(json.dumps(note).encode())
    return packed


def unpack(packed: bytes) -> dict[str, Any]:
    """Return the report that ``pack`` packed.

    Raises:
        ValueError: it did not.
    """
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, _TEXT_LIMIT)
        report = json.loads(text)
    except (zlib.error, RecursionError) as error:
        raise ValueError(f"not a packed report: {error}") from error
    if not isinstance(report, dict):
        raise ValueError("not a packed report: no object")  # noqa: TRY004 (of bytes)
    return report
