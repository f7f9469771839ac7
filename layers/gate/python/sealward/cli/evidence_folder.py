"""Evidence in a folder: files named by the SHA-256 of what is in them.

Any name that has the 64 hex digits as ``sha256-<hex>``, ``sha256_<hex>`` or plain, in
any folder below, with or without an ending: an evidence bucket, an OCI image layout and
what a person copied together all do. What a file is called counts for nothing; its
bytes are hashed.
"""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from sealward.ports.failures import NotFound
from sealward.ports.registry import Manifest
from sealward.subjects.manifests import MANIFEST_LIMIT, OCI_MANIFEST

FILES_LIMIT: Final = 100_000
"""Files of a folder that are looked at."""
FILE_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of one; a CRL may be large."""
_NAME: Final = re.compile(r"(?:sha256[-_:])?([0-9a-f]{64})(?:\.[a-z0-9.]+)?")


class EvidenceFolder:
    """``sealward.ports.registry.Contents`` over a folder; the repository is not asked.

    Args:
        folder: where the files lie.
    """

    def __init__(self, folder: Path) -> None:
        self._paths: dict[str, Path] = {}
        count = 0
        for place, _, names in os.walk(folder):
            for name in names:
                count += 1
                found = _NAME.fullmatch(name)
                if found and count <= FILES_LIMIT:
                    self._paths[found[1]] = Path(place) / name

    def of(self, sha256: str, limit: int = FILE_LIMIT) -> bytes | None:
        """Return the bytes with that hash (lower-case hex), or None."""
        path = self._paths.get(sha256)
        if path is None:
            return None
        try:
            with path.open("rb") as file:
                content = file.read(limit + 1)
        except OSError:
            return None
        if len(content) > limit or hashlib.sha256(content).hexdigest() != sha256:
            return None
        return content

    def manifests(
        self,
        repository: str,  # noqa: ARG002 - a digest is the same everywhere
        digests: Sequence[str],
        *,
        largest: int = MANIFEST_LIMIT,  # noqa: ARG002
    ) -> Mapping[str, Manifest]:
        """As ``Contents.manifests``; those that are not there are left out."""
        found: dict[str, Manifest] = {}
        for digest in digests:
            content = self.of(digest.removeprefix("sha256:"), MANIFEST_LIMIT)
            if content is not None:
                found[digest] = Manifest(
                    digest=digest, media_type=_media_type(content), content=content
                )
        return found

    def blob(self, repository: str, digest: str, *, limit: int) -> bytes:  # noqa: ARG002
        """As ``Contents.blob``.

        Raises:
            NotFound: it is not there, or larger than ``limit``.
        """
        content = self.of(digest.removeprefix("sha256:"), limit)
        if content is None:
            raise NotFound(f"{digest} is not among the evidence")
        return content


def _media_type(content: bytes) -> str:
    """Return what a manifest says it is; the registry's word is not in a file."""
    try:
        said = json.loads(content)["mediaType"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return OCI_MANIFEST
    return said if isinstance(said, str) else OCI_MANIFEST
