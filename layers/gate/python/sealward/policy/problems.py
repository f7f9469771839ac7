"""Problems: what is wrong with a policy document, where, and what to write instead."""

from typing import Final

from notation_verifier.values import dataclass

MOST_PROBLEMS: Final = 100
"""Problems that are listed; a document with more is not read further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a bundle or a policy."""

    pointer: str
    """RFC 6901 pointer into the document; empty for the whole."""
    message: str
    """What is wrong."""
    remedy: str
    """What to write instead."""

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.message}; {self.remedy}"


class InvalidBundle(Exception):  # noqa: N818 - named by what is wrong
    """The bundle cannot be used: what is wrong, where (a JSON pointer), what to write.

    ``problems`` holds every problem found; ``str()`` is one line for each.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class Problems:
    """Collects problems while a document is read."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, where: str, message: str, remedy: str) -> None:
        """Keep one problem; give up reading when there are too many.

        Raises:
            InvalidBundle: more than ``MOST_PROBLEMS`` were found.
        """
        self._found.append(Problem(pointer=where, message=message, remedy=remedy))
        if len(self._found) >= MOST_PROBLEMS:
            self._found.append(
                Problem(
                    pointer="",
                    message=f"more than {MOST_PROBLEMS - 1} problems, the rest unread",
                    remedy="mend these first",
                )
            )
            self.refuse()

    def refuse(self) -> None:
        """Raise InvalidBundle if there are problems."""
        if self._found:
            raise InvalidBundle(tuple(self._found))
