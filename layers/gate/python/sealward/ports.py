"""Ports: what the gate needs of the world, and the ways the world may fail.

Adapters (``sealward.aws``) and the simulator implement these; one contract suite under
tests/contract runs against both. Adapters turn every foreign error into one of the four
below and let nothing else out; none of them retries for longer than a look may take.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from notation_verifier import Fetch
from notation_verifier.values import dataclass
from sealward.events import Hint
from sealward.ledger import JudgedReferrers, Record
from sealward.lineage import IndexListing, Lineage
from sealward.policy.bundle import PolicyBundle
from sealward.policy.revocation import HostPort
from sealward.proposals import Proposals
from sealward.subjects import SubjectKey
from sealward.subjects.manifests import MANIFEST_LIMIT

if TYPE_CHECKING:
    from notation_verifier.revocation import RevocationMemory


class PortError(Exception):
    """Something outside did not answer as asked; ``str()`` says what and where."""


class Unavailable(PortError):  # noqa: N818
    """Throttled, timed out, 5xx or unreachable: the same call may succeed later."""


class Denied(PortError):  # noqa: N818
    """Our role may not do this; retrying will not help, a person must mend it."""


class NotFound(PortError):  # noqa: N818
    """The repository, image or blob does not exist (or no longer)."""


class Refused(PortError):  # noqa: N818
    """The service understood and declines, for a reason that may pass.

    ECR refuses to archive what an active index references.
    """


class ImageStatus(StrEnum):
    """ECR's word for where an image stands."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"
    ACTIVATING = "ACTIVATING"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDetail:
    """What DescribeImages says of one digest."""

    digest: str
    status: ImageStatus
    media_type: str
    size: int | None
    """Bytes of the manifest where ECR says so; None where unknown."""
    tags: tuple[str, ...]
    pushed_at: datetime
    subject_digest: str | None
    """``subjectManifestDigest`` of a referrer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A manifest as BatchGetImage returns it; its digest has been recomputed."""

    digest: str
    media_type: str
    """``imageManifestMediaType``: the registry's, not the manifest's own word."""
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Referrer:
    """One entry of ListImageReferrers: a hint at a signature, not evidence."""

    digest: str
    media_type: str
    artifact_type: str
    size: int
    status: ImageStatus
    annotations: Mapping[str, str] = field(default_factory=dict)


class Contents(Protocol):
    """What a place holds, by digest: all that reading signatures needs."""

    def manifests(
        self,
        repository: str,
        digests: Sequence[str],
        *,
        largest: int = MANIFEST_LIMIT,
    ) -> Mapping[str, Manifest]:
        """Return the manifests that can be had of at most 100 ``digests``.

        ``largest`` is what the registry's own listing says that none of them exceeds,
        in bytes: it chooses how many are asked for at once, and refuses nothing.

        One that is missing, archived, or whose bytes do not hash to its digest is left
        out: its absence is for the caller to judge.

        Raises:
            NotFound: the repository does not exist.
            Denied, Unavailable: as named.
        """
        ...

    def blob(self, repository: str, digest: str, *, limit: int) -> bytes:
        """Return a layer's bytes, hashed to ``digest``, reading no more than ``limit``.

        Raises:
            NotFound: no such layer, larger than ``limit``, or its bytes hash otherwise.
            Denied, Unavailable: as named.
        """
        ...


class Registry(Contents, Protocol):
    """One account's ECR in one Region. Digests are always ``sha256:<hex>``."""

    account: str
    region: str

    def describe(self, repository: str, digest: str) -> ImageDetail:
        """Return the image's detail whatever its status (``imageStatus`` ANY).

        Raises:
            NotFound: no such repository or digest.
            Denied, Unavailable: as named.
        """
        ...

    def referrers(
        self, repository: str, digest: str, *, limit: int
    ) -> Sequence[Referrer]:
        """Return up to ``limit`` referrers of ``digest``, of every status and type.

        Listing order is the registry's. An unknown subject has none.

        Raises:
            Denied, Unavailable: as named.
        """
        ...

    def indexes(self, repository: str) -> IndexListing:
        """Return the active indexes of ``repository``, in the registry's order.

        A repository of more images than ECR's own quota is not read to its end.

        Raises:
            NotFound, Denied, Unavailable: as named.
        """
        ...

    def archive(self, repository: str, digest: str) -> None:
        """Ask for storage class ARCHIVE; ``describe`` says when it is so.

        Asking for what is already archived is no error.

        Raises:
            NotFound, Refused, Denied, Unavailable: as named.
        """
        ...

    def restore(self, repository: str, digest: str) -> None:
        """Ask for storage class STANDARD; ACTIVATING may last 20 minutes.

        Asking for what is already active is no error.

        Raises:
            NotFound, Refused, Denied, Unavailable: as named.
        """
        ...


class Conflict(PortError):  # noqa: N818
    """Another look wrote the record in between: look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """An action before it happens: written together with the record that decides it."""

    id: str
    """Unique per subject and record version."""
    action: str
    decided_at: datetime
    reason: str


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


class Ledger(Lineage, Proposals, Protocol):
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


class RevocationLedger(Protocol):
    """Knowledge of revocation that outlives a function and is shared by all of them."""

    def recall(self) -> "RevocationMemory | None":
        """Return all that is stored, None where nothing is. Consistent.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def learn(self, memory: "RevocationMemory") -> None:
        """Merge ``memory`` into what is stored; never take anything back.

        What others write at the same time stays. Bounded: see
        ``sealward.ledger.revocation_items``.

        Raises:
            Unavailable, Denied: as named; part of it may be stored, and it may be
                learnt again.
        """
        ...


class RevocationSources(Protocol):
    """OCSP responders and CRL servers."""

    def fetch(self, hosts: AbstractSet[HostPort]) -> Fetch:
        """Return one look's way to ask; all that it asks shares one deadline.

        Args:
            hosts: that the policy names: they may have private addresses.
        """
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """Security Hub took the finding."""


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """Security Hub did not take it; why, for the log and the record."""

    reason: str
    retry: bool
    """Whether the same finding may be taken later (throttled, Hub off)."""


class SecurityHub(Protocol):
    """Where findings go. Never raises: a finding must not stop an action."""

    def publish(self, finding: Mapping[str, Any]) -> Delivered | NotDelivered:
        """Import one ASFF document."""
        ...


class BundleSource(Protocol):
    """Where the policy bundle comes from: S3 or a file."""

    def bundle(self) -> PolicyBundle:
        """Return the bundle in force.

        Raises:
            InvalidBundle: there is one and it cannot be used; nothing is decided.
            NotFound, Denied, Unavailable: as named.
        """
        ...


class LookQueue(Protocol):
    """The queue that leads to the next look."""

    def later(self, hint: Hint, delay: timedelta) -> None:
        """Send ``hint`` to arrive after ``delay``: 0 to 15 minutes, cut to that.

        Raises:
            Unavailable, Denied: as named.
        """
        ...

    def dead_letter(self, body: str, *, reason: str) -> None:
        """Put what cannot be understood aside, its reason as a message attribute.

        Raises:
            Unavailable, Denied: as named.
        """
        ...
