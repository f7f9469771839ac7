"""What a registry holds: repositories, images, layers; and what time does to them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from simulator.behaviours import Behaviours
from simulator.ecr.manifests import StoredManifest
from simulator.ecr.signing_ends import SigningEnds
from simulator.errors import ServiceError
from simulator.places import Place


class Status(StrEnum):
    """ECR's imageStatus."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"
    ACTIVATING = "ACTIVATING"


@dataclass(slots=True, kw_only=True)
class Signing:
    """The managed signing of one image by one profile."""

    profile: str
    """The signing profile's ARN."""
    ends_at: datetime
    failure_code: str = ""
    """Empty where it is to complete."""
    failure_reason: str = ""
    status: str = "IN_PROGRESS"


@dataclass(slots=True, kw_only=True)
class Replicating:
    """One copying of one image to one destination."""

    account: str
    region: str
    tag: str | None
    ends_at: datetime
    status: str = "IN_PROGRESS"
    failure_code: str = ""


@dataclass(slots=True, kw_only=True)
class Backfill:
    """A backfill that was started."""

    id: str
    account: str
    region: str
    started_at: datetime
    copies: list[tuple[str, str]] = field(default_factory=list)
    """Repository and digest of each."""


@dataclass(slots=True, kw_only=True)
class Image:
    """One digest in one repository."""

    manifest: StoredManifest
    sequence: int
    """Its place in listings: the order of first pushes."""
    pushed_at: datetime
    tags: list[str] = field(default_factory=list)
    status: Status = Status.ACTIVE
    changes_at: datetime | None = None
    """When an archiving or restoring that was asked for is complete."""
    last_archived_at: datetime | None = None
    last_activated_at: datetime | None = None
    last_pulled_at: datetime | None = None
    expires_at: datetime | None = None
    """When ECR removes it because its subject is gone."""
    signings: list[Signing] = field(default_factory=list)
    """What its last push began."""
    replications: list[Replicating] = field(default_factory=list)
    """Its copyings, oldest first."""

    @property
    def digest(self) -> str:
        """The manifest's digest."""
        return self.manifest.digest


@dataclass(slots=True, kw_only=True)
class Upload:
    """A layer upload that was begun."""

    content: bytearray = field(default_factory=bytearray)


@dataclass(slots=True, kw_only=True)
class Repository:
    """One repository."""

    name: str
    created_at: datetime
    settings: Mapping[str, Any]
    """CreateRepository's remaining parameters, given back as they came."""
    policy: str | None = None
    """Its repository policy, as it was set."""
    images: dict[str, Image] = field(default_factory=dict)
    layers: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)

    def tagged(self, tag: str) -> Image | None:
        """Return the image that holds ``tag``."""
        return next((x for x in self.images.values() if tag in x.tags), None)

    def indexes_of(self, digest: str) -> Iterator[Image]:
        """Yield the images whose manifest lists ``digest``."""
        return (x for x in self.images.values() if digest in x.manifest.children)


class Emit(Protocol):
    """Takes an event's detail-type, detail and time, and the ARNs it is about."""

    def __call__(
        self,
        detail_type: str,
        detail: Mapping[str, Any],
        at: datetime,
        resources: list[str] | None = None,
    ) -> None:
        """Emit the event."""
        ...


Sign = Callable[[str, bytes, datetime], bytes]
"""Takes a signing profile's ARN, a payload and the time; returns the envelope."""


Peer = Callable[[str, str], "Registry"]
"""Returns the registry of another account and Region."""


def _no_signer(profile: str, _payload: bytes, _at: datetime) -> bytes:
    raise ServiceError("SIGNER_UNAVAILABLE", f"nobody signs by {profile} here")


def _no_peer(account: str, region: str) -> "Registry":
    raise ServiceError("PeerUnknown", f"there is no registry {account}/{region} here")


@dataclass(slots=True, kw_only=True)
class Registry:
    """One account's registry in one Region."""

    place: Place
    behaviours: Behaviours
    emit: Emit
    layer_url: Callable[[Place, str, str], str]
    """Where a layer can be fetched: takes the place, the repository and the digest."""
    repositories: dict[str, Repository] = field(default_factory=dict)
    pull_time_exclusions: dict[str, datetime] = field(default_factory=dict)
    signing_rules: list[dict[str, Any]] | None = None
    """The signing configuration; None where there is none."""
    signing_ends: SigningEnds = field(default_factory=SigningEnds)
    sign: Sign = _no_signer
    peer: "Peer" = _no_peer
    replication_rules: list[dict[str, Any]] = field(default_factory=list)
    registry_policy: str | None = None
    backfills: list[Backfill] = field(default_factory=list)
    counter: int = 0
    next_change: datetime | None = None
    """No image changes by itself before then; None for never."""

    def next_number(self) -> int:
        """Return a number never returned before."""
        self.counter += 1
        return self.counter

    def changes_at(self, at: datetime) -> None:
        """Note that an image will change by itself."""
        if self.next_change is None or at < self.next_change:
            self.next_change = at

    def repository(self, request: Mapping[str, Any]) -> Repository:
        """Return the repository a request names.

        Raises:
            ServiceError: there is none, or the request names another registry.
        """
        name = request["repositoryName"]
        account = request.get("registryId") or self.place.account
        found = self.repositories.get(name)
        if account != self.place.account or found is None:
            raise ServiceError(
                "RepositoryNotFoundException",
                f"The repository with name '{name}' does not exist in the registry "
                f"with id '{account}'",
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls, and when."""

    caller: str
    """The principal's ARN, or empty."""
    now: datetime
