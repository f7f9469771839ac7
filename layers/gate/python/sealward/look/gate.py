"""A look: event, subject, signatures, verification, decision, action, finding.

``Gate.look`` is idempotent: whatever events were lost, repeated or reordered, the last
look leaves the state the registry and the policy ask for. Nothing waits in it: what is
to be looked at again has a due time in the ledger.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.decisions import (
    Decision,
    Ruling,
    Seen,
    decide,
    decide_away,
    decide_gone,
    decide_not_an_image,
)
from sealward.decisions.judgement import NOT_AN_IMAGE, OPEN
from sealward.events import Hint
from sealward.ledger.records import Record
from sealward.look.equipment import Equipment
from sealward.look.indexes.descent import Descent
from sealward.look.judging.approvals import approved
from sealward.look.judging.crashes import kept, undecided
from sealward.look.judging.evidence import Evidence
from sealward.look.reading.hints import LookDied, Trail
from sealward.look.reading.managed_signing import ask_about_signing
from sealward.look.reading.sightings import in_force, is_due
from sealward.look.reading.signatures import SEARCH_TIME, SignatureSearch
from sealward.look.reading.signed_images import SignedImages
from sealward.look.reading.spent_grace import ask_about_count
from sealward.look.telling.result import NOT_DUE, LookResult
from sealward.policy.bundle import Policy
from sealward.ports.failures import Conflict, PortError
from sealward.ports.reads import Read, ask
from sealward.revocation import Inquiry
from sealward.subjects import SubjectKey
from sealward.verifications import Examined, Search

ATTEMPTS: Final = 3
"""Looks at one hint while other looks write the same record in between."""
NESTED_TIME: Final = timedelta(seconds=5)
"""For the search of a look that is part of another one."""
RETRY: Final = timedelta(seconds=5)
"""After the attempts are used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate(Equipment):
    """What looks: each look is by a gate of its own, with what only that one has."""

    def look(self, hint: Hint, within: timedelta = SEARCH_TIME) -> LookResult:
        """Look at what ``hint`` names; decide, act and tell.

        Args:
            hint: names a digest.
            within: nothing long is begun after this time; less than ``SEARCH_TIME``
                leaves what was not reached to the next look.

        Raises:
            Unavailable, Denied: the ledger did not answer, or the queue did not take
                what the ledger knows nothing of: the message must come again. Every
                other failure ends in the record and is retried from there.
        """
        key = SubjectKey(repository=hint.repository, digest=hint.digest)
        ahead = self.ledger.current(key) if hint.scheduled else None
        if ahead is not None and not hint.again and not is_due(ahead, self.now()):
            return LookResult.nothing(
                hint, reason=NOT_DUE, detail="it was looked at in between"
            )
        hint = replace(hint, scheduled=False)
        if hint.last:
            self._remember_first(hint, key)
        whole = self.with_inquiry()
        for _ in range(ATTEMPTS):
            try:
                # A recorder each: what another look overtook is no evidence of this.
                return whole.recording()._look(hint, within, ahead)  # noqa: SLF001 - its own
            except Conflict:
                ahead = None
        self.queue.later(hint, RETRY)
        return LookResult.nothing(
            hint, reason="conflict", detail="other looks wrote in between; looked later"
        )

    def _remember_first(self, hint: Hint, key: SubjectKey) -> None:
        """Give what kills every look its verdict, before the last look at it begins.

        A process that dies remembers nothing. Where nothing is settled, what stands
        without any look is written: unknown, with its due time and its deadline.
        """
        known = self.ledger.current(key)
        if known is not None and known.verdict not in OPEN:
            return
        with suppress(LookDied, Conflict):
            self.recording()._look(hint, SEARCH_TIME, known, blind=True)  # noqa: SLF001 - its own

    def _look(
        self,
        hint: Hint,
        within: timedelta,
        ahead: Record | None,
        *,
        blind: bool = False,
    ) -> LookResult:
        started = self.now()
        account = self.registry.account
        inquiry = self.inquiry
        # The bundle is read beside the rest: it is off the path of a decision.
        bundle = Read(lambda: in_force(self.bundles, account=account, now=started))
        signing = ask_about_signing(self.registry, ahead, now=started)
        count = ask_about_count(self.ledger, hint.repository, ahead)
        crashes: list[Exception] = []
        trail = Trail(
            registry=self.registry,
            ledger=self.ledger,
            beside=self.run_beside,
            started=started,
            also=(bundle, *signing, *count, *((inquiry.recall,) if inquiry else ())),
            ahead=ahead,
            blind=blind,
        )
        key = SubjectKey(repository=hint.repository, digest=hint.digest)
        found = kept(
            lambda: trail.follow(key), lambda: trail.lost(key, crashes[0]), crashes
        )
        for digest in found.others:
            self.queue.later(replace(hint, digest=digest), timedelta(0))
        known = found.sighting.known
        nothing_rules = Ruling(policy=None, capability=self.capability, bundle=None)
        if found.nothing:
            if known is None or known.reason == NOT_AN_IMAGE:
                return LookResult.nothing(
                    hint, reason="not-a-subject", detail=found.nothing
                )
            decide_it = decide_away if found.away else decide_not_an_image
            decision = decide_it(known, found.nothing, now=self.now())
            return self._settle(hint, decision, nothing_rules, Search())
        if found.sighting.gone:
            force = bundle.answer()
            policy = self.policy_of(found.sighting.key, force)
            if known is None:
                self._look_at_what_it_signed(hint, policy)
                return LookResult.nothing(
                    hint, reason="gone", detail="the registry has no such image"
                )
            ruling = replace(nothing_rules, policy=policy, bundle=force.bundle)
            decision = decide_gone(known, acts=ruling.acts, now=self.now())
            return self._settle(hint, decision, ruling, Search())
        force = bundle.answer()
        policy = self.policy_of(found.sighting.key, force)
        evidence = Evidence(
            signatures=SignatureSearch(
                registry=self.registry,
                ledger=self.ledger,
                beside=self.run_beside,
                now=self.now,
                ends=started + min(within, SEARCH_TIME),
                short=within < SEARCH_TIME,
            ),
            descent=self._descent(hint),
            inquiry=inquiry,
            signer=self.signer,
            anew=hint.anew,
            chains=self.seen,
            now=self.now,
            signing=signing,
            count=count,
            heard=self.recorder.note_answer if self.recorder else None,
            crashes=crashes,
        )
        subject = found.sighting.key
        origin = hint.origin if subject.digest == hint.digest else ""
        seen = evidence.of(found, force, policy)
        if origin and isinstance(seen, Seen):
            seen = replace(seen, origin=origin)
        ruling = Ruling(
            policy=policy,
            capability=self.capability,
            bundle=force.bundle,
            approved=approved(self.ledger, known, policy, now=started),
        )
        now = self.now()
        decision = kept(
            lambda: decide(subject, known, seen, ruling, now=now),
            lambda: decide(
                subject, known, undecided(crashes[-1], seen), ruling, now=now
            ),
            crashes,
        )
        examined = seen.search if isinstance(seen, Seen) else Search()
        if origin or decision.record.replica is not None:
            replicas, undiagnosed = self.replicas(evidence.signatures), decision
            decision = kept(
                lambda: replicas.explained(
                    undiagnosed, ruling, origin=origin, found=found, examined=examined
                ),
                lambda: undiagnosed,
                crashes,
            )
        result = self._settled(hint, decision, ruling, examined)
        self.bundle_finding.follow(force, known)
        crash = found.crash or examined.crash or next(iter(crashes), None)
        if crash is not None and not self.nested:
            # Remembered and told. Raised still: logged, counted, and a dead letter.
            raise crash
        return result

    def _settled(
        self, hint: Hint, decision: Decision, ruling: Ruling, examined: Search
    ) -> LookResult:
        """Settle ``decision``; beside it keep what was learnt, and signatures."""
        signatures = self.kept_signatures
        keeping = signatures.begin(decision, hint) if signatures else None
        if keeping is not None:
            decision = keeping.decision
        settled = Read(lambda: self._settle(hint, decision, ruling, examined))
        learnt = self._learnt(self.inquiry, examined)
        ask((settled, *learnt, *(keeping.puts if keeping else ())), self.run_beside)
        result = settled.answer()
        return result if keeping is None else keeping.told(result)

    def _look_at_what_it_signed(self, hint: Hint, policy: Policy | None) -> None:
        """Look at what a signature that is no more had made trusted, if it was one.

        Only the walk would find it otherwise: nothing in the registry leads there.
        """
        images = SignedImages(ledger=self.ledger, beside=self.run_beside)
        with suppress(PortError):
            for digest in images.made_trusted_by(hint.repository, hint.digest, policy):
                self.queue.later(replace(hint, digest=digest), timedelta(0))

    def _settle(
        self, hint: Hint, decision: Decision, ruling: Ruling, examined: Search
    ) -> LookResult:
        return self.settlement(self._descent).settle(hint, decision, ruling, examined)

    def _learnt(
        self, inquiry: Inquiry | None, examined: Search
    ) -> tuple[Read[Any], ...]:
        """Learn what the look heard of revocation; return the write that keeps it."""
        if inquiry is None:
            return ()
        inquiry.hear(
            candidate.verification
            for candidate in examined.candidates
            if isinstance(candidate, Examined)
        )
        return (Read(inquiry.write),) if inquiry.kept.unwritten else ()

    def _descent(self, hint: Hint) -> Descent:
        """Return what is known of the indexes of the repository of ``hint``."""

        def other(digest: str, *, again: bool = False) -> Hint:
            return Hint(
                account=self.registry.account,
                region=self.registry.region,
                repository=hint.repository,
                digest=digest,
                again=again,
                anew=hint.anew,
            )

        within = replace(self, nested=True)
        return Descent(
            registry=self.registry,
            ledger=self.ledger,
            beside=self.run_beside,
            now=self.now,
            look_later=lambda digests: self.queue.at_once(
                [other(digest) for digest in digests]
            ),
            look_at=None
            if self.nested
            else lambda digest: within.look(
                other(digest, again=hint.again), NESTED_TIME
            ),
            again=hint.again,
        )
