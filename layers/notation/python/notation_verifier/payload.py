"""The payload of a signature: the descriptor of the artifact that was signed.

Spec: signature-specification, Payload.
"""

import re
from collections.abc import Iterable, Mapping

from notation_verifier._strict import (
    StrictError,
    base64_standard,
    folded,
    json_object,
    refuse_case_variants,
)
from notation_verifier.descriptor import Descriptor
from notation_verifier.values import dataclass

_DIGEST = re.compile(
    r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}", re.ASCII
)
_MEMBERS = folded("targetArtifact")
_PLATFORM_TEXTS = folded("architecture", "os", "os.version", "variant")
_PLATFORM_FEATURES = "os.features"
_OPTIONAL = folded("annotations", "artifactType", "data", "platform", "urls")
_TARGET_MEMBERS = {**folded("mediaType", "digest", "size"), **_OPTIONAL}


class PayloadError(Exception):
    """A payload that names no artifact; never leaves the package."""


@dataclass(frozen=True, slots=True)
class TargetArtifact:
    """What a payload binds."""

    descriptor: Descriptor
    annotations: Mapping[str, str]
    """The user metadata that was signed with it."""


def read_payload(payload: bytes) -> TargetArtifact:
    """Return what ``payload`` binds; its other members are not used.

    Raises:
        PayloadError: not a JSON object by the strict reader, or without a
            ``targetArtifact`` of media type, digest and size; or the reference could
            not read it, because an optional member is of another type.
    """
    try:
        members = json_object(payload)
        refuse_case_variants(members, _MEMBERS)
        target = members.get("targetArtifact")  # (3.2)
        if not isinstance(target, dict):
            raise PayloadError("targetArtifact is missing or no object")
        refuse_case_variants(target, _TARGET_MEMBERS)
        for name in _OPTIONAL.values():
            if target.get(name) is not None and not _readable(name, target[name]):
                raise PayloadError(f"targetArtifact.{name} is of another type")
    except StrictError as error:
        raise PayloadError(f"the payload: {error}") from None
    media_type, digest = target.get("mediaType"), target.get("digest")
    size = target.get("size")
    if not isinstance(media_type, str) or not media_type:
        raise PayloadError("targetArtifact.mediaType is missing or not text")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise PayloadError("targetArtifact.digest is missing or no SHA-2 digest")
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise PayloadError("targetArtifact.size is missing or no count of bytes")
    return TargetArtifact(
        Descriptor(media_type=media_type, digest=digest, size=size),
        target.get("annotations") or {},
    )


def _readable(name: str, value: object) -> bool:
    """Return whether an optional member of a descriptor is of its type.

    Raises:
        StrictError: ``data`` is not base64, a member of ``platform`` a case variant.
    """
    match name:
        case "annotations":
            return isinstance(value, dict) and _texts(value.values())
        case "data":
            return isinstance(value, str) and base64_standard(value) is not None
        case "platform":
            return isinstance(value, dict) and _readable_platform(value)
        case "urls":
            return isinstance(value, list) and _texts(value)
        case _:
            return isinstance(value, str)


def _readable_platform(platform: dict[str, object]) -> bool:
    refuse_case_variants(platform, {**_PLATFORM_TEXTS, **folded(_PLATFORM_FEATURES)})
    features = platform.get(_PLATFORM_FEATURES)
    return (features is None or (isinstance(features, list) and _texts(features))) and (
        _texts(
            platform[name]
            for name in _PLATFORM_TEXTS.values()
            if platform.get(name) is not None
        )
    )


def _texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)
