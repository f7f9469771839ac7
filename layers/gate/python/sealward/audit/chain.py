"""The chain of an export: each line's hash covers the line before.

A line that is changed, left out, added or moved breaks it at that place. Whoever keeps
the last hash elsewhere can show that nothing before it was changed.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

SCHEMA: Final = 1
LINE_LIMIT: Final = 4 * 1024 * 1024
"""Characters of a line: the ledger keeps no report larger."""


class Broken(ValueError):  # noqa: N818 - named by what is wrong
    """A chain that does not hold; ``str()`` says where."""


class Chain:
    """A chain that is being written.

    Args:
        first: the header, the chain's first content.
    """

    def __init__(self, first: Mapping[str, Any]) -> None:
        self.last = ""
        self.entries = -1
        self._first = first

    def lines(self, entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """Yield the header, ``entries`` and the end, each as a line of JSON."""
        yield self._link({"header": self._first})
        for entry in entries:
            yield self._link({"entry": entry})
        yield self._link({"end": {"entries": self.entries}})

    def _link(self, content: Mapping[str, Any]) -> str:
        self.last = linked(self.last, content)
        self.entries += 1
        return _text({**content, "chain": self.last}) + "\n"


def header(
    *, month: str, table: str, sealed: bool, made: str, previous: str
) -> dict[str, Any]:
    """Return an export's header.

    Args:
        month: as ``2026-11``.
        table: the ledger's table.
        sealed: whether the seal of what was read was checked.
        made: when, as ISO 8601.
        previous: the last hash of the export before; empty for none.
    """
    return {
        "sealward": "export",
        "schema": SCHEMA,
        "month": month,
        "table": table,
        "sealChecked": sealed,
        "made": made,
        "previous": previous,
    }


def linked(last: str, content: Mapping[str, Any]) -> str:
    """Return the hash, lower-case hex, of ``content`` after ``last``."""
    return hashlib.sha256(f"{last}\n{_text(content)}".encode()).hexdigest()


def read_chain(lines: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """Yield each line of an export, checked: header, entries, end.

    Raises:
        Broken: a line is not what its hash says, or the end is missing.
    """
    last, count, ended = "", -1, False
    for number, line in enumerate(lines, start=1):
        if ended:
            raise Broken(f"line {number}: there is something after the end")
        content = _parsed(line, number)
        said = content.pop("chain", None)
        last = linked(last, content)
        if said != last:
            raise Broken(
                f"line {number}: its hash does not follow from the line before: it was "
                "changed, or a line is missing or was moved"
            )
        expected = "header" if number == 1 else "entry"
        if "end" in content:
            ended = True
            if content["end"] != {"entries": count}:
                raise Broken(f"line {number}: the end counts another number of lines")
        elif set(content) != {expected}:
            raise Broken(f"line {number}: no {expected}")
        count += 1
        yield {**content, "chain": last}
    if not ended:
        raise Broken("the end is missing: the file was cut")


def _parsed(line: str, number: int) -> dict[str, Any]:
    if len(line) > LINE_LIMIT:
        raise Broken(f"line {number}: over {LINE_LIMIT} characters")
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Broken(f"line {number}: no JSON: {error}") from error
    if not isinstance(content, dict):
        raise Broken(f"line {number}: no JSON object")
    return content


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"))
