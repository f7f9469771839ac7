"""Stories: what takes more than pushes in their order to show."""

from demo.stories.break_glass import BreakGlass
from demo.stories.deleted import Deleted
from demo.stories.fallback_tag import FallbackTag
from demo.stories.full_registry import FullRegistry
from demo.stories.managed_signing import ManagedSigning
from demo.stories.mended import Mended
from demo.stories.outage import Outage
from demo.stories.paused import Paused
from demo.stories.re_push import RePush
from demo.stories.replicated import Replicated
from demo.stories.story import Story
from demo.stories.told import TOPIC, Told

__all__ = ["TOPIC", "Mended", "Story", "stories"]


def stories(mended: Mended | None) -> tuple[Story, ...]:
    """Return the demo's stories in the order their images are shown.

    ``mended`` needs the real ``notation``, and is left out where that is not at hand.
    """
    return (
        FallbackTag(),
        ManagedSigning(),
        RePush(),
        *((mended,) if mended else ()),
        Told(),
        Paused(),
        BreakGlass(),
        Deleted(),
        Replicated(),
        Outage(),
        FullRegistry(),
    )
