"""Problems: what is wrong with a policy document, where, and what to write instead."""

from notation_verifier.values import dataclass


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
