"""The artifact of a layout that a command is about: ``LAYOUT[@digest|:tag]``."""

import re
from dataclasses import dataclass
from pathlib import Path

from notation_verifier import Descriptor
from sealward.cli.oci_index import Entry
from sealward.cli.oci_layout import InvalidLayout, OciLayout, refers
from sealward.cli.output import printable
from sealward.events import is_digest
from sealward.subjects import Image, OtherArtifact, classify
from sealward.subjects.manifests import BadManifest

_REFERRERS_TAG = re.compile(r"sha256-[0-9a-f]{64}")
"""Of an index of referrers. Spec: OCI distribution-spec, Referrers Tag Schema."""
_ANY = "readable artifact that is no signature"
_SHOWN = 10
"""Artifacts named where one has to be chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One artifact of a layout, its manifest read."""

    layout: OciLayout
    descriptor: Descriptor
    tags: tuple[str, ...]
    problem: BadManifest | None
    """What is wrong with its manifest; such a one is never trusted."""


def open_target(text: str) -> Target:
    """Return the artifact that ``LAYOUT[@digest|:tag]`` names.

    Raises:
        InvalidLayout: there is no such layout, no such artifact, or more than one.
    """
    path, wanted = _parted(text)
    layout = OciLayout(path)
    entry = _only(layout, wanted)
    digest, media_type = entry.descriptor.digest, entry.descriptor.media_type
    content = layout.content(digest)
    if content is None:
        raise InvalidLayout(f"{path} lists {digest} and does not hold it")
    if len(content) != entry.descriptor.size:
        raise InvalidLayout(
            f"{path} lists {digest} with {entry.descriptor.size} bytes; it has "
            f"{len(content)}"
        )
    artifact = classify(content, media_type)
    return Target(
        layout=layout,
        descriptor=entry.descriptor,
        tags=entry.tags,
        problem=artifact.problem if isinstance(artifact, Image) else None,
    )


def _parted(text: str) -> tuple[Path, str]:
    """Return the folder, and ``@digest``, ``:tag`` or nothing."""
    place, at, digest = text.rpartition("@")
    if at and is_digest(digest):
        return Path(place), f"@{digest}"
    if Path(text).is_dir():
        return Path(text), ""
    if at and digest.startswith("sha256:"):
        raise InvalidLayout(f"{digest[:120]!a} is no digest: sha256: and 64 hex digits")
    place, colon, tag = text.rpartition(":")
    if colon and "/" not in tag:
        return Path(place), f":{tag}"
    return Path(text), ""


def _only(layout: OciLayout, wanted: str) -> Entry:
    if wanted.startswith("@"):
        found = [
            each for each in layout.entries if each.descriptor.digest == wanted[1:]
        ]
    elif wanted:
        found = [each for each in layout.entries if wanted[1:] in each.tags]
    else:
        found = [each for each in layout.entries if _is_artifact(layout, each)]
    if len(found) == 1:
        return found[0]
    what = (
        printable(wanted[1:])
        if wanted
        else "artifact that can be read and is no signature"
    )
    if not found:
        raise InvalidLayout(f"{layout.path} lists no {what}")
    named = ", ".join(each.descriptor.digest for each in found[:_SHOWN])
    raise InvalidLayout(
        f"{layout.path} lists {len(found)} of {what}; name one by @digest: {named}"
    )


def _is_artifact(layout: OciLayout, entry: Entry) -> bool:
    """Whether someone who names no artifact could mean this one: it refers to none."""
    if not entry.top or any(_REFERRERS_TAG.fullmatch(tag) for tag in entry.tags):
        return False
    try:
        content = layout.content(entry.descriptor.digest)
    except InvalidLayout:
        return False
    if content is None:
        return False
    match classify(content, entry.descriptor.media_type):
        case Image():
            return True
        case OtherArtifact():
            return not refers(content)
        case _:
            return False
