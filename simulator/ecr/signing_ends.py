"""How managed signing ends: as tests, the demo and the command line ask for it."""

from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningEnd:
    """How managed signing ends in some repositories."""

    repositories: str
    """A name, or a pattern with ``*``."""
    after: timedelta
    failure_code: str = ""
    """Empty where it completes."""
    failure_reason: str = ""


class SigningEnds:
    """How managed signing ends where it was said; the last one said counts."""

    def __init__(self) -> None:
        self._ends: list[SigningEnd] = []

    def add(self, end: SigningEnd) -> None:
        """Let the signings of what is pushed from now on end so."""
        self._ends.insert(0, end)

    def clear(self) -> None:
        """Let them complete again."""
        self._ends.clear()

    def of(self, repository: str, after: timedelta) -> SigningEnd:
        """Return how they end in ``repository``; complete ``after`` if nobody said."""
        for end in self._ends:
            if fnmatchcase(repository, end.repositories):
                return end
        return SigningEnd(repositories=repository, after=after)
