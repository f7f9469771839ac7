"""A warm look at a newly signed image, when every call to AWS takes 20 ms.

The whole handler runs: batch, adapters, verification, ledger, log. Beside it, in turns,
the same calls in the same order with nothing done between them.
"""

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from tests.bench.bundles import ACCOUNT
from tests.bench.canned import REPOSITORY, Function, function
from tests.figures import Figures

LATENCY = 0.020
"""Seconds of one call to AWS."""
RUNS = 200
TRANSPORTS = 50
POLICIES = 100
P95_MS = 150.0


def measure(figures: Figures) -> None:
    """Measure and judge.

    Raises:
        RuntimeError: a look is not what is to be measured.
    """
    times: list[float] = []
    processor: list[float] = []
    transports: list[float] = []
    with (
        function(latency=LATENCY, policies=POLICIES) as made,
        ThreadPoolExecutor(8) as pool,
    ):
        check(made)
        transport = _transport(made, pool)
        transport()
        for turn in range(RUNS):
            before = time.process_time()
            times.append(_seconds(made.look))
            processor.append(time.process_time() - before)
            if turn % (RUNS // TRANSPORTS) == 0:
                transports.append(_seconds(transport))
        peak = _peak(made.look)
    floor = statistics.median(transports)
    figures.add("warm_look_p50_ms", statistics.median(times) * 1e3)
    figures.add("warm_look_p95_ms", _p95(times) * 1e3, most=P95_MS)
    figures.add("warm_look_processor_ms", statistics.median(processor) * 1e3)
    figures.add("warm_look_transport_ms", floor * 1e3)
    figures.add("warm_look_ratio_to_transport", statistics.median(times) / floor)
    figures.add("warm_look_peak_kib", peak / 1024)


def check(made: Function) -> None:
    """Look once; see that it is a first look at a signed image that ends trusted."""
    made.aws.calls.clear()
    answer = made.look()
    wanted = sorted([*FIRST, *THEN])
    called = sorted(call for call in made.aws.calls if call not in ONCE_A_MINUTE)
    if answer != {"batchItemFailures": []} or called != wanted:
        raise RuntimeError(f"{answer}; {called}: {made.log.getvalue()}")


ONCE_A_MINUTE = frozenset({"GetObject", "Query", "GetSecretValue"})
"""The bundle and what is known of revocation, read beside calls that wait for none.

The indexes that list the image are a query as well, at each look. The key of the
ledger's seal is read once for the life of the function.
"""
FIRST = ("GetItem", "DescribeImages", "BatchGetImage", "ListImageReferrers")
"""Calls that wait for none."""
THEN = ("BatchGetImage", "GetDownloadUrlForLayer", "layer", "PutItem", "PutEvents")
"""Calls each of which needs the one before; the bus is told beside the write."""


def _transport(made: Function, pool: ThreadPoolExecutor) -> Callable[[], object]:
    """Return what makes the look's calls and does nothing with the answers."""
    ecr, ledger = made.clients.client("ecr"), made.clients.client("dynamodb")
    of = {"registryId": ACCOUNT, "repositoryName": REPOSITORY}
    image = {"imageDigest": made.aws.image.digest}
    signature = {"imageDigest": made.aws.signature.digest}
    envelope = made.aws.envelope
    table: dict[str, Any] = {"TableName": "ledger"}
    key = {"pk": {"S": f"{REPOSITORY}@{envelope}"}, "sk": {"S": "current"}}
    put = {**table, "Item": {**key, "report": {"B": b"r" * 1400}}}
    bus = made.clients.client("events")
    told = {"Source": "sealward", "DetailType": "verdict", "Detail": f'"{"d" * 800}"'}

    def beside(*calls: Callable[[], Any]) -> None:
        done, _ = wait([pool.submit(call) for call in calls])
        for each in done:
            each.result()

    def calls() -> None:
        first = (
            lambda: ledger.get_item(**table, Key=key, ConsistentRead=True),
            lambda: ledger.query(**table, KeyConditionExpression="pk = :pk"),
            lambda: ecr.describe_images(**of, imageIds=[image]),
            lambda: ecr.batch_get_image(**of, imageIds=[image]),
            lambda: ecr.list_image_referrers(**of, subjectId=image),
        )
        beside(*first)
        ecr.batch_get_image(**of, imageIds=[signature])
        answer = ecr.get_download_url_for_layer(**of, layerDigest=envelope)
        made.aws.fetch(answer["downloadUrl"], 1 << 20)
        beside(lambda: ledger.put_item(**put), lambda: bus.put_events(Entries=[told]))

    return calls


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[94]


def _peak(call: Callable[[], object]) -> int:
    """Return the bytes that Python allocates for one look, at their most."""
    gc.collect()
    tracemalloc.start()
    try:
        _seconds(call)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
