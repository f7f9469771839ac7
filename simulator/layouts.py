"""OCI image layouts: folders of manifests and layers, as the specification has them."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_LARGEST_MANIFEST = 4 * 1024 * 1024


class InvalidLayout(Exception):  # noqa: N818 - says what the folder is
    """The folder is no OCI image layout that can be pushed; says what is missing."""


class Layout:
    """An OCI image layout on disk.

    Raises:
        InvalidLayout: ``index.json`` is missing or no JSON.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            index = json.loads((folder / "index.json").read_text())
            self.roots: list[dict[str, Any]] = list(index["manifests"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidLayout(
                f"{folder} is no OCI image layout: index.json: {error}"
            ) from error

    def blob(self, digest: str) -> bytes:
        """Return a blob's bytes as they are, matching their name or not.

        Raises:
            InvalidLayout: there is none.
        """
        found = _DIGEST.fullmatch(digest)
        if found is None:
            raise InvalidLayout(f"{self.folder}: {digest!r} is not a sha256 digest")
        try:
            return (self.folder / "blobs" / "sha256" / found[1]).read_bytes()
        except OSError as error:
            raise InvalidLayout(f"{self.folder}: no blob {digest}: {error}") from error

    def manifest(self, digest: str) -> Mapping[str, Any]:
        """Return a manifest as JSON.

        Raises:
            InvalidLayout: there is none, or it is no JSON object.
        """
        content = self.blob(digest)
        if len(content) > _LARGEST_MANIFEST:
            raise InvalidLayout(f"{self.folder}: {digest} is larger than 4 MiB")
        try:
            document = json.loads(content)
        except ValueError as error:
            raise InvalidLayout(f"{self.folder}: {digest}: {error}") from error
        if not isinstance(document, dict):
            raise InvalidLayout(f"{self.folder}: {digest} is no JSON object")
        return document

    def descriptor(self, digest: str) -> dict[str, Any]:
        """Return the descriptor of a manifest: from the index, else from itself."""
        for entry in self.roots:
            if entry.get("digest") == digest:
                return entry
        own = self.manifest(digest).get("mediaType")
        return {"digest": digest, "mediaType": own}

    def in_order(
        self,
        *,
        digests: Collection[str] | None = None,
        images: bool = True,
        referrers: bool = True,
    ) -> Iterator[dict[str, Any]]:
        """Yield descriptors as they must be pushed: children, parents, referrers.

        Args:
            digests: these and their children only; all of ``index.json`` if None.
            images: whether to yield manifests without a subject.
            referrers: whether to yield manifests with one.

        Raises:
            InvalidLayout: a manifest is missing or none.
        """
        starts = self.roots
        if digests is not None:
            starts = [self.descriptor(digest) for digest in digests]
        seen: dict[str, dict[str, Any]] = {}
        for entry in starts:
            self._collect(entry, seen)
        refers = {digest: "subject" in self.manifest(digest) for digest in seen}
        if images:
            yield from (entry for digest, entry in seen.items() if not refers[digest])
        if referrers:
            yield from (entry for digest, entry in seen.items() if refers[digest])

    def _collect(self, entry: dict[str, Any], seen: dict[str, dict[str, Any]]) -> None:
        digest = entry["digest"]
        if digest in seen:
            return
        for child in self.manifest(digest).get("manifests", ()):
            self._collect(child, seen)
        seen[digest] = entry
