"""The artifact of a layout that a command is about: ``LAYOUT[@digest|:tag]``."""

import re
from datetime import datetime
from functools import partial
from pathlib import Path

from sealward.cli.image_target import ImageTarget, problem_of
from sealward.cli.oci_index import Entry
from sealward.cli.oci_layout import InvalidLayout, OciLayout, refers
from sealward.cli.output import printable
from sealward.events import is_digest
from sealward.ports.registry import ImageDetail, ImageStatus
from sealward.subjects import Image, OtherArtifact, classify

_REFERRERS_TAG = re.compile(r"sha256-[0-9a-f]{64}")
"""Of an index of referrers. Spec: OCI distribution-spec, Referrers Tag Schema."""
_ANY = "readable artifact that is no signature"
_SHOWN = 10
"""Artifacts named where one has to be chosen."""


def open_layout(text: str, *, now: datetime) -> ImageTarget:
    """Return the artifact that ``LAYOUT[@digest|:tag]`` names.

    Args:
        text: as above.
        now: stands for when it was pushed, which a layout does not say.

    Raises:
        InvalidLayout: there is no such layout, no such artifact, or more than one.
    """
    path, wanted = _parted(text)
    layout = OciLayout(path)
    entry = _only(layout, wanted)
    descriptor = entry.descriptor
    content = layout.content(descriptor.digest)
    if content is None:
        raise InvalidLayout(f"{path} lists {descriptor.digest} and does not hold it")
    if len(content) != descriptor.size:
        raise InvalidLayout(
            f"{path} lists {descriptor.digest} with {descriptor.size} bytes; it has "
            f"{len(content)}"
        )
    return ImageTarget(
        place="",
        repository="",
        contents=layout,
        detail=ImageDetail(
            digest=descriptor.digest,
            status=ImageStatus.ACTIVE,
            media_type=descriptor.media_type,
            size=None,
            tags=entry.tags,
            pushed_at=now,
            subject_digest=None,
        ),
        descriptor=descriptor,
        problem=problem_of(content, descriptor.media_type),
        referrers=partial(layout.referrers, descriptor.digest),
    )


def _parted(text: str) -> tuple[Path, str]:
    """Return the folder, and ``@digest``, ``:tag`` or nothing."""
    place, at, digest = text.rpartition("@")
    if at and is_digest(digest):
        return Path(place), f"@{digest}"
    if is_there(text):
        return Path(text), ""
    if at and digest.startswith("sha256:"):
        raise InvalidLayout(f"{digest[:120]!a} is no digest: sha256: and 64 hex digits")
    place, colon, tag = text.rpartition(":")
    if colon and "/" not in tag:
        return Path(place), f":{tag}"
    return Path(text), ""


def is_there(name: str) -> bool:
    """Return whether there is a file or folder of this name."""
    try:
        return Path(name).exists()
    except OSError:  # longer than a name can be
        return False


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
