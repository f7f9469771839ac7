"""What a story of the demo is."""

from typing import Protocol

from demo.cases import Case, Image, Outcome
from demo.stack import LocalAws
from demo.stage import Stage
from tests.figures import Figures

TRUSTED = Outcome(verdict="trusted", step="none", finding=None, reason="satisfied")


class Story(Protocol):
    """One story: what it pushes and does, and what must come of it."""

    @property
    def name(self) -> str:
        """Return its name, as it is shown."""
        ...

    @property
    def images(self) -> tuple[Image, ...]:
        """Return the images that get a row in the demo's table."""
        ...

    def prepare(self, aws: LocalAws) -> None:
        """Do what comes before the stack is deployed."""
        ...

    def tell(self, stage: Stage) -> None:
        """Play it; beside the other stories, in a thread of its own."""
        ...

    def judge(self, stage: Stage, figures: Figures) -> None:
        """Add the figures that show whether it ended as it should."""
        ...


def image_of(
    case: Case, *, story: str, about: str, expected: Outcome, repository: str = ""
) -> Image:
    """Return the image of a demo case as a story shows it, in its own repository."""
    return Image(
        case=story,
        about=about,
        repository=repository or f"demo/{story}",
        digest=case.images[0].digest,
        label=story,
        expected=expected,
    )
