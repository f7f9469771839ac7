"""Facts: what a history says to the models, in words of its own.

As the models it imports nothing of what they judge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

ACTIVE, ARCHIVED, ACTIVATING = "ACTIVE", "ARCHIVED", "ACTIVATING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What is true of one signature, wherever it lies."""

    image: str
    """Digest of the image it signs."""
    signer: str = ""
    """Who made it; empty where it is no envelope at all."""
    anchored: bool = True
    """Whether its chain ends in the policy's trust store."""
    expires: datetime | None = None
    made: int = 0
    """Later ones have larger numbers, and say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a policy says of a repository."""

    signers: frozenset[str]
    level: str = "strict"
    quarantine: bool = True
    grace: timedelta = timedelta(minutes=10)
    enforce_from: datetime | None = None
    fail_fast: bool = False
    deletes: bool = False
    """Whether what was held for a day is deleted."""
    source_grace: timedelta | None = None
    """For signatures of what comes from a registry that the policy names."""
    unsigned_per_day: int = 100
    """After so many digests that nobody signed the repository's grace is a minute."""
    statement: str = ""
    """Equal where the very same policy governs."""

    def satisfied_by(self, signature: Signature, at: datetime) -> bool:
        """Return whether the signature alone makes its image trusted."""
        if not signature.signer:
            return False
        if self.level == "audit":
            return True
        return (
            signature.anchored
            and signature.signer in self.signers
            and (self.level != "strict" or not _expired(signature, at))
        )

    def wrongly_signed(self, signature: Signature) -> bool:
        """Return whether a real signature is by somebody who must not sign."""
        return (
            bool(signature.signer)
            and signature.anchored
            and signature.signer not in self.signers
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The registry's word about one artifact, at one moment."""

    status: str
    pushed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message reached the gate."""

    at: datetime
    repository: str
    digest: str
    """What the message named: an image or a signature."""
    before: Mapping[str, Standing]
    """What the repository held when it arrived, by digest."""
    after: Mapping[str, Standing]
    """What it held when the gate was done with it."""
    asked_for: bool = False
    """Whether the gate itself had asked for this look, when it last looked."""
    replicated: bool = False
    """Whether an event says that the image came from another registry."""
    signing_failed: bool = False
    """Whether the registry's own signing of it has failed by now."""


def _expired(signature: Signature, at: datetime) -> bool:
    return signature.expires is not None and at >= signature.expires
