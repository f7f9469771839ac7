"""A sweep's step: as many looks as may be sent, and where it stopped.

Two things go on side by side: *rechecks*, which find subjects by an index of the
ledger, and a daily *walk* over every repository. Rechecks come first. Each step is
bounded in time and in looks; the next one goes on from what is remembered. Losing that,
or two steps at once, sends a look twice, which changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from notation_verifier.values import dataclass
from sealward.look.reading.sightings import in_force
from sealward.ports.bundle_source import BundleSource
from sealward.ports.failures import Conflict, PortError
from sealward.ports.look_queue import LookQueue
from sealward.sweep.ports import Inventory, SweepLedger
from sealward.sweep.progress import (
    Progress,
    Recheck,
    Walk,
    asked,
    begun,
    planned,
    refilled,
)
from sealward.sweep.report import Report
from sealward.sweep.run import Full, Run

EVERY: Final = timedelta(days=1)
"""From the begin of one walk to the next."""
ATTEMPTS: Final = 3
"""To store what was asked for, while other steps store theirs."""


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
        run = Run(
            inventory=self.inventory,
            ledger=self.ledger,
            queue=self.queue,
            account=self.account,
            region=self.region,
            looks_per_minute=self.looks_per_minute,
            now=self.now,
            progress=progress,
            bundle=bundle,
            until=until,
            report=report,
        )
        try:
            run.rechecks()
            if not run.sent:
                # What was sent is looked at first: it would differ still.
                run.walk()
        except Full:
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
