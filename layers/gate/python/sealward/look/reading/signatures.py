"""Signatures of a look: listed, bounded, those refused before left out, examined."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Final

from notation_verifier import Descriptor
from notation_verifier.values import dataclass
from sealward.decisions.refusals import lasting_refusal
from sealward.ledger import JudgedReferrers, Recalled
from sealward.ledger.judged import REFUSED_LIMIT
from sealward.look.reading.hints import Found
from sealward.policy.bundle import Policy
from sealward.ports.failures import PortError
from sealward.ports.ledger import Ledger
from sealward.ports.reads import RunBeside
from sealward.ports.registry import Registry
from sealward.signatures import Bounds, read_signatures, shortlist
from sealward.signatures.candidates import CANDIDATES_LIMIT, Shortlist
from sealward.signatures.retrieval import RECALL_FROM
from sealward.subjects import SubjectKey
from sealward.verifications import Judge, Search, search

SEARCH_TIME: Final = timedelta(seconds=38)
"""No wave of candidates is begun later in a look: addresses take 12 s at most and bytes
10, so that all are read within 60."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSearch:
    """Searches the candidates of one subject."""

    registry: Registry
    ledger: Ledger
    beside: RunBeside | None
    now: Callable[[], datetime]
    ends: datetime
    """No wave is begun later."""
    short: bool
    """Whether that is less time than a look is due."""

    def of(
        self,
        found: Found,
        descriptor: Descriptor,
        policy: Policy,
        judge: Judge,
        *,
        remember: bool = True,
    ) -> Search:
        """Return what looking for good signatures of the subject found.

        Args:
            found: what the hint led to, its referrers listed.
            descriptor: the subject's.
            policy: what governs it.
            judge: examines the candidates.
            remember: whether what is refused for good is recalled and kept; not where
                the policy is not the one in force.
        """
        sighting = found.sighting
        listed = shortlist(
            sighting.referrers,
            named=found.named.digest if found.named else None,
            previous=sighting.known.made_by if sighting.known else (),
            thumbprints=judge.thumbprints,
        )
        memory = _Memory(
            ledger=self.ledger,
            key=sighting.key,
            material=_material(descriptor, policy, judge.now),
        )
        waves = read_signatures(
            self.registry,
            sighting.key,
            listed,
            named=found.named,
            beside=self.beside,
            bounds=Bounds(
                candidates=CANDIDATES_LIMIT,
                now=self.now,
                ends=self.ends,
                short=self.short,
            ),
            recall=memory.recall if remember else lambda _digests: (),
        )
        result = search(
            waves,
            subject=descriptor,
            judge=judge,
            listed=listed,
            required=policy.identities_required,
        )
        if remember:
            memory.learn(result, listed)
        return result


def _material(descriptor: Descriptor, policy: Policy, now: datetime) -> str:
    """Return the hash of what a lasting refusal rests on beside the signature.

    The day is of it: what a release refused wrongly is not refused for ever.
    """
    parts = (
        now.date().isoformat(),
        descriptor.media_type,
        descriptor.digest,
        descriptor.size,
        policy.statement_hash,
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(slots=True, kw_only=True)
class _Memory:
    """What the ledger keeps of a subject's refused referrers; it only saves calls."""

    ledger: Ledger
    key: SubjectKey
    material: str
    recalled: dict[str, Recalled] = field(default_factory=dict)
    failed: bool = False

    def recall(self, digests: Sequence[str]) -> Sequence[Recalled]:
        """Return those of ``digests`` that were refused before."""
        try:
            judged = self.ledger.judged(self.key)
        except PortError:
            self.failed = True
            return ()
        if judged is not None and judged.material == self.material:
            self.recalled = {each.digest: each for each in judged.refused}
        return [self.recalled[each] for each in digests if each in self.recalled]

    def learn(self, found: Search, listed: Shortlist) -> None:
        """Keep what is newly refused for good, once it is worth a write."""
        betrayed = {each.digest for each in listed.rejected}
        fresh = {
            refusal.digest: refusal
            for candidate in found.candidates
            if candidate.digest not in betrayed
            and candidate.digest not in self.recalled
            and (refusal := lasting_refusal(candidate)) is not None
        }
        if found.satisfied or self.failed or len(fresh) < RECALL_FROM:
            return
        there = set(listed.digests)
        kept = {
            digest: refusal
            for digest, refusal in self.recalled.items()
            if digest in there
        }
        refused = tuple((fresh | kept).values())[:REFUSED_LIMIT]
        try:
            self.ledger.keep_judged(
                self.key, JudgedReferrers(material=self.material, refused=refused)
            )
        except PortError:
            # Read again at the next look: dearer, and no less right.
            return
