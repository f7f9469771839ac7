"""The rules of a run: each changes a good draft so that one rule is put to the test."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.differential.draft import Draft


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule and the drafts it can be tested on; None is any."""

    id: str
    apply: Callable[[Draft], None]
    format: str | None
    scheme: str | None
    lengths: tuple[int, ...] | None
    """Chain lengths it applies to."""
    weight: int = 1
    """How many times the cases of another rule it gets: it has as many shapes."""


RULES: dict[str, Rule] = {}


def rule(
    id_: str,
    *,
    format_: str | None = None,
    scheme: str | None = None,
    lengths: tuple[int, ...] | None = None,
    weight: int = 1,
) -> Callable[[Callable[[Draft], None]], Callable[[Draft], None]]:
    """Enter a function among the rules under an id of its own."""

    def enter(apply: Callable[[Draft], None]) -> Callable[[Draft], None]:
        if id_ in RULES:
            raise ValueError(f"two rules are called {id_}")
        RULES[id_] = Rule(
            id=id_,
            apply=apply,
            format=format_,
            scheme=scheme,
            lengths=lengths,
            weight=weight,
        )
        return apply

    return enter
