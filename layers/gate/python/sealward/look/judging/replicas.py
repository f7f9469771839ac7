"""Replicas: a decision about a replicated image, with why it is not trusted here.

What Git publishes is read only where an image came by replication, is refused for who
signed it, and the stack was told the address. It explains; it never decides.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from notation_verifier.values import dataclass
from sealward.decisions import Decision, Ruling
from sealward.decisions.replicas import (
    Published,
    depends_on_identity,
    diagnosed,
    trusts_signer,
)
from sealward.findings import Place
from sealward.ledger.replicas import replica_after
from sealward.look.reading.hints import Found
from sealward.look.reading.signatures import SignatureSearch
from sealward.policy.bundle import InvalidBundle, PolicyBundle
from sealward.ports.bundle_source import BundleSource
from sealward.ports.failures import PortError
from sealward.verifications import Judge, Search

_UNREAD = 300
"""Characters of why the published bundle could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicas:
    """Explains decisions about replicated images."""

    place: Place
    published: BundleSource | None
    """What Git publishes for this account; None where nobody said where."""
    signatures: SignatureSearch
    now: Callable[[], datetime]

    def explained(
        self,
        decision: Decision,
        ruling: Ruling,
        *,
        origin: str,
        found: Found,
        examined: Search,
    ) -> Decision:
        """Return ``decision``, its record with the cause where there is one.

        Args:
            decision: about the subject; it is not changed otherwise.
            ruling: what it was made by.
            origin: where this look's event said it came from, or empty.
            found: what the hint led to.
            examined: the signatures that were tried.
        """
        record = replace(
            decision.record, replica=replica_after(decision.record.replica, origin)
        )
        published = None
        if self.published is not None and depends_on_identity(record):
            published = self._held_against(self.published, found)
            if published.unread and _explained_before(decision):
                return replace(decision, record=record)
        replica = diagnosed(
            record,
            partition=self.place.partition,
            policy=ruling.policy,
            candidates=examined.candidates,
            published=published,
        )
        return replace(decision, record=replace(record, replica=replica))

    def _held_against(self, source: BundleSource, found: Found) -> Published:
        """Return what Git's bundle makes of who signed."""
        try:
            bundle = source.bundle()
            bundle.in_force(self.place.account, self.now())
        except (InvalidBundle, PortError) as error:
            return Published(unread=str(error)[:_UNREAD])
        return Published(
            serial=bundle.serial,
            digest=bundle.digest,
            trusts=self._trusts(bundle, found),
        )

    def _trusts(self, bundle: PolicyBundle, found: Found) -> bool:
        key, descriptor = found.sighting.key, found.sighting.descriptor
        policy = bundle.policy_for(
            self.place.account, self.place.region, key.repository
        )
        if policy is None or descriptor is None:
            return False
        judge = Judge(
            statement=policy.statement,
            trust_stores=bundle.trust_stores,
            signer_roots=bundle.signer_roots,
            user_metadata=policy.user_metadata,
            now=self.now(),
        )
        result = self.signatures.of(found, descriptor, policy, judge, remember=False)
        return trusts_signer(result.candidates)


def _explained_before(decision: Decision) -> bool:
    """Return whether the same refusal was explained when Git's bundle could be read."""
    known, record = decision.known, decision.record
    return (
        known is not None
        and known.replica is not None
        and known.replica.cause is not None
        and (known.reason, known.bundle_digest) == (record.reason, record.bundle_digest)
    )
