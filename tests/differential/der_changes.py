"""Changes to well-formed DER: bytes overwritten, elements moved, doubled, renamed."""

from dataclasses import dataclass
from random import Random

from tests.forge.revocation import integer, sequence, tlv

_OTHER_TAGS = bytes.fromhex("01 02 04 05 06 0c 17 18 30 31 80 81 a0 a1 a4")
_MORE = (tlv(5), integer(200), tlv(4, b"x"), sequence())
_CONSTRUCTED = 0x20


@dataclass(frozen=True)
class _Element:
    start: int
    content: int
    end: int


def _elements(data: bytes, start: int, end: int) -> list[_Element]:
    """Return every element of well-formed DER, the outermost first."""
    found: list[_Element] = []
    while start < end:
        length, content = data[start + 1], start + 2
        if length & 0x80:
            octets = length & 0x7F
            length = int.from_bytes(data[content : content + octets])
            content += octets
        found.append(_Element(start, content, content + length))
        if data[start] & _CONSTRUCTED:
            found += _elements(data, content, content + length)
        start = content + length
    return found


def _replaced(data: bytes, old: _Element, new: bytes) -> bytes:
    """Return DER with one element replaced, the lengths around it right again."""

    def rebuilt(start: int, end: int) -> bytes:
        out = b""
        for each in _elements(data, start, end):
            if each.start != start:
                continue
            if each == old:
                out += new
            elif each.start <= old.start and old.end <= each.end:
                out += tlv(data[each.start], rebuilt(each.content, each.end))
            else:
                out += data[each.start : each.end]
            start = each.end
        return out

    return rebuilt(0, len(data))


def bytes_changed(rng: Random, data: bytes) -> bytes:
    """Return the bytes with one to three of them overwritten."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def element_changed(rng: Random, data: bytes) -> bytes:
    """Return DER with an element left out, doubled, renamed, moved or emptied."""
    elements = _elements(data, 0, len(data))
    old = rng.choice(elements)
    whole, content = data[old.start : old.end], data[old.content : old.end]
    other = rng.choice(elements)
    new = rng.choice(
        (
            b"",
            whole + whole,
            bytes((rng.choice(_OTHER_TAGS),)) + whole[1:],
            tlv(whole[0], bytes_changed(rng, content)),
            data[other.start : other.end],
            whole + rng.choice(_MORE),
            tlv(whole[0]),
        )
    )
    return _replaced(data, old, new)
