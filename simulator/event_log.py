"""The events emitted: kept, for tests that drop, repeat, delay or reorder them."""

from collections.abc import Iterator
from typing import Any

Event = dict[str, Any]


class EventLog:
    """Events on their way, oldest first; AWS promises neither order nor once."""

    def __init__(self) -> None:
        self.emitted: list[Event] = []
        """Every event ever emitted."""
        self._pending: list[Event] = []

    def __call__(self, event: Event) -> None:
        """Take an event from a service."""
        self.emitted.append(event)
        self._pending.append(event)

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._pending))

    def __len__(self) -> int:
        return len(self._pending)

    def take(self, position: int = 0, *, keep: bool = False) -> Event:
        """Return the event at a position: any but 0 reorders, ``keep`` repeats it.

        Raises:
            IndexError: there is no such event on its way.
        """
        return self._pending[position] if keep else self._pending.pop(position)

    def drop(self, position: int = 0) -> None:
        """Lose an event: ECR's are best effort."""
        del self._pending[position]

    def drain(self) -> list[Event]:
        """Return all events on their way, in order; none are left."""
        events, self._pending = self._pending, []
        return events
