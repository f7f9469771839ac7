"""Usage: what one image makes AWS count, recorded from looks on the simulator.

Real are the gate, the intake, the log and what the ledger's adapter writes, seal
included; the registry, Security Hub, the bucket of evidence and the queue are the
simulator's.
"""

import io
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

from sealward.aws.intake import Intake
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.sealed_items import sealed
from sealward.aws.telemetry import Telemetry
from sealward.events import Hint, look_again
from sealward.look.telling.result import NOT_DUE, LookResult
from sealward.ports.evidence_store import EvidenceQuota, EvidenceStore
from sealward.ports.ledger import Intent, Ledger
from sealward.subjects import SubjectKey
from sealward.subjects.turns import Shares
from sealward.tick.due import tick
from simulator.in_process.queue import InProcessLookQueue
from tests.bench.capacity import CountedTable
from tests.unit.sealward.stand import ACCOUNT, REGION, Stand
from tests.unit.sealward.trips import CountedLedger, CountedRegistry, Trips

LINE_BYTES = 26
"""Bytes that CloudWatch Logs adds to each line."""
_SERVICES = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was counted for one image."""

    events: int
    """ECR events that the template's rules forward."""
    looks: int
    """Invocations: each message comes alone, the dearest way."""
    spared: int
    """Of these, what ended after one read of the ledger."""
    round_trips: int
    """Calls to AWS that wait for one another, messages of our own among them."""
    table_write_units: int
    index_write_units: int
    read_units: float
    log_bytes: int
    """Of our own lines, with what CloudWatch Logs adds."""
    metrics: int
    """Different metrics of ours."""
    findings: int
    """Findings sent to Security Hub, updates included."""
    told: int
    """Events put on the bus: verdict changes."""
    evidence_puts: int
    """Objects put into the bucket of evidence."""
    stored_bytes: int
    """Of the ledger, in the end."""


class _Calls(Trips):
    """Counts calls by name as well."""

    def __init__(self) -> None:
        super().__init__()
        self.by_name: Counter[str] = Counter()

    def take(self, name: str, number: int = 1) -> None:
        self.by_name[name] += 1
        super().take(name, number)


_OTHER_READS = (
    "children",
    "listing note",
    "judged",
    "signed",
    "unsigned count",
    "approvals",
    "count",
    "reversals",
    "last trip",
    "repository note",
    "pauses",
    "evidence spent",
)
"""Of the ledger, one unit each, as the dearest are."""
_OTHER_WRITES = (
    "record children",
    "note listing",
    "keep judged",
    "keep unsigned count",
    "open proposal",
    "record reversal",
    "keep trip",
    "keep repository note",
    "evidence taken",
)
"""Beside the records: small items that no index holds, one unit each."""


class _Ledger(CountedLedger):
    """Writes to the simulator's ledger, and through the adapter to a counted table."""

    def __init__(self, ledger: Ledger, trips: Trips, table: CountedTable) -> None:
        super().__init__(ledger, trips)
        client: Any = table
        self._adapter = LedgerTable(
            "ledger", sealed(client, lambda: b"k" * 64, lambda _pk, _sk: None)
        )
        self.reads = 0.0

    def current(self, key: SubjectKey) -> Any:
        self.reads += 1
        return super().current(key)

    def parents(self, key: SubjectKey, *, limit: int, consistent: bool = True) -> Any:
        self.reads += 1 if consistent else 0.5
        return super().parents(key, limit=limit, consistent=consistent)

    def write(
        self,
        record: Any,
        *,
        expected: int,
        report: Mapping[str, Any] | None = None,
        intent: Intent | None = None,
    ) -> None:
        super().write(record, expected=expected, report=report, intent=intent)
        self._adapter.write(record, expected=expected, report=report, intent=intent)


class _Queue:
    """Counts what is sent to the simulator's queue."""

    def __init__(self, queue: InProcessLookQueue, trips: Trips) -> None:
        self._queue, self._trips = queue, trips
        self.dead_letter = queue.dead_letter

    def later(self, hint: Hint, delay: timedelta) -> None:
        self._trips.take("send")
        self._queue.later(hint, delay)

    def at_once(self, hints: Sequence[Hint]) -> None:
        for _ in range(0, len(hints), 10):
            self._trips.take("send")
        self._queue.at_once(hints)


class _Evidence:
    """Counts what is kept in the simulator's bucket, and the bytes of the day."""

    def __init__(self, kept: Any, trips: Trips) -> None:
        self._kept, self._trips = kept, trips

    def keep(self, key: str, content: bytes) -> None:
        self._trips.take("put")
        self._kept.keep(key, content)

    def read(self, key: str, *, limit: int) -> bytes:
        self._trips.take("get")
        read: bytes = self._kept.read(key, limit=limit)
        return read

    def keys(self, prefix: str) -> Sequence[str]:
        self._trips.take("list")
        keys: Sequence[str] = self._kept.keys(prefix)
        return keys

    def spent(self, repository: str, day: date) -> int:
        self._trips.take("evidence spent")
        spent: int = self._kept.spent(repository, day)
        return spent

    def take(self, repository: str, day: date, size: int) -> None:
        self.spent(repository, day)
        self._trips.take("evidence taken")
        self._kept.take(repository, day, size)


class Recorder:
    """A gate that is watched while it looks."""

    def __init__(self) -> None:
        self._trips, self._table = _Calls(), CountedTable()
        ledgers: list[_Ledger] = []

        def watched(ledger: Ledger) -> Ledger:
            ledgers.append(_Ledger(ledger, self._trips, self._table))
            return ledgers[0]

        self.stand = Stand(
            registry=lambda registry: CountedRegistry(registry, self._trips),
            run_beside=self._trips.beside,
            wrap_ledger=watched,
        )
        self._queue = _Queue(self.stand.queue, self._trips)
        store = _Evidence(self.stand.evidence, self._trips)
        evidence: EvidenceStore = store
        quota: EvidenceQuota = store
        self.stand.gate = replace(
            self.stand.gate, queue=self._queue, evidence=evidence, evidence_quota=quota
        )
        self._ledger = ledgers[0]
        self._events = self._looks = self._spared = 0
        self._log = io.StringIO()
        names = {
            # One logger each: Powertools keeps a service's logger and its stream.
            "POWERTOOLS_SERVICE_NAME": f"verify_push_{next(_SERVICES)}",
            "POWERTOOLS_METRICS_NAMESPACE": "Sealward",
        }
        with patch.dict("os.environ", names), redirect_stdout(self._log):
            self._telemetry = Telemetry()
        self._intake = Intake(
            account=ACCOUNT,
            region=REGION,
            queue=self.stand.queue,
            look=self._look,
            telemetry=self._telemetry,
            shares=Shares(self.stand.clock),
        )

    def _look(self, hint: Hint, within: timedelta) -> LookResult:
        result = self.stand.gate.look(hint, within)
        self._spared += result.reason == NOT_DUE
        return result

    def deliver(self) -> None:
        """Look at what the registry's events name."""
        for event in self.stand.aws.events.drain():
            if event["source"] == "aws.ecr":
                self._events += 1
                self._take(event)

    def pass_time(self, by: timedelta) -> None:
        """Let time pass; look at what comes due, and at what that causes."""
        end = self.stand.clock.now + by
        while (due := self._next_due()) is not None and due <= end:
            self.stand.clock.now = max(due, self.stand.clock.now)
            self.stand.aws.settle()
            self._work()
        self.stand.clock.now = end

    def usage(self) -> Usage:
        """Return what was counted so far."""
        lines = [json.loads(line) for line in self._log.getvalue().splitlines()]
        size = len(self._log.getvalue().encode()) + LINE_BYTES * len(lines)
        metrics = {
            metric["Name"]
            for line in lines
            for group in line.get("_aws", {}).get("CloudWatchMetrics", ())
            for metric in group["Metrics"]
        }
        operations = self.stand.aws.operations
        calls = self._trips.by_name
        return Usage(
            events=self._events,
            looks=self._looks,
            spared=self._spared,
            round_trips=self._trips.taken,
            table_write_units=self._table.table_units
            + sum(calls[name] for name in _OTHER_WRITES),
            index_write_units=self._table.index_units,
            read_units=self._ledger.reads + sum(calls[name] for name in _OTHER_READS),
            log_bytes=size,
            metrics=len(metrics),
            findings=sum(
                each.operation == "BatchImportFindings" for each in operations
            ),
            told=len(self.stand.bus.events),
            evidence_puts=calls["put"],
            stored_bytes=self._table.stored_bytes,
        )

    def _next_due(self) -> Any:
        waiting = [arrives for arrives, _ in self.stand.queue.waiting]
        records = self.stand.ledger.records.values()
        now = self.stand.clock.now
        due = [each.due for each in records if each.due is not None and each.due > now]
        return min([*waiting, *due], default=None)

    def _work(self) -> None:
        now, queue = self.stand.clock.now, self.stand.queue
        late = [at for at, _ in queue.waiting if at <= now]
        if not late:
            tick(
                self.stand.ledger,
                self._queue,
                account=ACCOUNT,
                region=REGION,
                now=now,
                limit=10,
            )
        for hint in queue.receive():
            self._take(look_again(hint))
        self.deliver()

    def _take(self, event: Mapping[str, Any]) -> None:
        self._looks += 1
        record = {"messageId": "1", "body": json.dumps(event)}
        with redirect_stdout(self._log):
            answer = self._intake.take({"Records": [record]}, lambda: 100_000)
            self._telemetry.flush()
        if answer != {"batchItemFailures": []}:
            raise RuntimeError(f"{event}: {answer}: {self._log.getvalue()[-500:]}")


def _signed(recorder: Recorder) -> None:
    """Push an image; its signature follows five seconds later."""
    image = recorder.stand.push(tag="v1")
    recorder.deliver()
    recorder.stand.clock.advance(timedelta(seconds=5))
    recorder.stand.attach(image)
    recorder.deliver()
    recorder.pass_time(timedelta(days=30))


def _unsigned(recorder: Recorder) -> None:
    """Push an image that nobody signs; it is quarantined and kept so for 30 days."""
    recorder.stand.push(tag="v1")
    recorder.deliver()
    recorder.pass_time(timedelta(days=30))


def _ungoverned(recorder: Recorder) -> None:
    """Push an image that no policy names."""
    recorder.stand.push(tag="v1", repository="other/app")
    recorder.deliver()
    recorder.pass_time(timedelta(days=30))


IMAGES: dict[str, Callable[[Recorder], None]] = {
    "signed": _signed,
    "unsigned": _unsigned,
    "ungoverned": _ungoverned,
}


def record(image: str) -> Usage:
    """Return what an image makes AWS count, from its push until 30 days after."""
    recorder = Recorder()
    IMAGES[image](recorder)
    return recorder.usage()
