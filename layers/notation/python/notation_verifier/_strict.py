"""Strict readers of JSON, base64 and RFC 3339 times: one value for one spelling.

The reference's readers accept duplicate members, case variants, line breaks in base64
and more. Two readers of one envelope may then see two different signatures, so each of
these is refused here. docs/deviations.md lists them.
"""

import json
import re
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from math import isinf
from typing import Any, NoReturn

from notation_verifier.errors import NotationError

MAX_JSON_DEPTH = 32
"""Containers inside containers; envelopes and policies need five."""
_MAX_INTEGER_DIGITS = 19

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
# The reference reads times without taking escapes back, and everything else with.
_NEEDLESS_ESCAPE = re.compile(
    r"(?<!\\)(?:\\\\)*\\u00(?:2[bdeBDE]|3[0-9aA]|[46][1-9a-fA-F]|[57][0-9aA])"
)
_BRACKETS = re.compile(r"[^\[\]{}]+")
_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]{1,6}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))",
    re.ASCII,
)
# To the standard alphabet; what belongs to that one alone becomes what neither has.
_URL_ALPHABET = bytes.maketrans(b"-_+/=", b"+/...")


class StrictError(NotationError):
    """Text or bytes that a strict reader refuses; callers say where it was found."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise StrictError(f"member {name[:80]!r} occurs twice")
            seen.add(name)
    return members


def _constant(name: str) -> NoReturn:
    raise StrictError(f"{name} is no JSON value")


def _integer(digits: str) -> int:
    if len(digits) > _MAX_INTEGER_DIGITS:
        raise StrictError("an integer has more than 19 characters")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if isinf(number):
        raise StrictError("a number is larger than any of 64 bits")
    return number


def _has_at_most(most: int, brackets: str, text: str) -> bool:
    """Whether ``text``, its strings included, has no more than ``most`` brackets.

    Leaps from one to the next: nearly all of an envelope is base64.
    """
    found = 0
    for bracket in brackets:
        at = text.find(bracket)
        while at >= 0:
            found += 1
            if found > most:
                return False
            at = text.find(bracket, at + 1)
    return True


def _deeper_than(text: str, depth: int) -> bool:
    """Whether brackets outside strings nest deeper than ``depth``."""
    if _has_at_most(depth, "[{", text):
        return False
    open_brackets = 0
    for bracket in _BRACKETS.sub("", _STRING.sub("", text)):
        if bracket in "[{":
            open_brackets += 1
            if open_brackets > depth:
                return True
        else:
            open_brackets -= 1
    return False


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_constant,
)


def json_value(data: bytes) -> Any:  # noqa: ANN401 - JSON is any value
    """(E3) Return the one JSON value ``data`` holds.

    Refused: invalid UTF-8, a byte order mark, duplicate members, NaN and infinities,
    integers beyond 19 characters, lone surrogates, letters and digits as escapes,
    nesting beyond ``MAX_JSON_DEPTH``, anything but white space after the value.

    Raises:
        StrictError: any of these, or not JSON at all.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise StrictError(f"byte {error.start} is not UTF-8") from None
    # One character is looked for several times faster than two.
    escaped = "\\" in text and "\\u" in text
    if escaped and _NEEDLESS_ESCAPE.search(text):
        raise StrictError("a letter or digit is written as an escape")
    if _deeper_than(text, MAX_JSON_DEPTH):
        raise StrictError(f"nested deeper than {MAX_JSON_DEPTH}")
    try:
        value = _DECODER.decode(text)
        if escaped:
            # The only way for a lone surrogate into the value.
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise StrictError(f"not JSON at character {error.pos}: {error.msg}") from None
    except UnicodeEncodeError:
        raise StrictError("a string holds a lone surrogate") from None
    except (ValueError, RecursionError) as error:
        raise StrictError(f"not JSON: {type(error).__name__}") from None
    return value


def json_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object ``data`` holds; see :func:`json_value`.

    Raises:
        StrictError: not a JSON object by those rules.
    """
    value = json_value(data)
    if not isinstance(value, dict):
        raise StrictError("a JSON object is wanted")
    return value


def refuse_case_variants(
    members: Mapping[Any, object], known: Mapping[str, str]
) -> None:
    """Refuse a member that differs from a known one only in case.

    Go's reader would take it for the known one; ours would not.

    Args:
        members: the object's members; labels that are no text are passed over.
        known: each known name by its case-folded form.

    Raises:
        StrictError: names the member.
    """
    for name in members:
        if isinstance(name, str):
            meant = known.get(name.casefold())
            if meant is not None and meant != name:
                raise StrictError(f"member {name[:80]!r} must be written {meant!r}")


def folded(*names: str) -> dict[str, str]:
    """Return ``names`` by their case-folded forms, for :func:`refuse_case_variants`."""
    return {name.casefold(): name for name in names}


def base64_standard(text: str) -> bytes:
    """(E3) Return the bytes of canonical, padded standard base64.

    Raises:
        StrictError: another alphabet, line breaks, missing padding, non-zero last bits.
    """
    try:
        encoded = text.encode("ascii")
        data = a2b_base64(encoded, strict_mode=True)
    except (UnicodeEncodeError, Base64Error):
        raise StrictError("not standard base64 with padding") from None
    if len(encoded) % 4:
        # Python's reader takes one "=" too many.
        raise StrictError("not standard base64 with padding")
    _check_last_bits(data, encoded)
    return data


def base64_url(text: str) -> bytes:
    """(E3) Return the bytes of canonical base64url without padding (RFC 7515 2).

    Raises:
        StrictError: another alphabet, padding, line breaks, non-zero last bits.
    """
    try:
        encoded = text.encode("ascii")
        padded = encoded.translate(_URL_ALPHABET) + b"=" * (-len(encoded) % 4)
        data = a2b_base64(padded, strict_mode=True)
    except (UnicodeEncodeError, Base64Error):
        raise StrictError("not base64url without padding") from None
    _check_last_bits(data, padded)
    return data


def _check_last_bits(data: bytes, encoded: bytes) -> None:
    """Refuse base64 whose last character has bits that no byte takes up.

    Raises:
        StrictError: as said.
    """
    left_over = len(data) % 3
    if left_over and b2a_base64(data[-left_over:], newline=False) != encoded[-4:]:
        raise StrictError("base64 that is not canonical in its last character")


def rfc3339(text: str) -> datetime:
    """(E3) Return the instant an RFC 3339 date-time names, in UTC.

    Refused beside what RFC 3339 refuses: lower-case ``t`` and ``z``, leap seconds,
    fractions finer than a microsecond (they would be cut off), years before 1.

    Raises:
        StrictError: not such a time.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise StrictError(f"{text[:40]!r} is not an RFC 3339 time")
    fraction, sign, hours, minutes = match.group(7, 8, 9, 10)
    zone: timezone = UTC
    try:
        if sign is not None:
            if int(hours) > 23 or int(minutes) > 59:  # noqa: PLR2004 - the clock
                raise StrictError(f"{text!r} has no such offset")
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            zone = timezone(-offset if sign == "-" else offset)
        year, month, day, hour, minute, second = map(int, match.groups()[:6])
        micros = int(fraction.ljust(6, "0")) if fraction else 0
        local = datetime(year, month, day, hour, minute, second, micros, zone)
        return local if zone is UTC else local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise StrictError(f"{text!r} is no instant of the calendar") from None
