"""Sightings: what the ports say of one digest, read in as few round trips as it takes.

The registry's changeable answers must be younger than the ledger's: a look that is
overtaken by another must fail at its conditional write. They are asked for side by side
to save a round trip; where the record turns out to be about as young as the look, the
registry is asked once more.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from notation_verifier import Descriptor
from notation_verifier.values import dataclass
from sealward.decisions import Seen, Unknown, Unseen
from sealward.ledger.records import Record
from sealward.policy.bundle import InvalidBundle, PolicyBundle, Standing
from sealward.ports.bundle_source import BundleSource
from sealward.ports.failures import Denied, NotFound, PortError
from sealward.ports.ledger import Ledger
from sealward.ports.reads import Read, RunBeside, ask
from sealward.ports.registry import ImageDetail, Manifest, Referrer, Registry
from sealward.signatures.candidates import REFERRERS_LIMIT
from sealward.subjects import SubjectKey
from sealward.verifications.coverage import NODES

RACE: Final = timedelta(seconds=2)
"""How far two functions' clocks may differ, generously."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What was read about one digest."""

    key: SubjectKey
    known: Record | None
    detail: ImageDetail | None = None
    """None where the registry has no such image, or did not answer."""
    manifest: Manifest | None = None
    referrers: tuple[Referrer, ...] = ()
    parents: tuple[str, ...] = ()
    """Digests of the indexes said to list it."""
    failure: Unseen | None = None
    """What of the registry's answers could not be had."""

    @property
    def gone(self) -> bool:
        """Whether the registry says there is no such image."""
        return self.detail is None and self.failure is None

    @property
    def descriptor(self) -> Descriptor | None:
        """The image's descriptor: as served, or as kept before it was archived."""
        if self.manifest is not None:
            return Descriptor(
                media_type=self.manifest.media_type,
                digest=self.key.digest,
                size=len(self.manifest.content),
            )
        return self.known.descriptor if self.known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The bundle, or why there is none to decide by."""

    bundle: PolicyBundle | None = None
    failure: Unseen | None = None
    invalid: InvalidBundle | None = None
    expired: bool = False


def sight(
    key: SubjectKey,
    *,
    registry: Registry,
    ledger: Ledger,
    beside: RunBeside | None,
    started: datetime,
    also: tuple[Read[Any], ...] = (),
    ahead: Record | None = None,
) -> Sighting:
    """Read all that can be read of ``key`` at once, and ``also`` beside it.

    ``ahead`` is the record where the ledger was asked before: it is not asked again.

    Raises:
        Unavailable, Denied: the ledger did not answer; nothing can be decided.
    """
    known: Read[Any] = Read(lambda: ahead or ledger.current(key))
    # An index remembered this second has its children looked at, or is pending.
    parents: Read[Any] = Read(
        lambda: ledger.parents(key, limit=NODES, consistent=False)
    )
    manifest = Read(lambda: registry.manifests(key.repository, (key.digest,)))
    detail, referrers = _changeable(registry, key)
    ask((known, parents, detail, manifest, referrers, *also), beside)
    record = known.answer()
    if record is not None and record.updated_at >= started - RACE:
        detail, referrers = _changeable(registry, key)
        ask((detail, referrers), beside)
    sighting = Sighting(key=key, known=record, parents=tuple(parents.answer()))
    # Each answer is kept as it comes: a manifest tells what it is, and a status whether
    # a hold stands, even where another call failed. The first failure is the reason.
    try:
        sighting = replace(sighting, manifest=manifest.answer().get(key.digest))
    except NotFound:
        return sighting
    except PortError as error:
        sighting = replace(sighting, failure=unseen(error))
    try:
        sighting = replace(sighting, detail=detail.answer())
    except NotFound as error:
        if sighting.manifest is not None:
            # One call has it, the other not (yet, or no more): ask again.
            sighting = replace(sighting, failure=unseen(error))
    except PortError as error:
        sighting = replace(sighting, failure=sighting.failure or unseen(error))
    try:
        return replace(sighting, referrers=tuple(referrers.answer()))
    except NotFound:
        return sighting
    except PortError as error:
        if sighting.gone:
            return sighting
        return replace(sighting, failure=sighting.failure or unseen(error))


def is_due(record: Record, now: datetime) -> bool:
    """Return whether ``record`` is to be looked at again by ``now``."""
    return record.due is not None and record.due <= now + RACE


def _changeable(registry: Registry, key: SubjectKey) -> tuple[Read[Any], Read[Any]]:
    return (
        Read(lambda: registry.describe(key.repository, key.digest)),
        Read(
            lambda: registry.referrers(
                key.repository, key.digest, limit=REFERRERS_LIMIT
            )
        ),
    )


def unseen(error: PortError) -> Unseen:
    """Return what a failed call of the registry means for a look."""
    reason = (
        Unknown.ACCESS_DENIED
        if isinstance(error, Denied)
        else Unknown.REGISTRY_UNAVAILABLE
    )
    return Unseen(reason=reason, detail=str(error))


def unjudged(error: Exception) -> Unseen:
    """Return what an error nobody expected means for a look.

    It is no verdict: it may be ours. A pusher gains no more by it than ``unknownFor``.
    """
    return Unseen(
        reason=Unknown.JUDGING_FAILED,
        detail=f"a look failed over it ({type(error).__name__}); the logs say where",
    )


def in_force(bundles: BundleSource, *, account: str, now: datetime) -> InForce:
    """Return the bundle that decides now, or why none does."""
    try:
        bundle = bundles.bundle()
        standing = bundle.in_force(account, now)
    except InvalidBundle as error:
        return InForce(
            failure=Unseen(reason=Unknown.BUNDLE_INVALID, detail=str(error)),
            invalid=error,
        )
    except PortError as error:
        return InForce(
            failure=Unseen(reason=Unknown.BUNDLE_UNAVAILABLE, detail=str(error))
        )
    if standing is Standing.NOT_YET:
        return InForce(
            failure=Unseen(
                reason=Unknown.BUNDLE_UNAVAILABLE,
                detail=f"bundle {bundle.serial} is not in force before "
                f"{bundle.not_before:%Y-%m-%dT%H:%M:%SZ}",
            )
        )
    return InForce(bundle=bundle, expired=standing is Standing.EXPIRED)


__all__ = [
    "InForce",
    "Seen",
    "Sighting",
    "in_force",
    "is_due",
    "sight",
    "unjudged",
    "unseen",
]
