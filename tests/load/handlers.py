"""Ten thousand pushes through the real handlers, real clients, answered in process.

    python -m tests.load.handlers FOLDER

Time is told, so a quiet hour takes nothing; what is measured is what the functions
call, what AWS would ask for it, and how fast they are when nobody waits for a network.
"""

import base64
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Any

from sealward.cli.prices import MILLION, PRICES, REQUESTS_OF_A_MESSAGE
from simulator.pushes import Pusher
from tests.bench.capacity import CountedTable
from tests.bench.money import (
    CALL_SECONDS,
    MEGABYTES_OF_A_PROCESSOR,
    verify_push_memory,
)
from tests.faults.deployment import ground
from tests.faults.ground import PLACE, Ground
from tests.figures import Figures
from tests.load.families import MANIFESTS
from tests.load.quick_tables import quick_tables

BETWEEN_PUSHES = timedelta(milliseconds=400)
AFTERWARDS = timedelta(minutes=3)
"""For so long after the last push; what is held is looked at hourly then."""
BUILD = Path("build")
SEQUENTIAL_SHARE = 0.5
"""Of a look's calls about half wait for another one: reads run side by side."""


def main(folder: Path) -> int:
    """Push, look, judge; return the exit status."""
    figures = Figures("load-handlers", build=BUILD)
    told = [json.loads(line) for line in (folder / "families.jsonl").open()]
    with quick_tables(), ground() as made:
        made.publish((folder / "bundle.json").read_bytes())
        run = _Run(made)
        start, spent = time.monotonic(), time.process_time()
        with Path(os.devnull).open("w") as log, redirect_stdout(log):
            run.push(told)
            run.go_on(AFTERWARDS)
        took, processor = time.monotonic() - start, time.process_time() - spent
        run.judge(figures, told, took=took, processor=processor)
    return figures.finish()


def _push(made: Ground, family: Mapping[str, Any]) -> None:
    pusher = Pusher(made.aws, PLACE, family["repository"])
    for encoded in family["blobs"].values():
        pusher.layer(base64.b64decode(encoded))
    for push in family["pushes"]:
        pusher.manifest(
            push["content"].encode(), push["mediaType"], tag=push["tag"] or None
        )
        made.collect()


class _Run:
    """Counts what the functions do on one ground."""

    def __init__(self, made: Ground) -> None:
        self._made = made
        self._table = CountedTable()
        self.messages = 0
        answer, looks = made.services.answer, made.looks

        def answered(operation: str, asked: Mapping[str, Any]) -> Any:
            for item in _written(operation, asked):
                self._table.put_item(Item=item)
            return answer(operation, asked)

        def counted(messages: Any) -> None:
            self.messages += len(messages)
            looks(messages)

        made.services.answer = answered  # type: ignore[method-assign]
        made.looks = counted  # type: ignore[method-assign]
        made.wire.begin()

    def push(self, told: Sequence[Mapping[str, Any]]) -> None:
        """Push every family; the functions hear of it meanwhile."""
        for number, family in enumerate(told, 1):
            _push(self._made, family)
            self._made.pass_time(BETWEEN_PUSHES)
            if number % 250 == 0:
                print(f"{number} images pushed", file=sys.stderr, flush=True)

    def go_on(self, span: timedelta) -> None:
        """Let ``span`` pass, second by second; each minute ticks."""
        for second in range(int(span.total_seconds())):
            self._made.pass_time(timedelta(seconds=1))
            if second % 60 == 0:
                self._made.ticks()

    def judge(
        self, figures: Figures, told: Any, *, took: float, processor: float
    ) -> None:
        """Add the figures."""
        images = len(told)
        signed = sum(each["signed"] for each in told)
        events = sum(len(each["pushes"]) for each in told)
        verdicts = self._verdicts()
        figures.add("push_events", MANIFESTS * images)
        figures.add("events_with_signatures", events)
        figures.add("trusted", verdicts["trusted"], exactly=signed)
        figures.add("covered", verdicts["covered"], exactly=3 * signed)
        figures.add("unsigned", verdicts["unsigned"], exactly=4 * (images - signed))
        calls = Counter(operation for operation, _ in self._made.wire.calls)
        for operation, count in sorted(calls.items()):
            figures.add(f"calls_per_image {operation}", count / images)
        figures.add("calls_per_image", calls.total() / images)
        figures.add("messages_per_image", self.messages / images)
        figures.add("looks_per_second", self.messages / took)
        figures.add("events_per_second", events / took)
        due = [each for each in self._made.mail if each.at <= self._made.clock.now]
        figures.add("looks_waiting", len(due), exactly=0)
        dead = len(self._made.lost) + len(self._made.dead_letters())
        figures.add("dead_letters", dead, exactly=0)
        self._add_dollars(figures, calls, events, processor)

    def _verdicts(self) -> Counter[str]:
        items = self._made.items()
        return Counter(each["verdict"] for each in items if each["sk"] == "current")

    def _add_dollars(
        self, figures: Figures, calls: Counter[str], events: int, processor: float
    ) -> None:
        """Price a million events as docs/performance.md does, from what was counted."""
        memory = verify_push_memory()
        reads = sum(
            count
            for operation, count in calls.items()
            if operation in {"dynamodb:GetItem", "dynamodb:Query"}
        )
        seconds = (
            calls.total() * SEQUENTIAL_SHARE * CALL_SECONDS
            + processor * MEGABYTES_OF_A_PROCESSOR / memory
        )
        counts = {
            "lambda_request": self.messages,
            "lambda_gb_second": seconds * memory / 1024,
            "sqs_request": self.messages * REQUESTS_OF_A_MESSAGE,
            "write_unit": self._table.table_units + self._table.index_units,
            "read_unit": reads,
            "finding": calls["securityhub:BatchImportFindings"],
        }
        parts = {
            name: MILLION / events * number * PRICES[name].dollars
            for name, number in counts.items()
        }
        for name, dollars in parts.items():
            figures.add(f"dollars_per_million_events {name}", dollars)
        figures.add("dollars_per_million_events", sum(parts.values()))


def _written(operation: str, asked: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    match operation:
        case "dynamodb:PutItem":
            yield asked["Item"]
        case "dynamodb:BatchWriteItem":
            for requests in asked["RequestItems"].values():
                for each in requests:
                    if "PutRequest" in each:
                        yield each["PutRequest"]["Item"]
        case _:
            return


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
