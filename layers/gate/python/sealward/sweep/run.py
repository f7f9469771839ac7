"""A step of the sweep while it lasts: rechecks first, then the walk.

It sends looks until none may be sent or its time is over, and knows where it stopped.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Final

from notation_verifier.values import dataclass
from sealward.events import Hint
from sealward.ledger.indexes import UNGOVERNED
from sealward.policy.bundle import PolicyBundle
from sealward.ports.failures import NotFound, PortError
from sealward.ports.look_queue import LookQueue
from sealward.subjects import SubjectKey
from sealward.subjects.turns import by_turns
from sealward.sweep.differences import CLOSED
from sealward.sweep.ports import Inventory, SweepLedger
from sealward.sweep.progress import Kind, Progress, Recheck, Visit, Walk, walked
from sealward.sweep.report import Report
from sealward.sweep.visit import Visitor

TURN: Final = 100
"""Looks that one repository gets before the others have had their turn."""
WAITING: Final = 100
"""Repositories unfinished at a time; with more, no further one is begun."""
PAGE: Final = 500
"""Keys read from an index at once."""
FAILURES: Final = 3
"""Steps of one walk in which a repository could not be read: it is left for the next.
"""


class Full(Exception):  # noqa: N818 - no error
    """No further look may be sent in this step."""


@dataclass(kw_only=True)
class Run:
    """One step while it lasts."""

    inventory: Inventory
    ledger: SweepLedger
    queue: LookQueue
    account: str
    region: str
    looks_per_minute: int
    now: Callable[[], datetime]
    progress: Progress
    bundle: PolicyBundle | None
    until: datetime
    report: Report
    sent: int = 0
    _names: Sequence[str] | None = None
    _unread: set[str] = field(default_factory=set)
    """Repositories that could not be read in this step."""

    # -- rechecks -------------------------------------------------------------------

    def rechecks(self) -> None:
        """Do what was asked for, in its order."""
        while self.progress.rechecks:
            recheck = self.progress.rechecks[0]
            if recheck.kind is Kind.MOVED and self.bundle is None:
                return
            self._recheck(recheck)
            self.progress = replace(self.progress, rechecks=self.progress.rechecks[1:])

    def _recheck(self, recheck: Recheck) -> None:
        while keys := self._page(recheck):
            self._check()
            wanted = self._open([key for key in keys if self._wants(recheck, key)])
            allowed = wanted[: int(self.progress.looks)]
            for key in by_turns(allowed):
                self._send(
                    key.repository,
                    key.digest,
                    recheck.kind.value,
                    anew=recheck.kind is not Kind.MOVED,
                )
            short = len(allowed) < len(wanted)
            last = keys[-1] if not short else allowed[-1] if allowed else None
            if last is not None:
                recheck = replace(recheck, after=str(last))
                self.progress = replace(
                    self.progress,
                    rechecks=(recheck, *self.progress.rechecks[1:]),
                )
            if short:
                raise Full

    def _page(self, recheck: Recheck) -> Sequence[SubjectKey]:
        ledger = self.ledger
        if recheck.kind is Kind.SIGNER:
            return ledger.signed_by(recheck.value, after=recheck.after, limit=PAGE)
        return ledger.under_statement(recheck.value, after=recheck.after, limit=PAGE)

    def _wants(self, recheck: Recheck, key: SubjectKey) -> bool:
        if recheck.kind is not Kind.MOVED or self.bundle is None:
            return True
        policy = self.bundle.policy_for(self.account, self.region, key.repository)
        governing = policy.statement_hash if policy else UNGOVERNED
        return governing != recheck.value or key.repository not in self._repositories()

    def _open(self, keys: Sequence[SubjectKey]) -> list[SubjectKey]:
        """Return those of ``keys`` that a look may change."""
        records = self.ledger.records(keys)
        return [
            key
            for key in keys
            if (record := records.get(key)) is None or record.reason not in CLOSED
        ]

    # -- the walk -------------------------------------------------------------------

    def walk(self) -> None:
        """Go on with the walk over every repository."""
        while (walk := self.progress.walk) is not None:
            self._check()
            following = self._following(walk)
            if following is not None and len(walk.waiting) < WAITING:
                walk = replace(walk, after=following)
                visit = Visit(repository=following, after="")
            elif readable := [
                each for each in walk.waiting if each.repository not in self._unread
            ]:
                visit = readable[0]
                rest = tuple(each for each in walk.waiting if each is not visit)
                walk = replace(walk, waiting=rest)
            elif walk.waiting:
                return  # what failed a moment ago is tried again by the next step
            else:
                self.progress = walked(self.progress)
                self.report.walked = True
                self.rechecks()
                return
            self._visit(visit, walk)

    def _visit(self, visit: Visit, walk: Walk) -> None:
        """Give a repository its turn; remember where it stopped."""
        turn = TURN
        if self._following(walk) is None:
            turn = max(TURN, int(self.progress.looks) // (len(walk.waiting) + 1))
        left: Visit | None = visit
        visitor = Visitor(
            inventory=self.inventory,
            ledger=self.ledger,
            bundle=self.bundle,
            account=self.account,
            region=self.region,
            now=self.now(),
        )
        sent = 0
        try:
            for batch in visitor.visit(visit.repository, after=visit.after):
                for wanted in batch.wanted:
                    self._send(visit.repository, wanted.digest, wanted.why.value)
                    left = replace(visit, after=wanted.digest)
                    sent += 1
                left = replace(visit, after=batch.last)
                if sent >= turn:
                    self.report.over.append(visit.repository)
                    break
                if self.now() >= self.until:
                    break
            else:
                left = None
        except NotFound:
            left = None  # deleted meanwhile: what is remembered of it is a recheck's
        except PortError as error:
            self.report.unread.append(f"{visit.repository}: {error}")
            self._unread.add(visit.repository)
            again = replace(left or visit, failures=visit.failures + 1)
            # The others are swept all the same, and this one tomorrow.
            left = again if again.failures < FAILURES else None
        finally:
            waiting = walk.waiting if left is None else (*walk.waiting, left)
            self.progress = replace(self.progress, walk=replace(walk, waiting=waiting))

    def _following(self, walk: Walk) -> str | None:
        """Return the first repository that the walk has not begun."""
        names = self._repositories()
        at = bisect_right(names, walk.after)
        return names[at] if at < len(names) else None

    def _repositories(self) -> Sequence[str]:
        if self._names is None:
            self._names = self.inventory.repositories()
        return self._names

    # -- looks ----------------------------------------------------------------------

    def _check(self) -> None:
        if self.progress.looks < 1 or self.now() >= self.until:
            raise Full

    def _send(
        self, repository: str, digest: str, why: str, *, anew: bool = False
    ) -> None:
        """Send one look; spread over the time in which the next ones are earned."""
        if self.progress.looks < 1:
            raise Full
        hint = Hint(
            account=self.account,
            region=self.region,
            repository=repository,
            digest=digest,
            anew=anew,
        )
        delay = timedelta(minutes=self.sent / self.looks_per_minute)
        try:
            self.queue.later(hint, delay)
        except PortError as error:
            self.report.failure = str(error)
            raise Full from error
        self.sent += 1
        self.report.sent[why] += 1
        self.progress = replace(self.progress, looks=self.progress.looks - 1)
