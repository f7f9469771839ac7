"""The payload of a signature: the descriptor of the artifact that was signed.

Spec: signature-specification, Payload.
"""

import re

from notation_verifier._strict import (
    StrictError,
    folded,
    json_object,
    refuse_case_variants,
)
from notation_verifier.descriptor import Descriptor

_DIGEST = re.compile(
    r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}", re.ASCII
)
_MEMBERS = folded("targetArtifact")
_TARGET_MEMBERS = folded("mediaType", "digest", "size")


class PayloadError(Exception):
    """A payload that names no artifact; never leaves the package."""


def read_payload(payload: bytes) -> Descriptor:
    """Return the descriptor that ``payload`` binds; its other members are not read.

    Raises:
        PayloadError: not a JSON object by the strict reader, or without a
            ``targetArtifact`` of media type, digest and size.
    """
    try:
        members = json_object(payload)
        refuse_case_variants(members, _MEMBERS)
        target = members.get("targetArtifact")
        if not isinstance(target, dict):
            raise PayloadError("targetArtifact is missing or no object")
        refuse_case_variants(target, _TARGET_MEMBERS)
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
    return Descriptor(media_type=media_type, digest=digest, size=size)
