"""OCI image layouts: images and their signatures in a folder, read strictly.

Spec: OCI image-spec, Image Layout: ``oci-layout``, ``index.json``, ``blobs/sha256/``.
Whoever made the folder chose its contents: every digest is recomputed, every size is
bounded, and no name leads out of ``blobs``.
"""

import json
import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from notation_verifier import Descriptor
from sealward.cli.oci_index import BadIndex, Entry, read_index
from sealward.ports.failures import NotFound, Unavailable
from sealward.ports.registry import ImageStatus, Manifest, Referrer
from sealward.signatures.candidates import REFERRERS_LIMIT
from sealward.subjects.manifests import (
    INDEX_TYPES,
    MANIFEST_LIMIT,
    OCI_INDEX,
    OCI_MANIFEST,
)

VERSION: Final = "1.0.0"
"""``imageLayoutVersion``: the only one there is."""
ENTRIES_LIMIT: Final = 10_000
"""Manifests listed by ``index.json`` and the indexes below it."""
INDEX_DEPTH: Final = 4
"""Indexes within indexes."""
READ_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of manifests read in search of signatures."""

_MARKER_LIMIT: Final = 1024


class InvalidLayout(ValueError):  # noqa: N818 - named by what is wrong
    """A folder that is no image layout, or has not what was asked for."""


class OciLayout:
    """One layout; everything but blobs is listed once, when it is opened."""

    def __init__(self, path: Path) -> None:
        """Open the layout in ``path``.

        Raises:
            InvalidLayout: there is none, or it cannot be read in one way only.
        """
        self.path = path
        self._entries: dict[str, Entry] = {}
        self._read = 0
        marker = self._file(path / "oci-layout", _MARKER_LIMIT)
        found = _lenient(marker) if marker is not None else None
        if not isinstance(found, dict) or found.get("imageLayoutVersion") != VERSION:
            raise InvalidLayout(
                f"{path} is no OCI image layout: its file oci-layout does not say "
                f"imageLayoutVersion {VERSION}"
            )
        index = self._file(path / "index.json", MANIFEST_LIMIT)
        if index is None:
            raise InvalidLayout(f"{path} has no index.json")
        self._list(index, OCI_INDEX, depth=0)

    @property
    def entries(self) -> Sequence[Entry]:
        """Every manifest that is listed, in order, indexes before their members."""
        return tuple(self._entries.values())

    def content(self, digest: str, limit: int = MANIFEST_LIMIT) -> bytes | None:
        """Return what ``digest`` stands for; None where it is not there.

        Raises:
            InvalidLayout: larger than ``limit`` bytes, no regular file, or its bytes
                hash to something else.
        """
        place = self.path / "blobs" / "sha256" / digest.removeprefix("sha256:")
        content = self._file(place, limit)
        if content is not None and f"sha256:{sha256(content).hexdigest()}" != digest:
            raise InvalidLayout(f"{place} does not hold {digest}: its bytes differ")
        return content

    def referrers(self, digest: str) -> tuple[Sequence[Referrer], Sequence[str]]:
        """Return what refers to ``digest``, and the digests that could not be read.

        As many as ``REFERRERS_LIMIT`` are returned. What a signature is judged by is
        its manifest, read again by ``manifests``: this only lists, as a registry would.

        Raises:
            InvalidLayout: more than ``READ_LIMIT`` bytes would have to be read.
        """
        found: list[Referrer] = []
        unread: list[str] = []
        for entry in self._entries.values():
            listed = entry.descriptor
            if listed.media_type != OCI_MANIFEST or listed.digest == digest:
                continue
            try:
                content = self._counted(listed.digest)
            except _Unreadable:
                unread.append(listed.digest)
                continue
            if content is None:
                if entry.top:
                    unread.append(listed.digest)
                continue
            referrer = _referrer(content, listed, digest)
            if referrer is not None and len(found) < REFERRERS_LIMIT:
                found.append(referrer)
        return found, unread

    def manifests(
        self,
        repository: str,  # noqa: ARG002 - a layout is one repository
        digests: Sequence[str],
        *,
        largest: int = MANIFEST_LIMIT,  # noqa: ARG002 - files are read one by one
    ) -> Mapping[str, Manifest]:
        """As :class:`sealward.ports.registry.Contents`."""
        found: dict[str, Manifest] = {}
        for digest in digests:
            entry = self._entries.get(digest)
            try:
                content = None if entry is None else self.content(digest)
            except InvalidLayout:
                continue
            if entry is not None and content is not None:
                found[digest] = Manifest(
                    digest=digest,
                    media_type=entry.descriptor.media_type,
                    content=content,
                )
        return found

    def blob(
        self,
        repository: str,  # noqa: ARG002 - a layout is one repository
        digest: str,
        *,
        limit: int,
    ) -> bytes:
        """As :class:`sealward.ports.registry.Contents`."""
        try:
            content = self.content(digest, limit)
        except _Unreadable as error:
            raise Unavailable(str(error)) from error
        except InvalidLayout as error:
            raise NotFound(str(error)) from error
        if content is None:
            raise NotFound(f"{self.path} has no blob {digest}")
        return content

    def _counted(self, digest: str) -> bytes | None:
        try:
            content = self.content(digest)
        except InvalidLayout as error:
            raise _Unreadable(str(error)) from error
        self._read += len(content or b"")
        if self._read > READ_LIMIT:
            raise InvalidLayout(
                f"{self.path} has more than {READ_LIMIT} bytes of manifests"
            )
        return content

    def _list(self, content: bytes, media_type: str, *, depth: int) -> None:
        """List an index and those below it; below ``index.json``, what is usable."""
        below: list[Descriptor] = []
        try:
            below.extend(
                entry.descriptor
                for entry in read_index(content, media_type, top=depth == 0)
                if self._add(entry) and entry.descriptor.media_type in INDEX_TYPES
            )
        except BadIndex as error:
            if depth == 0:
                raise InvalidLayout(f"{self.path}/index.json: {error}") from None
        if depth == INDEX_DEPTH:
            return
        for descriptor in below:
            try:
                members = self._counted(descriptor.digest)
            except _Unreadable:
                continue  # said when it is asked for
            if members is not None:
                self._list(members, descriptor.media_type, depth=depth + 1)

    def _add(self, entry: Entry) -> bool:
        """Add an entry; return whether it was new.

        Raises:
            InvalidLayout: too many.
            BadIndex: it is listed already as something else.
        """
        listed = entry.descriptor
        known = self._entries.setdefault(listed.digest, entry)
        if len(self._entries) > ENTRIES_LIMIT:
            raise InvalidLayout(
                f"{self.path} lists more than {ENTRIES_LIMIT} manifests"
            )
        if known is entry:
            return True
        if known.descriptor != listed:
            raise BadIndex(
                f"{listed.digest} is listed twice, with another media type or size"
            )
        tags = tuple(dict.fromkeys((*known.tags, *entry.tags)))
        self._entries[listed.digest] = replace(known, tags=tags)
        return False

    def _file(self, place: Path, limit: int) -> bytes | None:
        try:
            if not stat.S_ISREG(place.stat().st_mode):
                raise InvalidLayout(f"{place} is no regular file")
            with place.open("rb") as file:
                content = file.read(limit + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _Unreadable(f"{place}: {error.strerror}") from error
        if len(content) > limit:
            raise InvalidLayout(f"{place} is larger than {limit} bytes")
        return content


class _Unreadable(InvalidLayout):
    """There is something, but the system does not give it."""


def refers(content: bytes) -> bool:
    """Return whether a manifest names a subject, by a registry's lenient reading."""
    manifest = _lenient(content)
    return isinstance(manifest, dict) and isinstance(manifest.get("subject"), dict)


def _referrer(content: bytes, listed: Descriptor, subject: str) -> Referrer | None:
    manifest = _lenient(content)
    if not isinstance(manifest, dict):
        return None
    refers, config = manifest.get("subject"), manifest.get("config")
    if not isinstance(refers, dict) or refers.get("digest") != subject:
        return None
    artifact_type = manifest.get("artifactType")
    if not artifact_type and isinstance(config, dict):
        artifact_type = config.get("mediaType")
    annotations = manifest.get("annotations")
    return Referrer(
        digest=listed.digest,
        media_type=listed.media_type,
        artifact_type=artifact_type if isinstance(artifact_type, str) else "",
        size=len(content),
        status=ImageStatus.ACTIVE,
        annotations={
            name: text
            for name, text in (
                annotations.items() if isinstance(annotations, dict) else ()
            )
            if isinstance(text, str)
        },
    )


def _lenient(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
