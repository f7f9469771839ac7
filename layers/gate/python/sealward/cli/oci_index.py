"""Indexes of an OCI image layout: ``index.json`` and the indexes it lists.

Spec: OCI image-spec, Image Layout and Image Index.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from notation_verifier import Descriptor
from sealward.events import is_digest
from sealward.subjects.manifests import BadManifest, parse_manifest

_TAG: Final = "org.opencontainers.image.ref.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A manifest that the layout lists."""

    descriptor: Descriptor
    tags: tuple[str, ...]
    """Empty for most signatures, and for what only an index below lists."""
    top: bool
    """Whether ``index.json`` itself lists it."""


class BadIndex(Exception):  # noqa: N818
    """An index, or an entry of it, that cannot be read in one way only."""


def read_index(content: bytes, media_type: str, *, top: bool) -> Iterator[Entry]:
    """Yield what an index lists.

    Args:
        content: its bytes.
        media_type: of an index.
        top: whether it is ``index.json``; only its tags count.

    Raises:
        BadIndex: as it says; what was yielded before stands.
    """
    try:
        listed = parse_manifest(content, media_type)["manifests"]
    except BadManifest as problem:
        raise BadIndex(problem.message) from None
    if not isinstance(listed, list):
        raise BadIndex("manifests is no list")
    for at, value in enumerate(listed):
        here = f"manifests[{at}]"
        if not isinstance(value, dict):
            raise BadIndex(f"{here} is no object")
        kind, digest = value.get("mediaType"), value.get("digest")
        size = value.get("size")
        if not isinstance(kind, str) or not isinstance(digest, str):
            raise BadIndex(f"{here} lacks mediaType or digest")
        if not is_digest(digest):
            raise BadIndex(f"{here}: {digest[:120]!a} is no sha256 digest")
        if type(size) is not int or size < 0:
            raise BadIndex(f"{here}: size is no number of bytes")
        annotations = value.get("annotations")
        tag = annotations.get(_TAG) if isinstance(annotations, dict) else None
        yield Entry(
            descriptor=Descriptor(media_type=kind, digest=digest, size=size),
            tags=(tag,) if top and isinstance(tag, str) else (),
            top=top,
        )
