"""Stories: what takes more than pushes in their order to show."""

from demo.stories.fallback_tag import FallbackTag
from demo.stories.full_registry import FullRegistry
from demo.stories.managed_signing import ManagedSigning
from demo.stories.mended import Mended
from demo.stories.outage import Outage
from demo.stories.re_push import RePush
from demo.stories.story import Story

__all__ = ["Story", "stories"]


def stories() -> tuple[Story, ...]:
    """Return the demo's stories in the order their images are shown."""
    return (
        FallbackTag(),
        ManagedSigning(),
        RePush(),
        Mended(),
        Outage(),
        FullRegistry(),
    )
