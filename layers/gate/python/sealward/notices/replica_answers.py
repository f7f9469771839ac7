"""Answers to the account that replicates here: what became of one of its images.

Whoever asks has assumed the role that the stack made for that one account. It is told
of what came from there, in the repositories the stack was given for it, and of nothing
else; what is refused looks the same whether it exists or not (threat-model.md, 19).
"""

from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.decisions.releases import BREAK_GLASS
from sealward.events import is_digest, is_repository
from sealward.ledger.records import Record
from sealward.ports.ledger import Ledger
from sealward.subjects import SubjectKey

_FIELDS: Final = {"repository", "digest"}
_UNKNOWN: Final = "nothing is known of such an image replicated from your account"

_RELEASED: Final = "released there for a while"
"""By whom and why is for that account's own people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaAnswers:
    """Answers out of the ledger, for one source."""

    ledger: Ledger
    source: str
    """The account that may ask, twelve digits; empty: nobody may."""
    repositories: tuple[str, ...]
    """What it replicates here: names, and prefixes by whole path segments, ``prod/*``.
    """

    def of(self, request: object) -> dict[str, Any]:
        """Return what is held of the image that ``request`` names, or ``refused``.

        Args:
            request: ``{"repository": …, "digest": …}``, of any shape.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        if not isinstance(request, dict) or set(request) != _FIELDS:
            return {"refused": "write a repository and a digest, and nothing else"}
        repository, digest = request["repository"], request["digest"]
        if not isinstance(repository, str) or not is_repository(repository):
            return {"refused": "repository: no name that ECR allows"}
        if not isinstance(digest, str) or not is_digest(digest):
            return {"refused": "digest: write sha256: and 64 lower-case hex digits"}
        if not self.source or not any(
            _covers(each, repository) for each in self.repositories
        ):
            return {"refused": _UNKNOWN}
        record = self.ledger.current(SubjectKey(repository=repository, digest=digest))
        if record is None or not self._came_from_there(record):
            return {"refused": _UNKNOWN}
        return _told(record)

    def _came_from_there(self, record: Record) -> bool:
        replica = record.replica
        return replica is not None and replica.source.startswith(f"{self.source}/")


def _covers(pattern: str, repository: str) -> bool:
    if pattern.endswith("/*"):
        return repository.startswith(pattern[:-1])
    return pattern == repository


def _told(record: Record) -> dict[str, Any]:
    replica = record.replica
    return {
        "repository": record.key.repository,
        "digest": record.key.digest,
        "verdict": record.verdict.value,
        "reason": record.reason,
        "detail": _RELEASED if record.reason == BREAK_GLASS else record.detail,
        "cause": replica.cause.value if replica and replica.cause else "",
        "causeDetail": replica.detail if replica else "",
        "hold": record.hold.state.value if record.hold else "",
        "statement": record.statement,
        "bundleSerial": record.bundle_serial,
        "bundleDigest": record.bundle_digest,
        "asOf": record.updated_at.isoformat(timespec="seconds"),
    }
