"""The little of DER that X.509 names and certificates need: exact slices.

``cryptography`` encodes names again when asked for their bytes; issuer and subject are
to be compared as they were signed, and what is hashed must be what was sent. So the
outer structure is sliced here; everything inside keys and extensions is
``cryptography``'s.
"""

from typing import NamedTuple

from notation_verifier.errors import NotationError

SEQUENCE = 0x30
SET = 0x31
INTEGER = 0x02
BIT_STRING = 0x03
OBJECT_IDENTIFIER = 0x06
UTF8_STRING = 0x0C
NUMERIC_STRING = 0x12
PRINTABLE_STRING = 0x13
T61_STRING = 0x14
IA5_STRING = 0x16
BMP_STRING = 0x1E
EXPLICIT_0 = 0xA0

_LONG_FORM = 0x80
_MAX_LENGTH_OCTETS = 4
_MULTI_BYTE_TAG = 0x1F
_MAX_IDENTIFIER_OCTETS = 64  # real ones have under 20


class DerError(NotationError):
    """Bytes that are not the DER structure expected."""


class Element(NamedTuple):
    """One tag-length-value: offsets into the bytes it was read from."""

    tag: int
    start: int
    """Offset of the tag."""
    content: int
    """Offset of the first content byte."""
    end: int
    """Offset after the last content byte."""


def span(data: bytes, start: int, limit: int, tag: int) -> tuple[int, int]:
    """Return the offsets of the content and of the end of the element at ``start``.

    Args:
        data: the bytes.
        start: offset of the element's tag.
        limit: offset the element must not cross.
        tag: the tag it must have.

    Raises:
        DerError: cut short, another tag, a length that is indefinite or not minimal.
    """
    if start + 2 > limit:
        raise DerError("DER ends before an element")
    if data[start] != tag:
        raise DerError(f"DER tag {data[start]:#04x} where {tag:#04x} is wanted")
    length = data[start + 1]
    content = start + 2
    if length >= _LONG_FORM:
        octets = length - _LONG_FORM
        if not 1 <= octets <= _MAX_LENGTH_OCTETS or content + octets > limit:
            raise DerError("DER length is indefinite, too long or cut short")
        length = int.from_bytes(data[content : content + octets])
        if length < _LONG_FORM or length >> (8 * (octets - 1)) == 0:
            raise DerError("DER length is not minimal")
        content += octets
    end = content + length
    if end > limit:
        raise DerError("DER element is cut short")
    return content, end


def element(data: bytes, start: int, limit: int, tag: int | None = None) -> Element:
    """Return the element that begins at ``start`` and ends at or before ``limit``.

    Args:
        data: the bytes.
        start: offset of the element's tag.
        limit: offset the element must not cross.
        tag: the tag it must have; None for any.

    Raises:
        DerError: as :func:`span`; also a tag number over 30.
    """
    if start >= limit:
        raise DerError("DER ends before an element")
    found = data[start]
    if found & _MULTI_BYTE_TAG == _MULTI_BYTE_TAG:
        raise DerError("DER tag number over 30")
    content, end = span(data, start, limit, found if tag is None else tag)
    return Element(found, start, content, end)


def object_identifier(data: bytes) -> str:
    """Return the dotted form of an OBJECT IDENTIFIER's content bytes.

    Raises:
        DerError: empty, cut short, too long or not minimal.
    """
    if len(data) > _MAX_IDENTIFIER_OCTETS:
        raise DerError("DER object identifier is too long")
    arcs: list[int] = []
    value = 0
    fresh = True
    for byte in data:
        if fresh and byte == _LONG_FORM:
            raise DerError("DER object identifier is not minimal")
        value = value << 7 | byte & 0x7F
        fresh = byte < _LONG_FORM
        if fresh:
            arcs.append(value)
            value = 0
    if not arcs or not fresh:
        raise DerError("DER object identifier is empty or cut short")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
