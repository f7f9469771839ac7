"""Money: dollars of a million ECR events, a million signed images, an idle month.

A sum of recorded counts (``usage``), the template and list prices. Every number of it
is a figure. No free tier is counted, no batch, no discount: the dearest ordinary way.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from sealward.cli.prices import (
    GB,
    MILLION,
    MONTH_MINUTES,
    PRICES,
    REQUESTS_OF_A_MESSAGE,
)
from tests.bench.canned import function
from tests.bench.usage import IMAGES, LINE_BYTES, Usage, record
from tests.figures import Figures
from tests.template.rendering import load, render

CALL_SECONDS = 0.020
"""Of a call to AWS. Assumed."""
MEGABYTES_OF_A_PROCESSOR = 1_769
"""Memory that buys one whole processor; AWS documents it."""
LAMBDA_LINES, LAMBDA_LINES_BYTES = 3, 320
"""START, END and REPORT, and the bytes of the three, where the template lets Lambda
write them. From memory."""
COLD_SHARE, COLD_SECONDS = 0.01, 1.5
"""Share of looks that wait for a start, and what one is billed. Assumed."""
POLLERS, POLL_SECONDS = 5, 20
"""Lambda's own long polls of an empty queue. From memory."""
ONCE_A_MINUTE = 2 * MONTH_MINUTES
"""Of a month: two environments read the bundle and what is known of revocation, however
many looks they make. Assumed: a million images, evenly spread, keep a fifth of one
busy."""
TICK_CALLS, TICK_UNITS, TICK_PROCESSOR_SECONDS = 10, 6.0, 0.004
"""Of a tick that finds nothing: what is due and what is late in four shards each, half
a unit a query, and two reads about proposals. The time is assumed."""
WALK_HOURS = 31
"""Of a month in which the sweep writes its one metric: an hour for each day's walk. A
metric is charged by the hour, in hours in which it is written. From memory."""
MONTH_HOURS = 730
SWEEP_STEPS, SWEEP_SECONDS = MONTH_MINUTES // 5, 0.2
"""Of a month; the time is assumed."""
MOST = {"million_events": 6.0, "million_signed_images": 12.0, "idle_month": 2.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """Seconds of a whole processor."""

    look: float
    """Of a look that verifies."""
    spared: float
    """Of one that ends after a read of the ledger."""


def measure(figures: Figures) -> None:
    """Record, add up and judge."""
    for name, price in PRICES.items():
        print(
            f"     price: {price.dollars:.10g} dollars for {price.of}, {price.source}"
        )
        figures.add(f"money_price_{name}", price.dollars)
    seconds = processor_seconds()
    figures.add("money_look_processor_ms", seconds.look * 1e3)
    figures.add("money_spared_look_processor_ms", seconds.spared * 1e3)
    memory = verify_push_memory()
    figures.add("money_memory_mb", memory)
    for image in IMAGES:
        usage = record(image)
        for counted in Usage.__dataclass_fields__:
            figures.add(f"money_{image}_{counted}", getattr(usage, counted))
        parts = million(usage, processor=seconds, memory=memory)
        for part, dollars in parts.items():
            figures.add(f"money_million_{image}_{part}_dollars", dollars)
        total = sum(parts.values())
        signed = image == "signed"
        figures.add(
            f"money_million_{image}_images_dollars",
            total,
            most=MOST["million_signed_images"] if signed else None,
        )
        if signed:
            figures.add(
                "money_million_events_dollars",
                total / usage.events,
                most=MOST["million_events"],
            )
        stored = usage.stored_bytes * MILLION / GB
        figures.add(
            f"money_million_{image}_stored_a_month_dollars",
            stored * PRICES["ledger_gb_month"].dollars,
        )
    idle = idle_month(memory=memory)
    for part, dollars in idle.items():
        figures.add(f"money_idle_{part}_dollars", dollars)
    figures.add("money_idle_month_dollars", sum(idle.values()), most=MOST["idle_month"])


def million(usage: Usage, *, processor: Processor, memory: int) -> dict[str, float]:
    """Return the dollars of a million images that each use ``usage``, by part.

    Args:
        usage: of one image.
        processor: what a look takes of one.
        memory: of the function, in MB.
    """
    calls = usage.round_trips + usage.findings
    whole = (usage.looks - usage.spared) * processor.look
    whole += usage.spared * processor.spared
    seconds = (
        calls * CALL_SECONDS
        + whole * MEGABYTES_OF_A_PROCESSOR / memory
        + usage.looks * COLD_SHARE * COLD_SECONDS
    )
    lines = usage.looks * lambda_lines("VerifyPushFunction")
    counts = {
        "lambda_request": usage.looks,
        "lambda_gb_second": seconds * memory / 1024,
        "sqs_request": usage.looks * REQUESTS_OF_A_MESSAGE,
        "write_unit": usage.table_write_units + usage.index_write_units,
        "read_unit": usage.read_units,
        "log_gb": (usage.log_bytes + lines) / GB,
        "finding": usage.findings,
        "event": usage.told,
        "s3_put": usage.evidence_puts,
    }
    parts = {
        name: MILLION * number * PRICES[name].dollars for name, number in counts.items()
    }
    return {
        **parts,
        # The rest is a month's, however many images it has.
        "metric_month": usage.metrics * PRICES["metric_month"].dollars,
        "s3_get": ONCE_A_MINUTE * PRICES["s3_get"].dollars,
        "read_unit": parts["read_unit"] + ONCE_A_MINUTE * PRICES["read_unit"].dollars,
    }


def idle_month(*, memory: int) -> dict[str, float]:
    """Return the dollars of a month in which nothing is pushed, by part."""
    resources = render(load())
    secrets = sum(
        each["Type"] == "AWS::SecretsManager::Secret" for each in resources.values()
    )
    alarms = sum(
        each["Type"] == "AWS::CloudWatch::Alarm" for each in resources.values()
    )
    polls = POLLERS * MONTH_MINUTES * 60 / POLL_SECONDS
    tick = (
        TICK_CALLS * CALL_SECONDS
        + TICK_PROCESSOR_SECONDS * MEGABYTES_OF_A_PROCESSOR / memory
    )
    lines = lambda_lines("TickFunction")
    return {
        "alarm_month": alarms * PRICES["alarm_month"].dollars,
        "secret_month": secrets * PRICES["secret_month"].dollars,
        "metric_month": WALK_HOURS / MONTH_HOURS * PRICES["metric_month"].dollars,
        "sqs_request": polls * PRICES["sqs_request"].dollars,
        "lambda_request": (MONTH_MINUTES + SWEEP_STEPS)
        * PRICES["lambda_request"].dollars,
        "lambda_gb_second": (MONTH_MINUTES * tick + SWEEP_STEPS * SWEEP_SECONDS)
        * (memory / 1024)
        * PRICES["lambda_gb_second"].dollars,
        "read_unit": MONTH_MINUTES * TICK_UNITS * PRICES["read_unit"].dollars,
        "log_gb": MONTH_MINUTES * lines / GB * PRICES["log_gb"].dollars,
    }


def processor_seconds(looks: int = 30) -> Processor:
    """Return what a look takes of a processor, adapters and log included."""
    with function(latency=0.0, policies=100) as made:
        made.look()
        look = statistics.median(_taken(made.look) for _ in range(looks))
        made.aws.settled = True
        spared = statistics.median(_taken(made.look_again) for _ in range(looks))
    return Processor(look=look, spared=spared)


def _taken(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def lambda_lines(function_name: str) -> int:
    """Return the bytes of Lambda's own lines of one invocation that goes well."""
    properties = render(load())[function_name]["Properties"]
    if properties["LoggingConfig"].get("SystemLogLevel") == "WARN":
        return 0
    return LAMBDA_LINES_BYTES + LAMBDA_LINES * LINE_BYTES


def verify_push_memory() -> int:
    """Return the memory that the template gives the function, in MB."""
    properties = render(load())["VerifyPushFunction"]["Properties"]
    return int(properties["MemorySize"])
