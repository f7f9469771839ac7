"""The image a command is about, wherever it lies: its descriptor and its signatures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from notation_verifier import Descriptor
from sealward.ports.registry import Contents, ImageDetail, Referrer
from sealward.subjects import Image, classify
from sealward.subjects.manifests import BadManifest

Listing = tuple[Sequence[Referrer], Sequence[str]]
"""What refers to an image, and the digests of what could not be read."""


class InvalidReference(ValueError):  # noqa: N818 - named by what is wrong
    """A text that names no image of Amazon ECR, or one that is not there."""


class RegistryUnanswered(Exception):  # noqa: N818 - named by what is wrong
    """The registry would not say: nothing is known of the image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageTarget:
    """One image, its manifest read."""

    place: str
    """What is said instead of its digest alone: ``host/name``; empty in a layout."""
    repository: str
    """Its name to ``contents``; empty in a layout."""
    contents: Contents
    detail: ImageDetail
    descriptor: Descriptor
    problem: BadManifest | None
    """What is wrong with its manifest; such a one is never trusted."""
    referrers: Callable[[], Listing]
    """Lists what refers to it, when asked."""


def problem_of(content: bytes, media_type: str) -> BadManifest | None:
    """Return what is wrong with a manifest, if it is an image's at all."""
    artifact = classify(content, media_type)
    return artifact.problem if isinstance(artifact, Image) else None
