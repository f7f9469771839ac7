"""JSON and CBOR as the generator writes them: any spelling, the wrong ones too."""

import json
import struct
from base64 import b64encode, urlsafe_b64encode
from typing import Any


class Pairs(list[tuple[Any, Any]]):
    """An object's members in order; a name may occur twice."""

    def get(self, name: object) -> Any:  # the first one's value
        """Return the value of the first member called ``name``, or None."""
        return next((value for key, value in self if key == name), None)

    def put(self, name: object, value: object) -> None:
        """Set the first member called ``name``, or append one."""
        for index, (key, _) in enumerate(self):
            if key == name:
                self[index] = (key, value)
                return
        self.append((name, value))

    def drop(self, name: object) -> None:
        """Remove every member called ``name``."""
        self[:] = [pair for pair in self if pair[0] != name]

    def rename(self, name: object, other: object) -> None:
        """Give every member called ``name`` another name."""
        self[:] = [(other if key == name else key, value) for key, value in self]


class Text(str):
    """JSON text to be written as it is."""

    __slots__ = ()


class Item(bytes):
    """CBOR bytes to be written as they are."""

    __slots__ = ()


class Tag:
    """A CBOR tag around a value."""

    def __init__(self, number: int, value: object) -> None:
        self.number = number
        self.value = value


def json_text(value: object) -> str:
    """Return JSON without white space."""
    match value:
        case Text():
            return str(value)
        case Pairs():
            members = (f"{json_text(name)}:{json_text(item)}" for name, item in value)
            return "{" + ",".join(members) + "}"
        case dict():
            return json_text(Pairs(value.items()))
        case list() | tuple():
            return "[" + ",".join(map(json_text, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def base64_url(data: bytes) -> str:
    """Return base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def base64_standard(data: bytes) -> str:
    """Return standard base64 with padding."""
    return b64encode(data).decode()


def cbor_head(major: int, argument: int, size: int | None = None) -> bytes:
    """Return an item's head; ``size`` (1, 2, 4, 8) makes it longer than needed."""
    if size is None:
        if argument < 24:
            return bytes((major << 5 | argument,))
        size = next(each for each in (1, 2, 4, 8) if argument < 1 << 8 * each)
    return bytes(
        (major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size],)
    ) + argument.to_bytes(size)


def cbor(value: object) -> bytes:  # noqa: C901, PLR0911, PLR0912 - one line for each type
    """Return CBOR with the shortest lengths."""
    match value:
        case Item():
            return bytes(value)
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int() if value >= 1 << 64:
            return cbor(Tag(2, value.to_bytes((value.bit_length() + 7) // 8)))
        case int():
            return cbor_head(0, value) if value >= 0 else cbor_head(1, -1 - value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case bytes():
            return cbor_head(2, len(value)) + value
        case str():
            return cbor_head(3, len(value.encode())) + value.encode()
        case Tag():
            return cbor_head(6, value.number) + cbor(value.value)
        case Pairs():
            members = (cbor(label) + cbor(item) for label, item in value)
            return cbor_head(5, len(value)) + b"".join(members)
        case dict():
            return cbor(Pairs(value.items()))
        case list() | tuple():
            return cbor_head(4, len(value)) + b"".join(map(cbor, value))
        case _:
            raise TypeError(f"{type(value).__name__} has no CBOR here")
