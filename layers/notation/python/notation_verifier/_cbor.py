"""A strict CBOR reader for COSE envelopes: one value for one spelling of a map.

Why not ``cbor2``: version 6.2 can refuse indefinite lengths, duplicate keys and depth,
but ``loads`` ignores what follows the value, tags 2 to 5, 28, 29 and others are turned
into values before anything can be asked, and ``1``, ``1.0`` and ``true`` are one key to
a Python ``dict``. None of that can be switched off.

Accepted: integers of 64 bits with their sign, byte and text strings, arrays, maps
with integer or text labels, false, true, null, and tag 1 kept as :class:`Epoch`. All
else is refused, as are indefinite lengths, duplicate labels, trailing bytes and depth.
Integers need not be minimal, as in the reference; a label written in two lengths is one
label, so a duplicate.
"""

from typing import Any

from notation_verifier.errors import NotationError
from notation_verifier.values import dataclass

MAX_DEPTH = 8
"""Containers inside containers; an envelope needs three."""
MAX_ITEMS = 4096
"""Items in one envelope, over all containers."""

# Major types, RFC 8949 section 3.1. Plain integers: every item is compared with them.
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG = range(7)
_SIMPLE_VALUES = {20: False, 21: True, 22: None}
_EPOCH_TAG = 1
_NEXT_BYTE = 24
"""Of an initial byte: its argument is the byte that follows. Greater: of more bytes."""
_SIZES = {_NEXT_BYTE: 1, 25: 2, 26: 4, 27: 8}
_MAX_ARGUMENT = (1 << 63) - 1


class CborError(NotationError):
    """Bytes that the strict reader refuses; callers say where they were found."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """Tag 1 around an integer: seconds since 1970."""

    seconds: int


class _Reader:
    __slots__ = ("at", "data", "end", "items", "times")

    def __init__(self, data: bytes, start: int, *, times: bool) -> None:
        self.data = data
        self.end = len(data)
        self.at = start
        self.items = 0
        self.times = times

    def head(self) -> tuple[int, int]:
        """Return an item's major type and argument."""
        data, at = self.data, self.at
        if at >= self.end:
            raise CborError("CBOR ends before an item")
        initial = data[at]
        argument = initial & 0x1F
        self.at = at = at + 1
        if argument == _NEXT_BYTE and at < self.end:
            # Most lengths of an envelope: without a call.
            self.at = at + 1
            return initial >> 5, data[at]
        if argument >= _NEXT_BYTE:
            argument = self.long_argument(argument)
        return initial >> 5, argument

    def long_argument(self, kind: int) -> int:
        """Return the argument that stands in the bytes after the initial one."""
        at, size = self.at, _SIZES.get(kind)
        if size is None:
            raise CborError(f"CBOR length at byte {at - 1} is indefinite")
        if at + size > self.end:
            raise CborError("CBOR ends inside an item")
        self.at = at + size
        return int.from_bytes(self.data[at : at + size])

    def text(self, length: int) -> str:
        start = self.at
        self.at = end = start + length
        if end > self.end:
            raise CborError("CBOR ends inside a string")
        try:
            return self.data[start:end].decode()
        except UnicodeDecodeError:
            raise CborError(f"CBOR text before byte {self.at} is not UTF-8") from None

    def value(self, depth: int) -> Any:  # noqa: ANN401 - CBOR is any value
        self.items += 1
        if self.items > MAX_ITEMS:
            raise CborError(f"CBOR has more than {MAX_ITEMS} items")
        start = self.at
        major, argument = self.head()
        if major == _TEXT:
            return self.text(argument)
        if major == _BYTES:
            at = self.at
            self.at = end = at + argument
            if end > self.end:
                raise CborError("CBOR ends inside a string")
            return self.data[at:end]
        if major in (_ARRAY, _MAP):
            if depth <= 0:
                raise CborError(f"CBOR is nested deeper than {MAX_DEPTH}")
            if argument > MAX_ITEMS:
                raise CborError(f"CBOR container at byte {start} has too many items")
            if major == _MAP:
                return self.map(argument, depth - 1)
            return [self.value(depth - 1) for _ in range(argument)]
        return self.scalar(major, argument, start)

    def scalar(self, major: int, argument: int, start: int) -> object:
        """Return what is neither container nor string; ``start`` is its offset."""
        if major == _TAG:
            return self.epoch(argument, start)
        if major <= _NEGATIVE:
            return self.integer(major, argument, start)
        if self.at == start + 1 and argument in _SIMPLE_VALUES:
            return _SIMPLE_VALUES[argument]
        raise CborError(f"CBOR float or simple value at byte {start}")

    def integer(self, major: int, argument: int, start: int) -> int:
        """Return an integer of 64 bits with its sign; the reference has no more."""
        if argument > _MAX_ARGUMENT:
            raise CborError(f"CBOR integer at byte {start} is beyond 64 bits")
        return argument if major == _UNSIGNED else -1 - argument

    def epoch(self, tag: int, start: int) -> Epoch:
        major, argument = self.head()
        if not self.times:
            raise CborError(f"CBOR tag {tag} at byte {start} is in no protected header")
        if tag != _EPOCH_TAG or major > _NEGATIVE:
            raise CborError(f"CBOR tag {tag} at byte {start} is not an integer time")
        return Epoch(self.integer(major, argument, start))

    def map(self, pairs: int, depth: int) -> dict[int | str, Any]:
        found: dict[int | str, Any] = {}
        for _ in range(pairs):
            start = self.at
            major, argument = self.head()
            label: int | str
            if major == _TEXT:
                label = self.text(argument)
            elif major <= _NEGATIVE:
                label = self.integer(major, argument, start)
            else:
                raise CborError(f"CBOR label at byte {start} is no integer or text")
            if label in found:
                raise CborError(f"CBOR label {label!r:.80} occurs twice")
            found[label] = self.value(depth)
        return found


def cbor_value(data: bytes, start: int = 0, *, times: bool = True) -> Any:  # noqa: ANN401 - CBOR is any value
    """(E3) Return the one CBOR item that fills ``data`` from ``start`` on.

    ``times`` allows tag 1: an envelope may hold it in the protected header alone.

    Raises:
        CborError: anything the module's text refuses.
    """
    reader = _Reader(data, start, times=times)
    value = reader.value(MAX_DEPTH)
    if reader.at != len(data):
        raise CborError(f"{len(data) - reader.at} bytes follow the CBOR item")
    return value


def byte_string(data: bytes) -> bytes:
    """Return ``data`` as a CBOR byte string with the shortest length prefix."""
    length = len(data)
    if length < 24:  # noqa: PLR2004 - RFC 8949, section 3
        return bytes((0x40 | length,)) + data
    for argument, size in _SIZES.items():
        if length < 1 << 8 * size:
            return bytes((0x40 | argument,)) + length.to_bytes(size) + data
    raise CborError("a byte string longer than CBOR can say")
