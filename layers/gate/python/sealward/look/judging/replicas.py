"""Replicas: a decision about a replicated image, with why it is not trusted here.

What Git publishes is read only where an image came by replication, is refused for who
signed it, and the stack was told the address. It explains; it never decides.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from notation_verifier.values import dataclass
from sealward.decisions import Decision, Ruling
from sealward.decisions.judgement import ACCEPTED, GONE
from sealward.decisions.replica_identity import (
    Published,
    depends_on_identity,
    trusts_signers,
)
from sealward.decisions.replicas import depends_on_index, diagnosed
from sealward.findings import Place
from sealward.ledger.records import Record
from sealward.ledger.replicas import replica_after
from sealward.look.reading.hints import Found
from sealward.look.reading.signatures import SignatureSearch
from sealward.policy.bundle import InvalidBundle, PolicyBundle
from sealward.ports.bundle_source import BundleSource
from sealward.ports.failures import PortError
from sealward.subjects import SubjectKey
from sealward.verifications import Judge, Search

_UNREAD = 300
"""Characters of why the published bundle could not be read."""
_INDEXES = 5
"""Indexes that list an image and are asked about: anybody may push another."""


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
            index=self._index(found) if depends_on_index(record) else None,
        )
        return replace(decision, record=replace(record, replica=replica))

    def _held_against(self, source: BundleSource, found: Found) -> Published:
        """Return what Git's bundle makes of who signed."""
        try:
            bundle = source.bundle()
            bundle.in_force(self.place.account, self.now())
        except (InvalidBundle, PortError) as error:
            return Published(unread=str(error)[:_UNREAD])
        try:
            trusts = self._trusts(bundle, found)
        except PortError as error:
            # No words are worth a look that has to come again.
            return Published(unread=str(error)[:_UNREAD])
        return Published(serial=bundle.serial, digest=bundle.digest, trusts=trusts)

    def _index(self, found: Found) -> Record | None:
        """Return an index that came by replication, lists it and is not trusted."""
        repository = found.sighting.key.repository
        try:
            for digest in found.sighting.parents[:_INDEXES]:
                index = self.signatures.ledger.current(
                    SubjectKey(repository=repository, digest=digest)
                )
                if index is not None and index.replica and _is_refused(index):
                    return index
        except PortError:
            pass  # the same: it only explains
        return None

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
        return trusts_signers(result.candidates, policy.identities_required)


def _is_refused(index: Record) -> bool:
    return index.verdict not in ACCEPTED and index.reason != GONE


def _explained_before(decision: Decision) -> bool:
    """Return whether the same refusal was explained when Git's bundle could be read."""
    known, record = decision.known, decision.record
    return (
        known is not None
        and known.replica is not None
        and known.replica.cause is not None
        and (known.reason, known.bundle_digest) == (record.reason, record.bundle_digest)
    )
