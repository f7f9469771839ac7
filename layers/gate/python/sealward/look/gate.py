"""A look: event, subject, signatures, verification, decision, action, finding.

``Gate.look`` is idempotent: whatever events were lost, repeated or reordered, the last
look leaves the state the registry and the policy ask for. Nothing waits in it: what is
to be looked at again has a due time in the ledger.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from notation_verifier import SeenChains
from notation_verifier.signer_service import SignerService
from notation_verifier.values import dataclass
from sealward.actions import act, deny_or_allow_pulls
from sealward.decisions import (
    Decision,
    Ruling,
    Seen,
    Step,
    decide,
    decide_gone,
    decide_not_an_image,
    is_news,
)
from sealward.decisions.verdict import NOT_AN_IMAGE
from sealward.events import Hint
from sealward.findings import Place
from sealward.ledger.records import Record
from sealward.look.announcements import Announcements
from sealward.look.approvals import approved, open_proposal
from sealward.look.breaker import count_reversal
from sealward.look.crashes import kept, undecided
from sealward.look.descent import Descent
from sealward.look.evidence import Evidence
from sealward.look.hints import Trail
from sealward.look.result import NOT_DUE, LookResult, history_report
from sealward.look.sightings import InForce, in_force, is_due
from sealward.look.signatures import SEARCH_TIME, SignatureSearch
from sealward.policy.bundle import Capability, Policy
from sealward.ports import (
    BundleSource,
    Conflict,
    Intent,
    Ledger,
    LookQueue,
    PortError,
    Registry,
    SecurityHub,
)
from sealward.pull_denial import PullDenials
from sealward.reads import Read, RunBeside, ask
from sealward.revocation import Inquiry, Revocations
from sealward.subjects import SubjectKey
from sealward.verifications import Examined, Search

ATTEMPTS: Final = 3
"""Looks at one hint while other looks write the same record in between."""
SOONEST: Final = timedelta(minutes=15)
"""What is due within is a delayed message; the tick sends the rest."""
NESTED_TIME: Final = timedelta(seconds=5)
"""For the search of a look that is part of another one."""
RETRY: Final = timedelta(seconds=5)
"""After the attempts are used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The ports and settings a look needs."""

    registry: Registry
    ledger: Ledger
    security_hub: SecurityHub
    bundles: BundleSource
    queue: LookQueue
    capability: Capability
    partition: str
    now: Callable[[], datetime]
    """The clock: aware, UTC."""
    run_beside: RunBeside | None = None
    """Runs reads side by side; None: one after another."""
    seen: SeenChains | None = None
    """Chains of earlier looks that need not be read and checked again."""
    signer: SignerService | None = None
    """Asks AWS Signer what it revoked; None leaves open what needs its answer."""
    revocations: Revocations | None = None
    """Asks OCSP responders and CRL servers; None leaves open what needs an answer."""
    pulls: PullDenials | None = None
    """Denies pulls where a held image is pushed again and again; None never does."""
    nested: bool = False
    """Whether its looks are part of another one: they begin none themselves."""
    inquiry: Inquiry | None = None
    """What the whole look asks the web, and all that is looked at on its way: its
    deadline is theirs. Made by ``look``."""

    @property
    def place(self) -> Place:
        """Where this gate stands."""
        return Place(
            partition=self.partition,
            account=self.registry.account,
            region=self.registry.region,
        )

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
        if ahead is not None and not is_due(ahead, self.now()):
            return LookResult.nothing(
                hint, reason=NOT_DUE, detail="it was looked at in between"
            )
        hint = replace(hint, scheduled=False)
        whole = self._with_inquiry()
        for _ in range(ATTEMPTS):
            try:
                return whole._look(hint, within, ahead)  # noqa: SLF001 - its own
            except Conflict:
                ahead = None
        self.queue.later(hint, RETRY)
        return LookResult.nothing(
            hint, reason="conflict", detail="other looks wrote in between; looked later"
        )

    def _with_inquiry(self) -> "Gate":
        """Return the same gate with what a look asks the web under one deadline."""
        if self.revocations is None:
            return self
        inquiry = self.revocations.begin(self.now(), part_of=self.inquiry)
        return replace(self, inquiry=inquiry)

    def _look(self, hint: Hint, within: timedelta, ahead: Record | None) -> LookResult:
        started = self.now()
        account = self.registry.account
        inquiry = self.inquiry
        # The bundle is read beside the rest: it is off the path of a decision.
        bundle = Read(lambda: in_force(self.bundles, account=account, now=started))
        crashes: list[Exception] = []
        trail = Trail(
            registry=self.registry,
            ledger=self.ledger,
            beside=self.run_beside,
            started=started,
            also=(bundle, *((inquiry.recall,) if inquiry else ())),
            ahead=ahead,
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
            decision = decide_not_an_image(known, found.nothing, now=self.now())
            return self._settle(hint, decision, nothing_rules, Search())
        if found.sighting.gone:
            if known is None:
                return LookResult.nothing(
                    hint, reason="gone", detail="the registry has no such image"
                )
            force = bundle.answer()
            policy = self._policy(found.sighting.key, force)
            ruling = replace(nothing_rules, policy=policy, bundle=force.bundle)
            decision = decide_gone(known, acts=ruling.acts, now=self.now())
            return self._settle(hint, decision, ruling, Search())
        force = bundle.answer()
        policy = self._policy(found.sighting.key, force)
        evidence = Evidence(
            signatures=SignatureSearch(
                registry=self.registry,
                ledger=self.ledger,
                beside=self.run_beside,
                now=self.now,
                ends=started + min(within, SEARCH_TIME),
                short=within < SEARCH_TIME,
            ),
            descent=self._descent(found.sighting.key.repository),
            inquiry=inquiry,
            signer=self.signer,
            chains=self.seen,
            now=self.now,
            crashes=crashes,
        )
        seen = evidence.of(found, force, policy)
        ruling = Ruling(
            policy=policy,
            capability=self.capability,
            bundle=force.bundle,
            approved=approved(self.ledger, known, policy, now=started),
        )
        subject, now = found.sighting.key, self.now()
        decision = kept(
            lambda: decide(subject, known, seen, ruling, now=now),
            lambda: decide(
                subject, known, undecided(crashes[-1], seen), ruling, now=now
            ),
            crashes,
        )
        examined = seen.search if isinstance(seen, Seen) else Search()
        settled = Read(lambda: self._settle(hint, decision, ruling, examined))
        learnt = self._learnt(inquiry, examined)
        ask((settled, *learnt), self.run_beside)
        result = settled.answer()
        self._announcements.about_bundle(force, known)
        crash = found.crash or examined.crash or next(iter(crashes), None)
        if crash is not None and not self.nested:
            # Remembered and told. Raised still: logged, counted, and a dead letter.
            raise crash
        return result

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

    @property
    def _announcements(self) -> Announcements:
        return Announcements(
            ledger=self.ledger, hub=self.security_hub, place=self.place, now=self.now
        )

    def _policy(self, key: SubjectKey, force: InForce) -> Policy | None:
        if force.bundle is None:
            return None
        return force.bundle.policy_for(
            self.registry.account, self.registry.region, key.repository
        )

    def _descent(self, repository: str) -> Descent:
        """Return what is known of the indexes of ``repository``."""

        def hint(digest: str) -> Hint:
            return Hint(
                account=self.registry.account,
                region=self.registry.region,
                repository=repository,
                digest=digest,
            )

        within = replace(self, nested=True)
        return Descent(
            registry=self.registry,
            ledger=self.ledger,
            beside=self.run_beside,
            now=self.now,
            look_later=lambda digest: self.queue.later(hint(digest), timedelta(0)),
            look_at=None
            if self.nested
            else lambda digest: within.look(hint(digest), NESTED_TIME),
        )

    def _settle(
        self, hint: Hint, decision: Decision, ruling: Ruling, examined: Search
    ) -> LookResult:
        """Remember, act, tell; each is written before what follows from it.

        Where one of these fails as nobody expected, the others are done all the same.
        """
        crashes: list[Exception] = []
        report = (
            history_report(decision, examined) if decision.verdict_changed else None
        )
        record, stored = decision.record, decision.known
        descent = self._descent(record.key.repository)

        def hold(index: Decision) -> None:
            digest = index.record.key.digest
            within = replace(self, nested=True)
            within._settle(replace(hint, digest=digest), index, ruling, Search())  # noqa: SLF001 - its own

        def propose() -> None:
            open_proposal(self.ledger, decision)
            count_reversal(self.ledger, self.security_hub, self.place, decision)

        def unblock(key: SubjectKey) -> bool:
            return descent.lift_shields(key, ruling, hold)

        kept(propose, _nothing, crashes)
        if decision.step is not Step.NONE or decision.pulls_change:
            if is_news(stored, record):
                self.ledger.write(
                    record,
                    expected=record.version - 1,
                    report=report,
                    intent=_intent(decision),
                )
                stored, report = record, None
            record = kept(
                lambda: act(self.registry, decision, now=self.now, unblock=unblock),
                lambda: decision.record,
                crashes,
            )
            acted = record
            record = kept(
                lambda: deny_or_allow_pulls(self.pulls, decision, acted),
                lambda: acted,
                crashes,
            )
        tell = self._announcements
        telling: Read[Any] = Read(
            lambda: kept(
                lambda: tell.about_subject(
                    decision, record, ruling.policy, stored=stored, report=report
                ),
                lambda: tell.untold(record, stored=stored, report=report),
                crashes,
            )
        )
        # A message too many ends after one read, where the write loses its race.
        sending: Read[Any] = Read(lambda: self._schedule(record, decision.known))
        ask((telling, sending), self.run_beside)
        told, unsent = telling.answer(), sending.answer()
        if told.due != record.due:
            unsent = self._schedule(told, decision.known)
        kept(lambda: descent.children.tell(decision.known, told), _nothing, crashes)
        if crashes and not self.nested:
            raise crashes[0]
        result = LookResult.of(hint, decision, told, len(examined.candidates))
        return replace(result, unsent=unsent)

    def _schedule(self, record: Record, known: Record | None) -> str:
        """Send the next look where it is near; return why it was not taken, if so."""
        if record.due is None or (known is not None and known.due == record.due):
            return ""
        delay = record.due - self.now()
        if delay > SOONEST:
            return ""
        hint = Hint(
            account=self.registry.account,
            region=self.registry.region,
            repository=record.key.repository,
            digest=record.key.digest,
            scheduled=True,
        )
        try:
            self.queue.later(hint, max(delay, timedelta(0)))
        except PortError as error:
            # The due time is in the ledger: the tick sends what the queue refuses.
            return str(error)
        return ""


def _nothing() -> None:
    """Stands for a step that is not done."""


def _intent(decision: Decision) -> Intent:
    record = decision.record
    return Intent(
        id=f"{record.key}#{record.version}",
        action=decision.action,
        decided_at=record.updated_at,
        reason=record.reason,
    )
