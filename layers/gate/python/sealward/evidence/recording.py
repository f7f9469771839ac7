"""What a look read of the registry, kept until it is known whether it is evidence.

What the verdict rested on is kept, byte for byte, and not what the registry would say
a moment later. Reading it again would also cost time in which the image can be pulled.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, Final, cast

from sealward.ports.registry import Manifest, Registry
from sealward.subjects.manifests import MANIFEST_LIMIT

REMEMBERED_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of one look; what is read beyond is read again where it is wanted."""


class Recorder:
    """Remembers what is read and heard; asks for nothing itself."""

    def __init__(self) -> None:
        self._manifests: dict[str, Manifest] = {}
        self._layers: dict[str, bytes] = {}
        self._answers: dict[bytes, None] = {}
        self._size = 0
        self._lock = Lock()

    def manifest(self, digest: str) -> Manifest | None:
        """Return the manifest ``digest`` if it was read."""
        return self._manifests.get(digest)

    def layer(self, digest: str) -> bytes | None:
        """Return the layer ``digest`` if it was read."""
        return self._layers.get(digest)

    def answers(self) -> tuple[bytes, ...]:
        """Return what was heard of revocation, in its order."""
        return tuple(self._answers)

    def note_answer(self, content: bytes) -> None:
        """Remember an OCSP answer or a CRL."""
        with self._lock:
            if content not in self._answers and self._room(content):
                self._answers[content] = None

    def note_manifests(self, found: Mapping[str, Manifest]) -> None:
        """Remember manifests that were read."""
        with self._lock:
            for digest, manifest in found.items():
                if digest not in self._manifests and self._room(manifest.content):
                    self._manifests[digest] = manifest

    def note_layer(self, digest: str, content: bytes) -> None:
        """Remember a layer that was read."""
        with self._lock:
            if digest not in self._layers and self._room(content):
                self._layers[digest] = content

    def _room(self, content: bytes) -> bool:
        if self._size + len(content) > REMEMBERED_LIMIT:
            return False
        self._size += len(content)
        return True


def recorded(registry: Registry, recorder: Recorder) -> Registry:
    """Return ``registry``; what is read through it is remembered by ``recorder``."""
    return cast("Registry", _Recorded(registry, recorder))


class _Recorded:
    """A registry that notes what it answers, and passes everything else on."""

    def __init__(self, registry: Registry, recorder: Recorder) -> None:
        self._registry = registry
        self._recorder = recorder

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the registry's own
        return getattr(self._registry, name)

    def manifests(
        self,
        repository: str,
        digests: Sequence[str],
        *,
        largest: int = MANIFEST_LIMIT,
    ) -> Mapping[str, Manifest]:
        """See the port."""
        found = self._registry.manifests(repository, digests, largest=largest)
        self._recorder.note_manifests(found)
        return found

    def blob(self, repository: str, digest: str, *, limit: int) -> bytes:
        """See the port."""
        content = self._registry.blob(repository, digest, limit=limit)
        self._recorder.note_layer(digest, content)
        return content
