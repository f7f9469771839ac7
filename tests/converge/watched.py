"""The registry as the gate sees it; what the gate asks to be changed is noted."""

from typing import Any

from sealward.ports.registry import Registry


class Watched:
    """Passes everything on."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.asked: list[tuple[str, str]] = []
        """What, and of which digest."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)

    def archive(self, repository: str, digest: str) -> None:
        """See the port."""
        self.asked.append(("archive", digest))
        self._registry.archive(repository, digest)

    def delete(self, repository: str, digest: str) -> None:
        """See the port."""
        self.asked.append(("delete", digest))
        self._registry.delete(repository, digest)

    def restore(self, repository: str, digest: str) -> None:
        """See the port."""
        self.asked.append(("restore", digest))
        self._registry.restore(repository, digest)
