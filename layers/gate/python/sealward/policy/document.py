"""Strict JSON: a document's bytes into plain values, and the fields of an object.

Stricter than ``json``: no duplicate names, no NaN, no trailing data, no lone
surrogates, bounded size. Every problem is kept with its place; reading goes on, so that
a reader sees all of them at once.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, TypeVar

from sealward.policy.problems import Problems

T = TypeVar("T")

_SHOWN = 80
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_DURATION = re.compile(r"(0|[1-9][0-9]{0,8})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_LONGEST = timedelta(days=365)
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z"
)


class _Repeating(dict[str, Any]):
    """An object that wrote a name twice: the walk reports it with its place."""

    repeated: str


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    names: set[str] = set()
    for name, _ in pairs:
        if name in names:
            break
        names.add(name)
    repeating = _Repeating(value)
    repeating.repeated = name
    return repeating


def _constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def pointer(*path: str | int) -> str:
    """Return the RFC 6901 pointer of ``path``."""
    return "".join(
        "/" + _whole(str(step)).replace("~", "~0").replace("/", "~1") for step in path
    )


def _whole(text: str) -> str:
    """Escape half characters, which no encoder of ours would take."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def shown(value: object) -> str:
    """Return ``value`` as a short piece of ASCII for a message."""
    match value:
        case list():
            return "a list"
        case dict():
            return "an object"
        case str() if len(value) > _SHOWN:
            return json.dumps(value[:_SHOWN]) + "..."
        case _:
            return json.dumps(value)[: 2 * _SHOWN]


def parse(document: bytes, *, limit: int, problems: Problems) -> Any:  # noqa: ANN401 - JSON
    """Return the value that ``document`` (UTF-8 JSON, at most ``limit`` bytes) writes.

    Raises:
        InvalidBundle: it is too large or not JSON, or problems were found before.
    """
    if len(document) > limit:
        problems.add(
            "",
            f"{len(document)} bytes are more than the {limit} allowed",
            "split the policies over several stacks, or drop unused certificates",
        )
        problems.refuse()
    repeating: list[object] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = _object(pairs)
        if isinstance(value, _Repeating):
            repeating.append(value)
        return value

    try:
        value = json.loads(
            document.decode("utf-8"),
            object_pairs_hook=members,
            parse_constant=_constant,
        )
    except (ValueError, RecursionError) as error:
        problems.add(
            "",
            f"not a JSON document: {str(error)[:200]}",
            "write one UTF-8 JSON object as docs/policy.md shows, nothing after it",
        )
        problems.refuse()
    # Half characters come only from escapes: UTF-8 has none. Most documents have
    # neither, and are not walked.
    if repeating or _ESCAPED_SURROGATE.search(document):
        _walk(value, problems)
    return value


def _walk(document: object, problems: Problems) -> None:
    # A stack of its own: the decoder may nest deeper than Python's calls.
    left: list[tuple[str, object]] = [("", document)]
    while left:
        where, value = left.pop()
        items: Iterable[tuple[str | int, object]] = ()
        match value:
            case str() if _SURROGATE.search(value):
                problems.add(where, "half a character", "write whole characters")
            case dict():
                if isinstance(value, _Repeating):
                    problems.add(
                        where,
                        f"the name {shown(value.repeated)} stands twice in one object",
                        "keep one of them",
                    )
                if any(_SURROGATE.search(name) for name in value):
                    problems.add(where, "half a character", "write whole characters")
                items = value.items()
            case list():
                items = enumerate(value)
            case _:
                pass
        left += [(where + pointer(step), member) for step, member in items]


def duration(text: str) -> timedelta:
    """Return the duration that ``text`` (``10m``; s, m, h or d) writes.

    Raises:
        ValueError: it writes none, or one over 365 days.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{shown(text)} is not a duration")
    value = timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
    if value > _LONGEST:
        raise ValueError(f"{shown(text)} is longer than 365 days")
    return value


def duration_text(value: timedelta) -> str:
    """Return ``value``, whole seconds, as ``duration`` reads it."""
    seconds = int(value.total_seconds())
    for unit, size in reversed(_SECONDS.items()):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return "0s"


def instant(text: str) -> datetime:
    """Return the UTC instant that ``text`` (``2027-01-15T00:00:00Z``) writes.

    Raises:
        ValueError: it writes none.
    """
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"{shown(text)} is not an instant in UTC")
    return datetime.fromisoformat(text).astimezone(UTC)


class Fields:
    """The fields of one JSON object, each read once; ``end`` reports unread ones."""

    def __init__(self, value: object, where: str, problems: Problems) -> None:
        self.where = where
        self._problems = problems
        self._left: dict[str, Any] = {}
        self._known: list[str] = []
        if isinstance(value, dict):
            self._left = dict(value)
        else:
            problems.add(where, f"{shown(value)} is not an object", "write {…} here")

    def _problem(self, name: str, message: str, remedy: str) -> None:
        self._problems.add(f"{self.where}{pointer(name)}", message, remedy)

    def take(self, name: str, kind: type[T], remedy: str) -> T | None:
        """Return the field of JSON type ``kind``; None where absent, null or wrong."""
        self._known.append(name)
        value = self._left.pop(name, None)
        if value is None:
            return None
        # bool is an int to Python, not to JSON.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self._problem(name, f"{shown(value)} is of the wrong type", remedy)
            return None
        return value

    def need(self, name: str, kind: type[T], remedy: str) -> T | None:
        """As ``take``, but the field must be there."""
        if self._left.get(name) is None:
            self._known.append(name)
            self._left.pop(name, None)
            self._problem(name, "missing", remedy)
            return None
        return self.take(name, kind, remedy)

    def parsed(
        self, name: str, parse_text: Callable[[str], T], default: T, remedy: str
    ) -> T:
        """Return the text field as ``parse_text`` reads it (ValueError: a problem)."""
        text = self.take(name, str, remedy)
        if text is None:
            return default
        try:
            return parse_text(text)
        except ValueError as error:
            self._problem(name, str(error), remedy)
            return default

    def end(self) -> None:
        """Report each field that nobody asked for."""
        for name in self._left:
            self._problem(name, "unknown field", f"write one of {_listed(self._known)}")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(names))
