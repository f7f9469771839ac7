"""DER as the generator writes it: any structure, the wrong ones too."""

from collections.abc import Iterable
from datetime import datetime

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 1, 2, 3, 4, 5, 6
UTF8_STRING, NUMERIC_STRING, PRINTABLE_STRING, T61_STRING, IA5_STRING = (
    12,
    18,
    19,
    20,
    22,
)
UTC_TIME, GENERALIZED_TIME, BMP_STRING = 23, 24, 30
SEQUENCE, SET = 0x30, 0x31


def tlv(tag: int, content: bytes) -> bytes:
    """Return one element with the shortest length."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(octets))) + octets + content


def sequence(*parts: bytes) -> bytes:
    """Return a SEQUENCE of elements."""
    return tlv(SEQUENCE, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """Return a SET OF elements, sorted as DER demands."""
    return tlv(SET, b"".join(sorted(parts)))


def explicit(number: int, content: bytes) -> bytes:
    """Return an element in a constructed context tag."""
    return tlv(0xA0 | number, content)


def implicit(number: int, content: bytes) -> bytes:
    """Return bytes in a primitive context tag."""
    return tlv(0x80 | number, content)


def integer(value: int) -> bytes:
    """Return an INTEGER, two's complement, minimal."""
    length = (value if value >= 0 else -value - 1).bit_length() // 8 + 1
    return tlv(INTEGER, value.to_bytes(length, signed=True))


def boolean(*, value: bool) -> bytes:
    """Return a BOOLEAN."""
    return tlv(BOOLEAN, b"\xff" if value else b"\0")


def bit_string(content: bytes, unused: int = 0) -> bytes:
    """Return a BIT STRING."""
    return tlv(BIT_STRING, bytes((unused,)) + content)


def octet_string(content: bytes) -> bytes:
    """Return an OCTET STRING."""
    return tlv(OCTET_STRING, content)


def named_bits(numbers: Iterable[int]) -> bytes:
    """Return a BIT STRING of named bits, trailing zeros cut as DER demands."""
    wanted = set(numbers)
    if not wanted:
        return bit_string(b"")
    count = max(wanted) + 1
    bits = "".join("1" if number in wanted else "0" for number in range(count))
    unused = -count % 8
    return bit_string(int(bits + "0" * unused, 2).to_bytes((count + 7) // 8), unused)


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return tlv(OID, bytes(content))


def time(value: datetime) -> bytes:
    """Return a UTCTime up to 2049, a GeneralizedTime after."""
    if 1950 <= value.year < 2050:
        return tlv(UTC_TIME, value.strftime("%y%m%d%H%M%SZ").encode())
    text = f"{value.year:04d}" + value.strftime("%m%d%H%M%SZ")
    return tlv(GENERALIZED_TIME, text.encode())
