"""A sweep's step: as many looks as may be sent, and where it stopped.

Two things go on side by side: *rechecks*, which find subjects by an index of the
ledger, and a daily *walk* over every repository. Rechecks come first. Each step is
bounded in time and in looks; the next one goes on from what is remembered. Losing that,
or two steps at once, sends a look twice, which changes nothing.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.events import Hint
from sealward.ledger.indexes import UNGOVERNED
from sealward.look.sightings import in_force
from sealward.policy.bundle import PolicyBundle
from sealward.ports.bundle_source import BundleSource
from sealward.ports.failures import Conflict, NotFound, PortError
from sealward.ports.look_queue import LookQueue
from sealward.subjects import SubjectKey
from sealward.sweep.differences import CLOSED
from sealward.sweep.ports import Inventory, SweepLedger
from sealward.sweep.progress import (
    Kind,
    Progress,
    Recheck,
    Visit,
    Walk,
    asked,
    begun,
    planned,
    refilled,
    walked,
)
from sealward.sweep.visit import Visitor
from sealward.turns import by_turns

EVERY: Final = timedelta(days=1)
"""From the begin of one walk to the next."""
TURN: Final = 100
"""Looks that one repository gets before the others have had their turn."""
WAITING: Final = 100
"""Repositories unfinished at a time; with more, no further one is begun."""
PAGE: Final = 500
"""Keys read from an index at once."""
FAILURES: Final = 3
"""Steps of one walk in which a repository could not be read: it is left for the next.
"""
SHOWN: Final = 20
"""Repositories named in the log of a step."""
ATTEMPTS: Final = 3
"""To store what was asked for, while other steps store theirs."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What a step did: for the log and the counts."""

    sent: Counter[str] = field(default_factory=Counter)
    """Looks, by why."""
    over: list[str] = field(default_factory=list)
    """Repositories that used up their turn and wait for the next."""
    unread: list[str] = field(default_factory=list)
    """Repositories that could not be read, and the error."""
    failure: str = ""
    """What ended the step early, if anything."""
    walked: bool = False
    """Whether a walk was finished."""
    more: bool = False
    """Whether something is left to do."""

    def log_fields(self) -> dict[str, Any]:
        """Return the report in plain JSON types, bounded."""
        return {
            "sent": dict(self.sent),
            "over": self.over[:SHOWN],
            "unread": self.unread[:SHOWN],
            "failure": self.failure,
            "walked": self.walked,
            "more": self.more,
        }


class _Full(Exception):  # noqa: N818 - no error
    """No further look may be sent in this step."""


@dataclass(kw_only=True)
class Sweep:
    """Sends looks for what events did not tell.

    ``looks_per_minute`` is what it may send in the long run; unused ones are saved up
    for five minutes.
    """

    inventory: Inventory
    ledger: SweepLedger
    queue: LookQueue
    bundles: BundleSource
    account: str
    region: str
    looks_per_minute: int
    now: Callable[[], datetime]

    def ask(self, rechecks: Sequence[Recheck], *, walk: bool = False) -> None:
        """Remember that ``rechecks`` are to be done, and a walk if ``walk`` says so.

        Raises:
            Unavailable, Denied, Conflict: it is not remembered; ask again.
        """
        for attempt in range(ATTEMPTS):
            progress = asked(self._progress(), tuple(rechecks))
            if walk:
                started = Walk(started_at=self.now())
                progress = replace(progress, walk=progress.walk or started)
            try:
                return self._keep(progress)
            except Conflict:
                if attempt == ATTEMPTS - 1:
                    raise
        return None

    def step(self, *, until: datetime) -> Report:
        """Send looks until none may be sent, nothing is left, or it is ``until``.

        Raises:
            Unavailable, Denied: the ledger did not say how far the sweep is, or did
                not take it.
        """
        report = Report()
        now = self.now()
        before = self._progress()
        progress = refilled(before, now, looks_per_minute=self.looks_per_minute)
        bundle = in_force(self.bundles, account=self.account, now=now).bundle
        if bundle is not None:
            progress = planned(progress, bundle)
        if progress.walk is None and (
            progress.walked_at is None or now - progress.walked_at >= EVERY
        ):
            progress = replace(progress, walk=Walk(started_at=now))
        run = _Run(sweep=self, progress=progress, bundle=bundle, until=until)
        run.report = report
        try:
            run.rechecks()
            if not run.sent:
                # What was sent is looked at first: it would differ still.
                run.walk()
        except _Full:
            pass
        except PortError as error:
            report.failure = str(error)
        report.more = bool(run.progress.rechecks or run.progress.walk)
        try:
            self._keep(run.progress)
        except Conflict:
            # Another step, or someone who asked. Theirs is kept: what this one sent is
            # sent again, which changes nothing.
            report.more = True
        return report

    def _progress(self) -> Progress:
        return self.ledger.progress() or begun(self.now())

    def _keep(self, progress: Progress) -> None:
        self.ledger.keep_progress(replace(progress, version=progress.version + 1))


@dataclass(kw_only=True)
class _Run:
    """One step while it lasts."""

    sweep: Sweep
    progress: Progress
    bundle: PolicyBundle | None
    until: datetime
    report: Report = field(default_factory=Report)
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
                self._send(key.repository, key.digest, recheck.kind.value)
            short = len(allowed) < len(wanted)
            last = keys[-1] if not short else allowed[-1] if allowed else None
            if last is not None:
                recheck = replace(recheck, after=str(last))
                self.progress = replace(
                    self.progress,
                    rechecks=(recheck, *self.progress.rechecks[1:]),
                )
            if short:
                raise _Full

    def _page(self, recheck: Recheck) -> Sequence[SubjectKey]:
        ledger = self.sweep.ledger
        if recheck.kind is Kind.SIGNER:
            return ledger.signed_by(recheck.value, after=recheck.after, limit=PAGE)
        return ledger.under_statement(recheck.value, after=recheck.after, limit=PAGE)

    def _wants(self, recheck: Recheck, key: SubjectKey) -> bool:
        if recheck.kind is not Kind.MOVED or self.bundle is None:
            return True
        policy = self.bundle.policy_for(
            self.sweep.account, self.sweep.region, key.repository
        )
        governing = policy.statement_hash if policy else UNGOVERNED
        return governing != recheck.value or key.repository not in self._repositories()

    def _open(self, keys: Sequence[SubjectKey]) -> list[SubjectKey]:
        """Return those of ``keys`` that a look may change."""
        records = self.sweep.ledger.records(keys)
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
            inventory=self.sweep.inventory,
            ledger=self.sweep.ledger,
            bundle=self.bundle,
            account=self.sweep.account,
            region=self.sweep.region,
            now=self.sweep.now(),
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
                if self.sweep.now() >= self.until:
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
            self._names = self.sweep.inventory.repositories()
        return self._names

    # -- looks ----------------------------------------------------------------------

    def _check(self) -> None:
        if self.progress.looks < 1 or self.sweep.now() >= self.until:
            raise _Full

    def _send(self, repository: str, digest: str, why: str) -> None:
        """Send one look; spread over the time in which the next ones are earned."""
        if self.progress.looks < 1:
            raise _Full
        hint = Hint(
            account=self.sweep.account,
            region=self.sweep.region,
            repository=repository,
            digest=digest,
        )
        delay = timedelta(minutes=self.sent / self.sweep.looks_per_minute)
        try:
            self.sweep.queue.later(hint, delay)
        except PortError as error:
            self.report.failure = str(error)
            raise _Full from error
        self.sent += 1
        self.report.sent[why] += 1
        self.progress = replace(self.progress, looks=self.progress.looks - 1)
