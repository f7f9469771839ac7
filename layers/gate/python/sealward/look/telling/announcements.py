"""Announcements: a finding remembered first, then sent, then marked as delivered.

Only a look that won its conditional write sends, so that an overtaken look cannot
overwrite what a later one said. Security Hub off or refusing stops nothing: the record
says that the finding is not delivered, and later looks send it again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from notation_verifier.values import dataclass
from sealward.decisions import (
    Decision,
    Severity,
    Tell,
    is_news,
    judgement,
)
from sealward.decisions.schedule import HOURLY, earliest
from sealward.findings import (
    RESEND,
    Place,
    dated,
    delivered,
    next_state,
)
from sealward.ledger.records import FindingState, FindingStatus, Record
from sealward.look.telling.news import News
from sealward.look.telling.repository_findings import (
    RepositoryFindings,
    reported_as,
)
from sealward.policy.bundle import Policy
from sealward.ports.delivery import Delivered
from sealward.ports.ledger import Ledger
from sealward.ports.reads import Read, RunBeside, ask
from sealward.ports.security_hub import SecurityHub


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcements:
    """Sends findings and keeps the ledger's word about them."""

    ledger: Ledger
    hub: SecurityHub
    news: News
    place: Place
    beside: RunBeside | None = None
    now: Callable[[], datetime]

    def about_subject(
        self,
        decision: Decision,
        record: Record,
        policy: Policy | None,
        *,
        stored: Record | None,
        report: Mapping[str, Any] | None,
    ) -> Record:
        """Write ``record`` with its finding, send what is new; return what is stored.

        Args:
            decision: that led to the record.
            record: the subject as it stands after the step.
            policy: what governs it; names the owner.
            stored: what the ledger holds now.
            report: the history entry, where the verdict changed.

        Raises:
            Conflict: another look wrote in between; nothing was sent that it could
                contradict.
            Unavailable, Denied: the ledger did not answer.
        """
        document, state = self._subject_finding(decision, record, policy)
        record = replace(record, finding=state, reported=reported_as(decision, record))
        if (
            state is not None
            and state.status is FindingStatus.OPEN
            and record.reason != judgement.GONE  # told once, of what is over
        ):
            # Held and quiet, nothing else would bring it back before it is forgotten.
            record = replace(
                record, due=earliest(record.due, state.updated_at + RESEND)
            )
        record, turn = self._repositories.turn(decision.known, record)
        news = self.news.of(decision, record, policy)
        told = self._told(record, document, news, stored=stored, report=report)
        if turn is not None:
            self._repositories.take(turn, told, decision, policy)
        return told

    def untold(
        self, record: Record, *, stored: Record | None, report: Mapping[str, Any] | None
    ) -> Record:
        """Write ``record`` though telling of it failed; it is tried within the hour.

        Raises:
            Conflict, Unavailable, Denied: as for ``about_subject``.
        """
        current = self.ledger.current(record.key)
        if current is not None and current.version > (stored.version if stored else 0):
            return current  # written before it failed
        due = earliest(record.due, record.updated_at + HOURLY)
        return self._write(replace(record, due=due), stored, report)

    def _told(
        self,
        record: Record,
        document: dict[str, Any] | None,
        news: Callable[[], bool] | None,
        *,
        stored: Record | None,
        report: Mapping[str, Any] | None,
    ) -> Record:
        """Write ``record``, send what is new; return what is stored.

        Args:
            record: with the state of its finding.
            document: its finding.
            news: tells the bus and the owner; None: they are owed nothing.
            stored: what the ledger holds.
            report: the history entry, where the verdict changed.
        """
        state = record.finding
        unsent = document is not None and state is not None and not state.delivered
        settled = replace(record, untold=False)
        retry = earliest(record.due, record.updated_at + HOURLY)
        if not unsent or document is None or state is None:
            return self._told_beside(record, news, retry, stored, report)
        record = replace(record, due=retry)
        if is_news(stored, record):
            stored = self._write(record, stored, report)
        if stored is None:
            return record
        publishing: Read[Any] = Read(lambda: self.hub.publish(dated(document, state)))
        telling = Read(news or _told_nothing)
        ask((publishing, telling), self.beside)
        taken, heard = isinstance(publishing.answer(), Delivered), telling.answer()
        if not taken and (news is None or not heard):
            return stored
        return self._write(
            replace(
                settled,
                finding=delivered(state) if taken else state,
                untold=not heard,
                due=settled.due if taken and heard else retry,
            ),
            stored,
            report=None,
        )

    def _told_beside(
        self,
        record: Record,
        news: Callable[[], bool] | None,
        retry: datetime | None,
        stored: Record | None,
        report: Mapping[str, Any] | None,
    ) -> Record:
        """Write ``record`` and tell of it beside: one round trip, and mostly one write.

        Who dies in between may have told nobody: its message comes again (``again``).
        One that another look overtook tells what it saw, and looks again.
        """
        if news is None:
            if is_news(stored, record):
                return self._write(record, stored, report)
            return stored or record
        settled = replace(record, untold=False)
        was = stored
        writing = Read(
            lambda: self._write(settled, was, report) if is_news(was, settled) else was
        )
        telling = Read(news)
        ask((writing, telling), self.beside)
        written, heard = writing.answer() or settled, telling.answer()
        if heard:
            return written
        return self._write(
            replace(settled, untold=True, due=retry), written, report=None
        )

    @property
    def _repositories(self) -> RepositoryFindings:
        return RepositoryFindings(
            ledger=self.ledger, hub=self.hub, place=self.place, now=self.now
        )

    def _subject_finding(
        self, decision: Decision, record: Record, policy: Policy | None
    ) -> tuple[dict[str, Any] | None, FindingState | None]:
        """Return the document to be known to Security Hub, and its state."""
        state = record.finding
        severity = decision.severity(record.hold)
        if not isinstance(severity, Severity) and (
            severity is Tell.KEEP or state is None
        ):
            return None, state
        # For images only that Security Hub hears of.
        from sealward.findings.environment import in_environment  # noqa: PLC0415
        from sealward.findings.image import raised, resolved  # noqa: PLC0415

        if isinstance(severity, Severity):
            loudness = in_environment(severity, policy)
            document = raised(self.place, record, severity=loudness, policy=policy)
            status = FindingStatus.OPEN
        else:
            together = severity is Tell.TOGETHER
            document = resolved(self.place, record, policy=policy, counted=together)
            status = FindingStatus.RESOLVED
            if state is not None and state.status is status and state.delivered:
                return None, state
        return document, next_state(state, document, status, now=record.updated_at)

    def _write(
        self, record: Record, stored: Record | None, report: Mapping[str, Any] | None
    ) -> Record:
        expected = stored.version if stored else 0
        record = replace(record, version=expected + 1)
        self.ledger.write(record, expected=expected, report=report)
        return record


def _told_nothing() -> bool:
    """Stand for news where there are none: nobody is owed a word."""
    return True
