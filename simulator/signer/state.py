"""What a Signer remembers: profiles with their versions, jobs, what is revoked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from simulator.behaviours import Behaviours
from simulator.errors import ServiceError
from simulator.places import Place
from simulator.signer.authority import Authority

PLATFORM = "Notation-OCI-SHA384-ECDSA"


class Status(StrEnum):
    """A profile's."""

    ACTIVE = "Active"
    CANCELED = "Canceled"
    REVOKED = "Revoked"


@dataclass(slots=True, kw_only=True)
class Version:
    """One version of a profile."""

    arn: str
    name: str
    validity: timedelta
    revoked_from: datetime | None = None
    """The revocation's effective time."""


@dataclass(slots=True, kw_only=True)
class Profile:
    """A signing profile; its newest version signs."""

    name: str
    arn: str
    versions: dict[str, Version] = field(default_factory=dict)
    canceled: bool = False

    @property
    def newest(self) -> Version:
        """The version that signs."""
        return next(reversed(self.versions.values()))

    @property
    def status(self) -> Status:
        """Whether it signs."""
        if self.canceled:
            return Status.CANCELED
        revoked = self.newest.revoked_from is not None
        return Status.REVOKED if revoked else Status.ACTIVE


@dataclass(slots=True, kw_only=True)
class Job:
    """One payload signed."""

    id: str
    arn: str
    version: Version
    revoked: bool = False


@dataclass(kw_only=True)
class Signer:
    """AWS Signer of one account in one Region."""

    place: Place
    behaviours: Behaviours
    authority: Authority
    at: Callable[[Place], "Signer"]
    """Returns the Signer of another account or Region."""
    profiles: dict[str, Profile] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)

    def profile(self, name: str) -> Profile:
        """Return a profile.

        Raises:
            ServiceError: there is none of that name.
        """
        found = self.profiles.get(name)
        if found is None:
            raise not_found(f"Profile {name} not found in {self.place.account}")
        return found


def not_found(message: str) -> ServiceError:
    """Return Signer's error for what there is not."""
    return ServiceError("ResourceNotFoundException", message)


def invalid(message: str) -> ServiceError:
    """Return Signer's error for a request that breaks a rule."""
    return ServiceError("ValidationException", message)
