"""The way out of a stack, whatever it may do."""

from dataclasses import asdict, dataclass

from demo.departure import archived, observe
from demo.stack import STACK
from tests.capabilities.account import Account
from tests.capabilities.expected import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How a stack was left."""

    planned: int
    """Exit code of the plan."""
    early: int
    """Exit code of the uninstallation while the stack may still archive."""
    applied: int
    """Exit code of the uninstallation."""
    archived: int
    """Images left in the archive."""
    open: int
    """Findings that it found and did not resolve."""


def leave(here: Account) -> dict[str, Said]:
    """Plan, take the right to archive away, apply; return how it was left."""
    person, stack = here.administrator, ("--stack", STACK)
    planned = person.ask("uninstall", "--plan", *stack)
    early = 0
    if here.acts:
        early = person.sealward("uninstall", "--apply", *stack).exit_code
        observe(here.aws)
    applied = person.ask("uninstall", "--apply", "--json", *stack)
    said = applied.answer if applied.exit_code == 0 else {}
    if not said:
        print(f"{here.capability}: sealward uninstall --apply: {applied}")
    # Archived by somebody else, one stays: it is no hold of ours.
    here.until(lambda: archived(here.aws) <= 1, 60)
    return asdict(
        Left(
            planned=planned.exit_code,
            early=early,
            applied=applied.exit_code,
            archived=archived(here.aws),
            open=said.get("findings", -1) - said.get("resolved", 0),
        )
    )


def to_be_left(here: Account) -> dict[str, Said]:
    """Return how it must be left."""
    return asdict(
        Left(planned=0, early=2 if here.acts else 0, applied=0, archived=1, open=0)
    )
