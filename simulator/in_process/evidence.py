"""The evidence store in process: what an S3 bucket with Object Lock would hold."""

from collections.abc import Sequence
from datetime import date

from sealward.ports.failures import Denied, NotFound, PortError


class InProcessEvidence:
    """``sealward.ports.evidence_store``: the store and the quota, in memory.

    ``refuse`` is raised by every call while it is set.
    """

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.taken: dict[tuple[str, date], int] = {}
        self.refuse: PortError | None = None

    def keep(self, key: str, content: bytes) -> None:
        """See the port."""
        self._may()
        self.objects.setdefault(key, content)

    def read(self, key: str, *, limit: int) -> bytes:
        """See the port."""
        self._may()
        content = self.objects.get(key)
        if content is None or len(content) > limit:
            raise NotFound(f"no object {key} of at most {limit} bytes")
        return content

    def keys(self, prefix: str) -> Sequence[str]:
        """See the port."""
        self._may()
        return [key for key in self.objects if key.startswith(prefix)]

    def spent(self, repository: str, day: date) -> int:
        """See the port."""
        self._may()
        return self.taken.get((repository, day), 0)

    def take(self, repository: str, day: date, size: int) -> None:
        """See the port."""
        self.taken[repository, day] = self.spent(repository, day) + size

    def _may(self) -> None:
        if self.refuse is not None:
            raise self.refuse


DENIED = Denied("PutObject s3://evidence: AccessDenied")
"""As a missing right or a key policy would."""
