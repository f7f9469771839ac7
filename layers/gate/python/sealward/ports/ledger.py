"""The ledger: the durable memory of verdicts, intents and what is due."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from notation_verifier.values import dataclass
from sealward.ledger import JudgedReferrers, Record
from sealward.ledger.unsigned_count import UnsignedCount
from sealward.overrides import Overrides
from sealward.ports.lineage import Lineage
from sealward.proposals import Proposals
from sealward.subjects import SubjectKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An action before it happens: written together with the record that decides it."""

    id: str
    """Unique per subject and record version."""
    action: str
    decided_at: datetime
    reason: str
    evidence: str = ""
    """SHA-256 (hex) of the dossier kept before; empty for none."""


def intent_id(record: Record) -> str:
    """Return the id of the intent that is written together with ``record``."""
    return f"{record.key}#{record.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A verdict change: the report that made it."""

    version: int
    at: datetime
    verdict: str
    report: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Due:
    """A subject that wants a look."""

    at: datetime
    """Its due time."""
    key: SubjectKey


class Ledger(Lineage, Overrides, Proposals, Protocol):
    """The durable memory. Reads are consistent."""

    def current(self, key: SubjectKey) -> Record | None:
        """Return the record of ``key``, or None.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def write(
        self,
        record: Record,
        *,
        expected: int,
        report: Mapping[str, Any] | None = None,
        intent: Intent | None = None,
    ) -> None:
        """Write ``record``, with its report and intent, all or nothing.

        ``expected`` is the version that was read, 0 for none; ``record.version`` is
        ``expected + 1``. ``report`` becomes the history entry of that version.

        Raises:
            Conflict: the stored version is not ``expected``.
            Unavailable, Denied: as named.
        """
        ...

    def history(self, key: SubjectKey) -> Sequence[HistoryEntry]:
        """Return the verdict changes of ``key``, oldest first."""
        ...

    def judged(self, key: SubjectKey) -> JudgedReferrers | None:
        """Return which referrers of ``key`` were refused before, or None.

        What cannot be read as that is None too: it only saves calls.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def keep_judged(self, key: SubjectKey, judged: JudgedReferrers) -> None:
        """Keep ``judged`` in place of what was kept of ``key``; the last writer wins.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def signed(
        self, repository: str, identity: str, *, limit: int
    ) -> Sequence[SubjectKey]:
        """Return up to ``limit`` images of ``repository`` that ``identity`` signed.

        Args:
            repository: their name.
            identity: as a policy's ``trustedIdentities`` writes it.
            limit: how many at most; in the order of their digests.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def unsigned_count(self, repository: str) -> UnsignedCount:
        """Return how many of a repository's digests ended unsigned or gone.

        It may be a second old.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def keep_unsigned_count(
        self, repository: str, count: UnsignedCount, *, expected: int
    ) -> None:
        """Write ``count`` if the stored version is ``expected``, 0 for none.

        Raises:
            Conflict: it is not.
            Unavailable, Denied: as named.
        """
        ...

    def due(
        self, before: datetime, *, after: datetime | None = None, limit: int
    ) -> Sequence[Due]:
        """Return up to ``limit`` subjects whose due time is at or before ``before``.

        ``after`` leaves out those due at that instant or earlier. Earliest first as far
        as shards allow.

        Raises:
            Unavailable, Denied: as named.
        """
        ...
