"""DER as timestamp tokens use it: a reader of elements, and the values they hold.

Every element has one encoding, stands where it belongs, and nothing follows it. The
verifier has its own reader instead of an ASN.1 package: see ``_der``.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from notation_verifier import _der
from notation_verifier._der import DerError, Element

BOOLEAN = 0x01
OCTET_STRING = 0x04
GENERALIZED_TIME = 0x18
IMPLICIT_0, IMPLICIT_1 = 0x80, 0x81
EXPLICIT_0, EXPLICIT_1, EXPLICIT_4 = 0xA0, 0xA1, 0xA4

_NULL = bytes.fromhex("0500")
_UTC_TIME = 0x17
_CONSTRUCTED = 0x20
_MAX_SMALL_INTEGER_OCTETS = 4
_GENERALIZED = re.compile(
    r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{0,8}[1-9]))?Z", re.ASCII
)
_UTC = re.compile(r"\d{12}Z", re.ASCII)
_FIRST_YEAR_OF_1900S = 50
_MICROSECOND_DIGITS = 6


class Reader:
    """Elements of DER, one after another, within limits."""

    __slots__ = ("_at", "_data", "_limit")

    def __init__(self, data: bytes, at: int = 0, limit: int | None = None) -> None:
        self._data = data
        self._at = at
        self._limit = len(data) if limit is None else limit

    def next(self, tag: int | None = None) -> Element:
        """Return the next element and step over it.

        Raises:
            DerError: there is none, or it has another tag.
        """
        found = _der.element(self._data, self._at, self._limit, tag)
        self._at = found.end
        return found

    def comes(self, tag: int) -> bool:
        """Return whether the next element has this tag."""
        return self._at < self._limit and self._data[self._at] == tag

    @property
    def more(self) -> bool:
        """Whether anything is left."""
        return self._at < self._limit

    def inside(self, tag: int) -> "Reader":
        """Return a reader of the next element's content, and step over it."""
        found = self.next(tag)
        return Reader(self._data, found.content, found.end)

    def value(self, tag: int) -> bytes:
        """Return the content of the next element, and step over it."""
        found = self.next(tag)
        return self._data[found.content : found.end]

    def whole(self, tag: int | None = None) -> bytes:
        """Return the next element with its tag and length, and step over it."""
        found = self.next(tag)
        return self._data[found.start : found.end]

    def oid(self) -> str:
        """Return the next element, an OBJECT IDENTIFIER, in dotted form."""
        return _der.object_identifier(self.value(_der.OBJECT_IDENTIFIER))

    def number(self, tag: int = _der.INTEGER) -> int:
        """Return the next element, an INTEGER of any size."""
        return _integer(self.value(tag))

    def small(self, tag: int = _der.INTEGER) -> int:
        """Return the next element, an INTEGER of at most four octets."""
        content = self.value(tag)
        if len(content) > _MAX_SMALL_INTEGER_OCTETS:
            raise DerError("an integer is too large")
        return _integer(content)

    def end(self) -> None:
        """Check that nothing is left.

        Raises:
            DerError: something is.
        """
        if self.more:
            raise DerError(f"{self._limit - self._at} bytes too many")

    def each(self, tag: int, most: int, what: str) -> Iterator["Reader"]:
        """Yield a reader of each remaining element's content.

        Raises:
            DerError: one has another tag, or there are more than ``most``.
        """
        count = 0
        while self.more:
            count += 1
            if count > most:
                raise DerError(f"over {most} {what}")
            yield self.inside(tag)


def check_nesting(data: bytes) -> None:
    """Check that bytes are one element of DER, and so is all that it is made of.

    What nobody reads must be well-formed too: the reference refuses a token otherwise.

    Raises:
        DerError: somewhere it is not.
    """
    outer = Reader(data)
    waiting = [outer.next()]
    outer.end()
    while waiting:
        found = waiting.pop()
        if not found.tag & _CONSTRUCTED:
            continue
        at = found.content
        while at < found.end:
            inner = _der.element(data, at, found.end)
            waiting.append(inner)
            at = inner.end


def _integer(content: bytes) -> int:
    if not content or (
        len(content) > 1
        and content[0] in (0, 255)
        and content[0] >> 7 == content[1] >> 7
    ):
        raise DerError("an integer is empty or not minimal")
    return int.from_bytes(content, signed=True)


def read_algorithm(reader: Reader, *, any_parameters: bool = False) -> str:
    """Return the identifier of the next AlgorithmIdentifier.

    Those of hashes have no parameters or NULL (RFC 5754 section 2).
    """
    identifier = reader.inside(_der.SEQUENCE)
    found = identifier.oid()
    if identifier.more:
        parameters = identifier.whole()
        if not any_parameters and parameters != _NULL:
            raise DerError(f"parameters with the hash {found}")
    identifier.end()
    return found


def generalized_time(content: bytes) -> tuple[datetime, datetime]:
    """Return a GeneralizedTime's microsecond and, if it is finer, the one after it.

    Raises:
        DerError: not UTC to the second, with a fraction that does not end in zero.
    """
    found = _GENERALIZED.fullmatch(content.decode("latin-1"))
    if not found:
        raise DerError("a time is not written as YYYYMMDDhhmmss[.f]Z")
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    fraction = found[7] or ""
    micro = int(fraction[:_MICROSECOND_DIGITS].ljust(_MICROSECOND_DIGITS, "0"))
    step = timedelta(microseconds=len(fraction) > _MICROSECOND_DIGITS)
    try:
        time = datetime(year, month, day, hour, minute, second, micro, tzinfo=UTC)
        return time, time + step
    except (ValueError, OverflowError):
        raise DerError("a time does not exist") from None


def read_time(data: bytes) -> tuple[datetime, datetime]:
    """Return the earliest and latest moment that a signingTime attribute may mean.

    Raises:
        DerError: neither UTCTime nor GeneralizedTime.
    """
    reader = Reader(data)
    if reader.comes(GENERALIZED_TIME):
        times = generalized_time(reader.value(GENERALIZED_TIME))
    else:
        text = reader.value(_UTC_TIME).decode("latin-1")
        if not _UTC.fullmatch(text):
            raise DerError("a time is not written as YYMMDDhhmmssZ")
        century = "20" if int(text[:2]) < _FIRST_YEAR_OF_1900S else "19"
        times = generalized_time((century + text).encode())
    reader.end()
    return times


def read_octets(data: bytes) -> bytes:
    """Return the content of an attribute's value, an OCTET STRING."""
    reader = Reader(data)
    content = reader.value(OCTET_STRING)
    reader.end()
    return content


def read_identifier(data: bytes) -> str:
    """Return an attribute's value, an OBJECT IDENTIFIER, in dotted form."""
    reader = Reader(data)
    found = reader.oid()
    reader.end()
    return found
