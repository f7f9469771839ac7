"""Turns: subjects in an order that lets no repository keep the others waiting. Pure."""

from collections import deque
from collections.abc import Iterable, Iterator

from sealward.subjects import SubjectKey


def by_turns(keys: Iterable[SubjectKey]) -> Iterator[SubjectKey]:
    """Yield ``keys`` so that each repository in turn has one, each in its order."""
    waiting: dict[str, deque[SubjectKey]] = {}
    for key in keys:
        waiting.setdefault(key.repository, deque()).append(key)
    while waiting:
        for repository in tuple(waiting):
            yield waiting[repository].popleft()
            if not waiting[repository]:
                del waiting[repository]
