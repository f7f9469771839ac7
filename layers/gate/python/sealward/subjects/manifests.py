"""Manifests: an OCI or Docker manifest's bytes, read strictly.

Runtimes read JSON leniently: the last of two equal names wins, and names match
whatever their case. What two readers could read differently is refused here, so that a
manifest cannot be one thing to Sealward and another to a runtime
(docs/threat-model.md, 1 and 8).
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NoReturn

OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
DOCKER_LIST: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
INDEX_TYPES: Final = frozenset({OCI_INDEX, DOCKER_LIST})

MANIFEST_LIMIT: Final = 4 * 1024 * 1024
"""Bytes; what ECR allows a manifest."""
DEPTH_LIMIT: Final = 32
"""Nesting of objects and arrays; real manifests need five."""

_NAMES: Final = frozenset(
    {
        "annotations",
        "artifactType",
        "blobs",
        "config",
        "data",
        "digest",
        "fsLayers",
        "layers",
        "manifests",
        "mediaType",
        "platform",
        "schemaVersion",
        "size",
        "subject",
        "urls",
    }
)
_FOLDED: Final = {name.casefold(): name for name in _NAMES}


class ManifestProblem(StrEnum):
    """What is wrong with a manifest; each is a reason in docs/findings.md."""

    AMBIGUOUS = "manifest-ambiguous"
    MALFORMED = "manifest-malformed"
    TOO_LARGE = "manifest-too-large"


class BadManifest(ValueError):  # noqa: N818 - named by what is wrong
    """A manifest that cannot be read in one way only."""

    def __init__(self, problem: ManifestProblem, message: str) -> None:
        self.problem = problem
        self.message = message
        super().__init__(message)


def parse_manifest(
    content: bytes, media_type: str, *, limit: int = MANIFEST_LIMIT
) -> Mapping[str, Any]:
    """Return the manifest's object.

    Args:
        content: the bytes the registry serves.
        media_type: the type the registry declares.
        limit: most bytes to read.

    Raises:
        BadManifest: too large, not one JSON object, nested too deeply, a name twice or
            in another case, a media type of its own that differs, or both an index and
            an image.
    """
    if len(content) > limit:
        raise BadManifest(
            ManifestProblem.TOO_LARGE,
            f"the manifest has {len(content)} bytes, more than {limit}",
        )
    value = _parse(content)
    if not isinstance(value, dict):
        raise BadManifest(
            ManifestProblem.MALFORMED, "the manifest is not a JSON object"
        )
    _require_shallow(value)
    for described in _described(value):
        _require_plain_names(described)
    _require_one_kind(value, media_type)
    return value


def _parse(content: bytes) -> object:
    try:
        return json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise BadManifest(
            ManifestProblem.MALFORMED,
            f"the manifest is not strict JSON: {_first_line(error)}",
        ) from error


def _require_shallow(value: object) -> None:
    level = [value]
    for _ in range(DEPTH_LIMIT):
        level = [
            member
            for node in level
            if isinstance(node, dict | list)
            for member in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return
    raise BadManifest(
        ManifestProblem.MALFORMED, f"the manifest nests deeper than {DEPTH_LIMIT}"
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object writes a name twice")
    return value


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]


def _described(value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the manifest and the descriptors it holds: what a runtime reads."""
    found = [value]
    found += [
        value[name]
        for name in ("config", "subject")
        if isinstance(value.get(name), dict)
    ]
    for name in ("layers", "manifests", "blobs"):
        members = value.get(name)
        if isinstance(members, list):
            found.extend(member for member in members if isinstance(member, dict))
    return found


def _require_plain_names(value: Mapping[str, Any]) -> None:
    for name in value:
        if name not in _NAMES and name.casefold() in _FOLDED:
            raise BadManifest(
                ManifestProblem.AMBIGUOUS,
                f"the name {name!a} is read as {_FOLDED[name.casefold()]} by some "
                "and ignored by others",
            )


def _require_one_kind(value: Mapping[str, Any], media_type: str) -> None:
    own = value.get("mediaType")
    if own is not None and own != media_type:
        raise BadManifest(
            ManifestProblem.AMBIGUOUS,
            f"the manifest says it is {ascii(own)[:120]}, the registry says "
            f"{media_type!a}",
        )
    lists = "manifests" in value
    if lists and ("config" in value or "layers" in value):
        raise BadManifest(
            ManifestProblem.AMBIGUOUS,
            "the manifest is an index and an image at once: it has manifests as well "
            "as config or layers",
        )
    if lists != (media_type in INDEX_TYPES):
        raise BadManifest(
            ManifestProblem.AMBIGUOUS,
            f"the registry says {media_type!a}, but the manifest has "
            f"{'a' if lists else 'no'} list of manifests",
        )
