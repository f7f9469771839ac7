"""Ticks: what the gate does each minute, if there is anything to be done."""

from datetime import datetime, timedelta

from sealward.ledger import proposal_state
from sealward.proposals import Answer
from sealward.tick.approved import send_approved
from sealward.tick.due import tick
from simulator.in_process.ledger import InProcessLedger
from simulator.in_process.queue import InProcessLookQueue
from tests.converge.policies import ACCOUNT, REGION

_MINUTE = timedelta(minutes=1)


class Ticks:
    """Ticks at full minutes; those that would do nothing are left out."""

    def __init__(self, ledger: InProcessLedger, queue: InProcessLookQueue) -> None:
        self._ledger = ledger
        self._queue = queue
        self._last: datetime | None = None

    def next(self, now: datetime) -> datetime | None:
        """Return the first full minute at which something is due, if any."""
        due = [
            record.due
            for record in self._ledger.records.values()
            if record.due is not None
        ]
        if self._approved(now):
            due.append(now)
        if not due:
            return None
        at = _full_minute(max(min(due), now))
        if self._last is not None and at <= self._last:
            at = self._last + _MINUTE
        return at

    def tick(self, now: datetime) -> bool:
        """Tick, if it is time to; return whether it was."""
        if now != _full_minute(now) or now == self._last:
            return False
        self._last = now
        tick(
            self._ledger,
            self._queue,
            account=ACCOUNT,
            region=REGION,
            now=now,
            limit=1000,
        )
        send_approved(
            self._ledger, self._queue, account=ACCOUNT, region=REGION, now=now
        )
        return True

    def _approved(self, now: datetime) -> bool:
        """Return whether something approved was not done yet."""
        return any(
            self._ledger.members(proposal_state(proposal.id), limit=1)
            and any(
                word.answer is Answer.APPROVED and now < word.until
                for word in self._ledger.approvals(proposal.id)
            )
            for proposal in self._ledger.proposals()
        )


def _full_minute(at: datetime) -> datetime:
    full = at.replace(second=0, microsecond=0)
    return full if full == at else full + _MINUTE
