"""Indexes: the manifests that an image index or manifest list names.

An index is a subject of its own. What it lists are its children: platform images,
attestations, further indexes. OCI image-spec, Image Index; Docker manifest list.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from notation_verifier import Descriptor
from sealward.events import is_digest
from sealward.subjects.manifests import INDEX_TYPES, BadManifest, parse_manifest

WRITTEN_LIMIT: Final = 16
"""Digests an index does not list that are remembered: anybody may write them, and each
costs an item and a look."""
_DIGEST: Final = re.compile(rb'"(sha256:[0-9a-f]{64})"')
_ESCAPE: Final = re.compile(rb"\\u00([2-7][0-9a-fA-F])")
"""A printable ASCII character as JSON may write it as well."""


def is_index(media_type: str) -> bool:
    """Return whether the registry's media type is that of an index."""
    return media_type in INDEX_TYPES


def listed(content: bytes, media_type: str) -> tuple[Descriptor, ...]:
    """Return the descriptors an index lists, in its order and each once.

    What is no descriptor is left out, and so is everything where the manifest is none
    or can be read in two ways.

    Args:
        content: the manifest's bytes, hashed to the digest asked for.
        media_type: the type the registry declares.
    """
    if not is_index(media_type):
        return ()
    try:
        entries = parse_manifest(content, media_type)["manifests"]
    except BadManifest:
        return ()
    if not isinstance(entries, list):
        return ()
    found = (_descriptor(entry) for entry in entries)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def mentioned(content: bytes, media_type: str) -> tuple[str, ...]:
    """Return the digests an index writes anywhere, those it lists first.

    For what a registry may take for listed where this reader does not: what is listed
    counts elsewhere, here it is only where to look. Of those it does not list, the
    first ``WRITTEN_LIMIT``.
    """
    if not is_index(media_type):
        return ()
    found = dict.fromkeys(one.digest for one in listed(content, media_type))
    others = (digest for digest in _written(content) if digest not in found)
    return (*found, *islice(dict.fromkeys(others), WRITTEN_LIMIT))


def mentions(content: bytes, media_type: str, digest: str) -> bool:
    """Return whether ``digest`` is written anywhere, without parsing."""
    return is_index(media_type) and digest in _written(content)


def _written(content: bytes) -> Iterator[str]:
    """Yield every text of JSON that is a digest, in whatever it stands."""
    plain = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), content)
    for found in _DIGEST.finditer(plain):
        yield found[1].decode()


def _descriptor(entry: object) -> Descriptor | None:
    if not isinstance(entry, dict):
        return None
    media_type, digest = entry.get("mediaType"), entry.get("digest")
    size = entry.get("size")
    if (
        not isinstance(media_type, str)
        or not isinstance(digest, str)
        or not is_digest(digest)
        or type(size) is not int
    ):
        return None
    return Descriptor(media_type=media_type, digest=digest, size=size)
