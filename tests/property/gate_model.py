"""What the gate should end in: read from a history alone.

Imports nothing of what it judges. It knows the rules of the policy the histories run
under, quarantine at the end of the grace, and nothing of how they are carried out.
"""

from dataclasses import dataclass, field


@dataclass
class ImageHistory:
    """What happened to one image."""

    good: bool = False
    """A signature the policy trusts was attached."""
    bad: bool = False
    """Something else that calls itself a signature was attached."""
    noticed: bool = False
    """An event about it, or about one of its referrers, arrived."""


@dataclass(frozen=True)
class Expected:
    """How an image should stand once all is quiet."""

    verdict: str
    status: str
    open_finding: bool


@dataclass
class GateModel:
    """The histories of all images, and which artifact belongs to which."""

    images: dict[str, ImageHistory] = field(default_factory=dict)
    belongs: dict[str, str] = field(default_factory=dict)
    """Digest of an image or a referrer, to its image's digest."""

    def pushed(self, digest: str) -> None:
        """An image landed, for the first time or again."""
        self.images.setdefault(digest, ImageHistory())
        self.belongs[digest] = digest

    def attached(self, digest: str, image: str, *, good: bool) -> None:
        """A referrer landed."""
        self.belongs[digest] = image
        if good:
            self.images[image].good = True
        else:
            self.images[image].bad = True

    def arrived(self, digest: str) -> None:
        """An event about an artifact arrived."""
        self.images[self.belongs[digest]].noticed = True

    def expected(self, digest: str) -> Expected | None:
        """Return how the image should stand; None where nobody ever heard of it."""
        image = self.images[digest]
        if not image.noticed:
            return None
        if image.good:
            return Expected("trusted", "ACTIVE", open_finding=False)
        return Expected(
            "untrusted" if image.bad else "unsigned", "ARCHIVED", open_finding=True
        )
