"""Sorting more than fits into memory: chunks on disk, merged."""

import heapq
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import IO, Any, Final

CHUNK: Final = 20_000
"""Entries sorted in memory; about 40 MB of reports."""


@contextmanager
def sorted_lines(
    entries: Iterable[tuple[str, Mapping[str, Any]]], chunk: int = CHUNK
) -> Iterator[Iterator[Mapping[str, Any]]]:
    """Yield ``entries``, sorted by what each comes with, in temporary files.

    Args:
        entries: read once, ``chunk`` at a time.
        chunk: entries kept in memory.
    """
    with ExitStack() as files:
        rest = iter(entries)
        parts: list[IO[str]] = []
        while taken := sorted(
            ([key, entry] for key, entry in islice(rest, chunk)),
            key=lambda each: (each[0], json.dumps(each[1], sort_keys=True)),
        ):
            file = files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
            file.writelines(json.dumps(each, sort_keys=True) + "\n" for each in taken)
            file.seek(0)
            parts.append(file)
        # A line begins with its key: lines sort as their entries do.
        merged = heapq.merge(*(map(json.loads, part) for part in parts), key=_key)
        yield (entry for _, entry in merged)


def _key(line: Any) -> str:  # noqa: ANN401 (plain JSON types)
    return str(line[0])
