"""Answers kept: bytes that were relied on, until they run out. Pure.

Only what the verifier relied on is kept: bytes whose signature held, that were current
and no older than known. An error, an ``unknown`` and a stranger's bytes never are.
"""

import threading
from collections import OrderedDict
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Final

from notation_verifier.values import dataclass

MOST_ANSWERS: Final = 1_024
MOST_BYTES: Final = 64 * 1024 * 1024
"""In all; a function has 512 MB."""

Question = tuple[str, bytes | None]
"""URL and body, as ``Fetch`` takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer that was relied on."""

    body: bytes
    this_update: datetime
    """When the issuer last knew this to be so."""
    fresh_until: datetime
    """Its nextUpdate, or what the policy made of it."""


class Answers:
    """Answers of one warm function, bounded; the longest unused go first.

    Safe to share between threads.
    """

    def __init__(
        self, *, most: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES
    ) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Question, Answer] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes kept."""
        return self._bytes

    def get(
        self, question: Question, *, now: datetime, max_age: timedelta | None
    ) -> bytes | None:
        """Return a kept answer that is current at ``now`` and no older than allowed."""
        with self._lock:
            answer = self._kept.get(question)
            if answer is None:
                return None
            if now >= answer.fresh_until:
                self._drop(question)
                return None
            if max_age is not None and now - answer.this_update > max_age:
                return None
            self._kept.move_to_end(question)
            return answer.body

    def keep(self, question: Question, answer: Answer) -> None:
        """Keep ``answer``; what no longer fits is dropped."""
        with self._lock:
            self._drop(question)
            if len(answer.body) > self._most_bytes:
                return
            self._kept[question] = answer
            self._bytes += len(answer.body)
            while len(self._kept) > self._most or self._bytes > self._most_bytes:
                self._drop(next(iter(self._kept)))

    def drop(self, question: Question) -> None:
        """Forget an answer: it is not relied on any more."""
        with self._lock:
            self._drop(question)

    def drop_of(self, updates: AbstractSet[datetime]) -> None:
        """Forget every answer whose ``this_update`` is one of ``updates``."""
        with self._lock:
            for question in [
                each for each, kept in self._kept.items() if kept.this_update in updates
            ]:
                self._drop(question)

    def drop_expired(self, now: datetime) -> None:
        """Forget every answer that has run out."""
        with self._lock:
            for question in [
                each for each, kept in self._kept.items() if now >= kept.fresh_until
            ]:
                self._drop(question)

    def _drop(self, question: Question) -> None:
        answer = self._kept.pop(question, None)
        if answer is not None:
            self._bytes -= len(answer.body)
