"""The registry: what an image is there, and what may be asked and done."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from notation_verifier.values import dataclass
from sealward.ledger.managed_signing import ManagedSigning
from sealward.ports.lineage import IndexListing
from sealward.subjects.manifests import MANIFEST_LIMIT


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
    pulled_at: datetime | None = None
    """``lastRecordedPullTime``; None where ECR recorded none."""


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

    def signings(self, repository: str, digest: str) -> Sequence[ManagedSigning]:
        """Return what ECR's managed signing says of ``digest``, profile by profile.

        It is ECR's word on its own work, and no verification.

        Raises:
            NotFound, Denied, Unavailable: as named.
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

    def delete(self, repository: str, digest: str) -> None:
        """Delete the image with all its tags.

        Raises:
            NotFound: it is not there.
            Refused: an index lists it.
            Denied, Unavailable: as named.
        """
        ...

    def restore(self, repository: str, digest: str) -> None:
        """Ask for storage class STANDARD; ACTIVATING may last 20 minutes.

        Asking for what is already active is no error.

        Raises:
            NotFound, Refused, Denied, Unavailable: as named.
        """
        ...
