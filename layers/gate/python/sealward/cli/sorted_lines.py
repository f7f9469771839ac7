"""Sorting more than fits into memory: chunks on disk, merged."""

import heapq
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import groupby, islice
from typing import IO, Any, Final

CHUNK: Final = 20_000
"""Entries sorted in memory; about 40 MB of reports."""


@contextmanager
def sorted_lines(
    entries: Iterable[tuple[str, Mapping[str, Any]]], chunk: int = CHUNK
) -> Iterator[Iterator[Mapping[str, Any]]]:
    """Yield ``entries``, sorted by what each comes with, each once, out of files.

    Args:
        entries: read once, ``chunk`` at a time; the same one may come again.
        chunk: entries kept in memory.
    """
    with ExitStack() as files:
        # A line begins with its key: lines sort as their entries do.
        lines = (json.dumps(each, sort_keys=True) + "\n" for each in entries)
        parts: list[IO[str]] = []
        while taken := sorted(islice(lines, chunk)):
            file = files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
            file.writelines(taken)
            file.seek(0)
            parts.append(file)
        yield (json.loads(line)[1] for line, _ in groupby(heapq.merge(*parts)))
