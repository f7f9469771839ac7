"""The finding about a repository, kept up to date without a write for each image.

The first image that is only reported or proposed raises it at once; what follows is
counted at most every ``WINDOW``. The counts come from the ledger's index of states, so
they cannot drift; one image at a time, the holder, is looked at again at the window's
end, which takes the counts once more. Lost events and crashed looks therefore leave
nothing wrong for long.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from notation_verifier.values import dataclass
from sealward.decisions import Decision, Tell
from sealward.decisions.judgement import SIGNATURE_LOST
from sealward.decisions.schedule import earliest
from sealward.findings import RESEND, Place, dated, delivered, next_state
from sealward.ledger import LOST, proposal_state, reported_state
from sealward.ledger.records import FindingStatus, Record
from sealward.policy.bundle import Policy
from sealward.ports.failures import Conflict
from sealward.ports.ledger import Ledger
from sealward.ports.security_hub import Delivered, SecurityHub
from sealward.proposals import NEWEST, Newest, RepositoryNote

if TYPE_CHECKING:
    from sealward.findings.repository import Counted

WINDOW: Final = timedelta(minutes=10)
"""Between two counts of one repository."""
LATE: Final = timedelta(minutes=10)
"""After this long a holder that did not come back is replaced."""
PROPOSALS_LIMIT: Final = 20
"""Proposals counted of one repository: its newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one look owes its repository's finding."""

    note: RepositoryNote
    """As it was read."""
    holder: bool
    """Whether this image's looks take the counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryFindings:
    """Keeps the one finding of each repository."""

    ledger: Ledger
    hub: SecurityHub
    place: Place
    now: Callable[[], datetime]

    def turn(self, known: Record | None, record: Record) -> tuple[Record, Turn | None]:
        """Return ``record`` with its time to count again, and what this look owes.

        To be asked before ``record`` is written: its due time brings the image back if
        this look ends halfway.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        now = record.updated_at
        recount = known.recount if known else None
        changed = counted_as(known) != counted_as(record)
        if not changed and (recount is None or recount > now):
            return _again(record, recount), None
        note = self.ledger.repository_note(record.key.repository)
        if recount is None and not _free(note, now):
            return replace(record, recount=None), Turn(note=note, holder=False)
        over = note.told_at + WINDOW if note.told_at is not None else now
        # Once more after each count: what others wrote meanwhile is counted then. And
        # before Security Hub forgets a finding that says what it said.
        quiet = now + RESEND if counted_as(record) else None
        recount = over if over > now else now + WINDOW if changed else quiet
        return _again(record, recount), Turn(note=note, holder=True)

    def take(
        self, turn: Turn, record: Record, decision: Decision, policy: Policy | None
    ) -> None:
        """Count, tell, and remember; lose to another look without a word.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        note, now = turn.note, record.updated_at
        after = replace(
            note,
            newest=_newest(note.newest, record),
            proposals=_proposals(note.proposals, record),
        )
        if turn.holder:
            after = replace(
                after,
                holder=record.key.digest if record.recount else "",
                holder_due=record.recount,
            )
            if note.told_at is None or note.told_at + WINDOW <= now:
                after = self._told(after, record, decision, policy)
        if after == note:
            return
        with suppress(Conflict):  # another look counted; the holder counts again
            self.ledger.keep_repository_note(
                record.key.repository,
                replace(after, version=note.version + 1),
                expected=note.version,
            )

    def _told(
        self,
        note: RepositoryNote,
        record: Record,
        decision: Decision,
        policy: Policy | None,
    ) -> RepositoryNote:
        # For looks only that end a repository's counting.
        from sealward.findings.repository import (  # noqa: PLC0415
            repository_raised,
            repository_resolved,
        )

        repository, now = record.key.repository, record.updated_at
        counted = self._counted(repository, note, record)
        note = replace(
            note,
            told_at=now,
            proposals=tuple(counted.proposed),
            newest=note.newest if counted.total else (),
        )
        if counted.total:
            document = repository_raised(
                self.place, repository, counted, policy=policy, acts=decision.acts
            )
            status = FindingStatus.OPEN
        elif note.finding is None:
            return note
        else:
            document = repository_resolved(self.place, repository)
            status = FindingStatus.RESOLVED
        state = next_state(note.finding, document, status, now=now)
        if not state.delivered and isinstance(
            self.hub.publish(dated(document, state)), Delivered
        ):
            state = delivered(state)
        return replace(note, finding=state)

    def _counted(
        self, repository: str, note: RepositoryNote, record: Record
    ) -> "Counted":
        from sealward.findings.repository import (  # noqa: PLC0415 - as in _told
            REPORTED,
            Counted,
        )

        reported = {
            word: self.ledger.count(reported_state(word), repository)
            for word in REPORTED
        }
        proposed = {
            identity: self.ledger.count(proposal_state(identity), repository)
            for identity in note.proposals
        }
        # The index follows the table within a second: this image counts already.
        if record.proposal_id:
            proposed[record.proposal_id] = max(1, proposed.get(record.proposal_id, 0))
        elif record.reported and record.hold is None:
            reported[record.reported] = max(1, reported[record.reported])
        return Counted(
            reported={word: count for word, count in reported.items() if count},
            proposed={identity: count for identity, count in proposed.items() if count},
            newest=note.newest,
        )


def reported_as(decision: Decision, record: Record) -> str:
    """Return as what ``record`` is counted by its repository's finding, or nothing."""
    tell = decision.severity(record.hold)
    if tell is Tell.KEEP:
        return record.reported if record.hold is None else ""
    if tell is not Tell.TOGETHER:
        return ""
    return LOST if record.reason == SIGNATURE_LOST else record.verdict.value


def counted_as(record: Record | None) -> str:
    """Return the state under which the repository's finding counts ``record``."""
    if record is None:
        return ""
    if record.proposal_id:
        return proposal_state(record.proposal_id)
    if record.hold is None and record.reported:
        return reported_state(record.reported)
    return ""


def owed_count(known: Record | None, record: Record) -> datetime | None:
    """Return when the repository is to be counted if this look ends before its turn.

    To be in whatever is written before: the next look takes the turn.
    """
    if counted_as(known) != counted_as(record):
        return record.updated_at
    return known.recount if known else None


def _again(record: Record, recount: datetime | None) -> Record:
    return replace(record, recount=recount, due=earliest(record.due, recount))


def _free(note: RepositoryNote, now: datetime) -> bool:
    """Return whether nobody is to count soon, or who was to did not come back."""
    return (
        not note.holder
        or note.holder_due is None
        or not now - LATE <= note.holder_due <= now + WINDOW
    )


def _newest(newest: tuple[Newest, ...], record: Record) -> tuple[Newest, ...]:
    others = [each for each in newest if each.digest != record.key.digest]
    if counted_as(record):
        others.append(
            Newest(
                digest=record.key.digest,
                tag=record.tags[0] if record.tags else "",
                reason=record.reason,
                at=record.pushed_at or record.first_seen,
            )
        )
    others.sort(key=lambda each: (each.at, each.digest), reverse=True)
    return tuple(others[:NEWEST])


def _proposals(proposals: tuple[str, ...], record: Record) -> tuple[str, ...]:
    if not record.proposal_id or record.proposal_id in proposals:
        return proposals
    return (*proposals, record.proposal_id)[-PROPOSALS_LIMIT:]
