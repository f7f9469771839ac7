"""A story: how one use case is played on an account, and what it saw."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sealward.subjects import SubjectKey
from tests.capabilities.account import Account
from tests.capabilities.expected import Said
from tests.capabilities.policy import repository
from tests.capabilities.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a story leaves to be judged."""

    key: SubjectKey
    facts: Mapping[str, Said] = field(default_factory=dict)
    late: Mapping[str, Callable[[], Said]] = field(default_factory=dict)
    """What is asked for once the image stands as expected."""


Story = Callable[[Account], Told]
STORIES: dict[str, Story] = {}
"""By use case; each registers itself."""
Put = Callable[[Shelf], object]
BEFORE: dict[str, Put] = {}
"""What is put into the registry before the stack is there, by use case."""


def story(name: str) -> Callable[[Story], Story]:
    """Register a story under its use case's name."""

    def registered(tell: Story) -> Story:
        STORIES[name] = tell
        return tell

    return registered


def before(
    name: str,
) -> Callable[[Callable[[Shelf], object]], Callable[[Shelf], object]]:
    """Register what a use case needs to be there before the stack."""

    def registered(put: Callable[[Shelf], object]) -> Callable[[Shelf], object]:
        BEFORE[name] = put
        return put

    return registered


def shelf_of(here: Account, name: str) -> Shelf:
    """Return the repository of a use case."""
    return here.shelf(repository(name))
