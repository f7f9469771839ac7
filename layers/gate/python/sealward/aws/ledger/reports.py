"""Reports as the ledger keeps them: compressed JSON, bounded both ways. Pure.

The first byte is the number of the dictionary they are packed with; what versions
before packed without one begins with zlib's own ``x``.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

from sealward.aws.ledger.report_dictionary import DICTIONARIES, NEWEST

PACKED_LIMIT: Final = 300 * 1024
"""Bytes: an item of the table holds 400 KiB in all."""
_TEXT_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of JSON: what is read back is bounded, whoever wrote it."""
_RAW: Final = -zlib.MAX_WBITS
"""No header: the number stands for it."""


def pack(report: Mapping[str, Any]) -> bytes:
    """Return ``report`` as compressed JSON, or a note of its size where it is too big.

    A report that does not fit must not keep its verdict from being written.
    """
    text = _text(report)
    packed = _packed(text)
    if len(packed) > PACKED_LIMIT:
        note = {"omitted": "the report is too large to keep", "bytes": len(text)}
        packed = _packed(_text(note))
    return packed


def pack_within(document: Mapping[str, Any], limit: int) -> bytes | None:
    """Return ``document`` as compressed JSON, or None where ``limit`` bytes are few."""
    packed = _packed(_text(document))
    return packed if len(packed) <= limit else None


def unpack(packed: bytes) -> dict[str, Any]:
    """Return the report that ``pack`` packed.

    Raises:
        ValueError: it did not.
    """
    try:
        if dictionary := DICTIONARIES.get(packed[0]):
            unpacking = zlib.decompressobj(_RAW, dictionary)
            text = unpacking.decompress(packed[1:], _TEXT_LIMIT)
        else:
            text = zlib.decompressobj().decompress(packed, _TEXT_LIMIT)
        report = json.loads(text)
    except (zlib.error, IndexError, RecursionError) as error:
        raise ValueError(f"not a packed report: {error}") from error
    if not isinstance(report, dict):
        raise ValueError("not a packed report: no object")  # noqa: TRY004 (of bytes)
    return report


def _text(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def _packed(text: bytes) -> bytes:
    packing = zlib.compressobj(
        9, zlib.DEFLATED, _RAW, zdict=DICTIONARIES[NEWEST], memLevel=9
    )
    return bytes((NEWEST,)) + packing.compress(text) + packing.flush()
