"""The settlement of a decision: remembered, acted upon, told, looked at again.

What the ledger does not know yet is never done: an intent stands there before the
registry is asked, and the next look finishes what this one began.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.actions.pull_denial import PullDenials
from sealward.decisions import Decision, Ruling, Step, is_news
from sealward.decisions.proposed import is_reversal
from sealward.events import Hint
from sealward.evidence import EvidenceKeeping
from sealward.findings import Place
from sealward.ledger.records import HoldState, Record
from sealward.look.indexes.descent import Descent
from sealward.look.judging.approvals import open_proposal
from sealward.look.judging.crashes import kept
from sealward.look.reading.signed_images import SignedImages
from sealward.look.reading.spent_grace import count_unsigned
from sealward.look.settling.safekeeping import Safekeeping
from sealward.look.telling.announcements import Announcements
from sealward.look.telling.result import LookResult, history_report
from sealward.overrides import Pause
from sealward.policy.bundle import Policy
from sealward.ports.failures import PortError
from sealward.ports.ledger import Intent, Ledger, intent_id
from sealward.ports.look_queue import LookQueue
from sealward.ports.reads import Read, RunBeside, ask
from sealward.ports.registry import Registry
from sealward.ports.security_hub import SecurityHub
from sealward.subjects import SubjectKey
from sealward.verifications import Search

SOONEST: Final = timedelta(minutes=15)
"""What is to be decided within is a delayed message; the tick sends the rest."""
_UNTOLD: Final = (HoldState.RELEASED, HoldState.HOLDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The ports and the clock that carrying out a decision needs."""

    registry: Registry
    ledger: Ledger
    security_hub: SecurityHub
    queue: LookQueue
    pulls: PullDenials | None
    place: Place
    evidence: EvidenceKeeping | None
    """Keeps the evidence before an action; None keeps none."""
    announcements: Announcements
    descent: Callable[[Hint], Descent]
    """What is known of the indexes of a hint's repository."""
    beside: RunBeside | None
    now: Callable[[], datetime]
    nested: bool
    """Whether it is part of another look, which tells of its crashes."""

    def settle(
        self, hint: Hint, decision: Decision, ruling: Ruling, examined: Search
    ) -> LookResult:
        """Remember, act, tell; each is written before what follows from it.

        Where one of these fails as nobody expected, the others are done all the same.

        Args:
            hint: what the look was asked for.
            decision: to carry out.
            ruling: what is in force.
            examined: the signatures that were tried.

        Raises:
            Conflict: another look wrote in between.
            Unavailable, Denied: the ledger did not answer.
        """
        crashes: list[Exception] = []
        decision = self.announcements.news.owing(decision, hint)
        report = (
            history_report(decision, examined, ruling.policy)
            if decision.verdict_changed
            else None
        )
        record, stored = decision.record, decision.known
        descent = self.descent(hint)
        record = descent.children.owing(stored, record)
        decision = replace(decision, record=record)

        def hold(index: Decision) -> None:
            digest = index.record.key.digest
            self._within().settle(replace(hint, digest=digest), index, ruling, Search())

        def propose() -> None:
            open_proposal(self.ledger, decision)
            if not is_reversal(decision.known, decision.record):
                return
            # For the few decisions that reverse what was accepted.
            from sealward.look.settling.breaker import count_reversal  # noqa: PLC0415

            count_reversal(self.ledger, self.security_hub, self.place, decision)

        def unblock(key: SubjectKey) -> bool:
            return descent.lift_shields(key, ruling, hold)

        kept(propose, _nothing, crashes)
        keeping = Safekeeping(keeping=self.evidence, now=self.now)
        decision = keeping.before(decision, examined, crashes)
        record = decision.record
        if decision.step is not Step.NONE or decision.pulls_change:
            # For images only to which something is done.
            from sealward.actions.pulls import deny_or_allow_pulls  # noqa: PLC0415
            from sealward.actions.steps import act, postponed  # noqa: PLC0415

            begun = _begun(decision)
            pause = self._intend(decision, begun, report)
            if is_news(stored, begun):
                stored, report = begun, None
            if pause is not None:
                record = postponed(decision, pause.until)
                decision = replace(decision, step=Step.NONE)
            else:
                record = kept(
                    lambda: act(
                        self.registry,
                        decision,
                        now=self.now,
                        unblock=unblock,
                    ),
                    lambda: decision.record,
                    crashes,
                )
                acted = record
                record = kept(
                    lambda: deny_or_allow_pulls(self.pulls, decision, acted),
                    lambda: acted,
                    crashes,
                )
        acted_upon = record
        record = kept(
            lambda: self._named(decision, acted_upon, ruling.policy),
            lambda: acted_upon,
            crashes,
        )
        tell = self.announcements
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
        sending: Read[Any] = Read(lambda: self._schedule(record, decision))
        ask((telling, sending), self.beside)
        told, unsent = telling.answer(), sending.answer()
        if told.due != record.due:
            unsent = self._schedule(told, decision)
        told = kept(lambda: descent.children.tell(told), lambda: told, crashes)
        policy = ruling.policy
        kept(lambda: count_unsigned(self.ledger, decision, policy), _nothing, crashes)
        if crashes and not self.nested:
            raise crashes[0]
        result = LookResult.of(hint, decision, told, len(examined.candidates))
        return replace(result, unsent=unsent)

    def _named(
        self, decision: Decision, record: Record, policy: Policy | None
    ) -> Record:
        """Return ``record`` with what its tags stood for, where that is news.

        Newly held, or held and pushed again under another tag.
        """
        known = decision.known
        held = known.hold if known is not None else None
        # While it is let go its tags may be moved, and nothing is told of that.
        told = held is not None and held.state not in _UNTOLD
        # The look that began to take it may have lost to this one, with what it named.
        begun = held is not None and held.state is HoldState.HOLDING
        if (
            (decision.step is not Step.ARCHIVE and not begun)
            or not record.tags
            or (told and known is not None and known.tags == record.tags)
        ):
            return record
        images = SignedImages(ledger=self.ledger, beside=self.beside)
        try:
            named = images.last_trusted(record, policy)
        except PortError:
            return record  # the image is held all the same
        return replace(record, last_trusted=named or record.last_trusted)

    def _intend(
        self, decision: Decision, record: Record, report: Mapping[str, Any] | None
    ) -> Pause | None:
        """Write what is about to be done; return the pause it waits for, if one is on.

        The pauses are read beside the write: as late as can be, and no call longer.

        Raises:
            Conflict, Unavailable, Denied: nothing may be done.
        """
        writing: Read[Any] = Read(
            lambda: self.ledger.write(
                record,
                expected=record.version - 1,
                report=report,
                intent=_intent(decision),
            )
        )
        pausing = Read(self.ledger.pauses)
        news = is_news(decision.known, record)
        ask((writing, pausing) if news else (pausing,), self.beside)
        if news:
            writing.answer()
        pause = pausing.answer().in_force(record.key.repository, self.now())
        if pause is None:
            return None
        # For the hours of a pause.
        from sealward.actions.steps import is_by_name  # noqa: PLC0415

        return None if is_by_name(decision) else pause

    def _within(self) -> "Settlement":
        """Return the settlement of what is done on the way to this one."""
        return replace(
            self,
            nested=True,
            descent=lambda hint: replace(self.descent(hint), look_at=None),
        )

    def _schedule(self, record: Record, decision: Decision) -> str:
        """Send the next look where it is near; return why it was not taken, if so.

        One that only asks is left to the tick: a signature's event mostly makes it
        needless, and a message that nobody needs costs as much as any other.
        """
        known = decision.known
        if record.due is None or (known is not None and known.due == record.due):
            return ""
        delay = record.due - self.now()
        if delay > SOONEST or decision.only_asks(record.due):
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


def _begun(decision: Decision) -> Record:
    """Return the record as it stands before the step.

    Pulls that are to be allowed again are denied until that is done: who dies before
    leaves it to the next look.
    """
    record, known = decision.record, decision.known
    if decision.pulls_change and record.pulls is None and known is not None:
        return replace(record, pulls=known.pulls)
    return record


def _intent(decision: Decision) -> Intent:
    record, hold = decision.record, decision.record.hold
    evidence = hold.evidence if hold else ""
    if decision.step is Step.DELETE and hold is not None and hold.deletion is not None:
        evidence = hold.deletion.dossier
    return Intent(
        id=intent_id(record),
        action=decision.action,
        decided_at=record.updated_at,
        reason=record.reason,
        evidence=evidence,
    )
