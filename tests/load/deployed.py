"""Ten thousand pushes through the deployed stack, on a local AWS.

    python -m tests.load.deployed FOLDER

Reads what ``tests.load.families`` wrote. Runs in the local AWS's environment.
"""

import base64
import json
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from demo.stack import BUILD, STACK, DemoError, LocalAws, build, deploy, local_aws
from tests.figures import Figures

PUSHERS = 4
SETTLED = {"trusted", "unsigned"}
PATIENCE = 300.0
"""Seconds without any progress before the run is given up."""
STEP = 10.0
"""Seconds between two counts of what is judged: each reads the whole ledger."""
BACKLOG = 500
"""Messages that may wait when an image is pushed. The local AWS looks through all of a
queue for each message that it gives out; a longer one would measure that."""
_ROLE = "VerifyPushRole"


def main(folder: Path) -> int:
    """Deploy, push, wait until all is judged; return the exit status."""
    told = [json.loads(line) for line in (folder / "families.jsonl").open()]
    figures = Figures("load-deployed", build=BUILD)
    try:
        build()
        with local_aws(keep=False) as aws:
            bundle = (folder / "bundle.json").read_bytes()
            outputs = deploy(aws, bundle, {"Capability": "quarantine"}).outputs
            print(f"stack deployed; pushing {len(told)} multi-arch images", flush=True)
            run = _Run(aws, outputs, told)
            before = run.calls()
            start = time.monotonic()
            run.push()
            pushed = time.monotonic() - start
            run.wait()
            took = time.monotonic() - start
            run.judge(figures, before, pushed=pushed, took=took)
    except DemoError as error:
        print(f"make load: {error}", file=sys.stderr)
        return 2
    return figures.finish()


class _Run:
    """One load on one deployed stack."""

    def __init__(
        self,
        aws: LocalAws,
        outputs: Mapping[str, str],
        told: Sequence[Mapping[str, Any]],
    ) -> None:
        self._aws, self._told = aws, told
        self._table = outputs["LedgerTable"]
        self._ecr = aws.client("ecr")
        self._sqs = aws.client("sqs")
        self._dynamodb = aws.client("dynamodb")
        self._queues = _queues(aws)

    def push(self) -> None:
        """Push every family, each in its order, some beside one another."""
        for repository in sorted({each["repository"] for each in self._told}):
            self._ecr.create_repository(repositoryName=repository)
        start = time.monotonic()
        with ThreadPoolExecutor(PUSHERS) as threads:
            for number, _ in enumerate(threads.map(self._push, self._told), 1):
                if number % 100 == 0:
                    took = time.monotonic() - start
                    print(f"{took:6.0f} s  {number} images pushed", flush=True)

    def _push(self, family: Mapping[str, Any]) -> None:
        while self.waiting("looks") > BACKLOG:
            time.sleep(0.5)
        repository = family["repository"]
        for digest, encoded in family["blobs"].items():
            self._upload(repository, digest, base64.b64decode(encoded))
        for push in family["pushes"]:
            more = {"imageTag": push["tag"]} if push["tag"] else {}
            self._ecr.put_image(
                repositoryName=repository,
                imageManifest=push["content"],
                imageManifestMediaType=push["mediaType"],
                **more,
            )

    def _upload(self, repository: str, digest: str, content: bytes) -> None:
        upload = self._ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
        self._ecr.upload_layer_part(
            repositoryName=repository,
            uploadId=upload,
            partFirstByte=0,
            partLastByte=len(content) - 1,
            layerPartBlob=content,
        )
        with suppress(ClientError):  # a layer that is there already
            self._ecr.complete_layer_upload(
                repositoryName=repository, uploadId=upload, layerDigests=[digest]
            )

    def wait(self) -> None:
        """Wait until every index is judged, and what it lists with it."""
        best, since = -1, time.monotonic()
        while True:
            verdicts = self.verdicts()
            done = sum(verdicts[each] for each in (*SETTLED, "covered"))
            if done == 4 * len(self._told) and not self.waiting("looks"):
                return
            if done > best:
                best, since = done, time.monotonic()
                print(f"judged: {done}; waiting: {self.waiting('looks')}", flush=True)
            if time.monotonic() - since > PATIENCE:
                print(f"no progress: {dict(verdicts)}", flush=True)
                return
            time.sleep(STEP)

    def verdicts(self) -> Counter[str]:
        """Count the ledger's records by verdict."""
        return Counter(item["verdict"]["S"] for item in self._records())

    def _records(self) -> Iterator[Mapping[str, Any]]:
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression="sk = :current AND attribute_exists(verdict)",
            ExpressionAttributeValues={":current": {"S": "current"}},
            ProjectionExpression="pk, verdict",
        )
        for page in pages:
            yield from page["Items"]

    def waiting(self, queue: str) -> int:
        """Return how many messages a queue has, taken ones included."""
        asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self._sqs.get_queue_attributes(
            QueueUrl=self._queues[queue], AttributeNames=asked
        )["Attributes"]
        return sum(int(answer[each]) for each in asked)

    def calls(self) -> Counter[str]:
        """Count what the function's role was allowed so far, by action."""
        url = f"{self._aws.endpoint}/_sealward/operations"
        with urllib.request.urlopen(url, timeout=60) as answer:
            performed = json.load(answer)
        return Counter(
            entry["action"] for entry in performed if _ROLE in entry["caller"]
        )

    def judge(
        self, figures: Figures, before: Counter[str], *, pushed: float, took: float
    ) -> None:
        """Add the figures."""
        verdicts = self.verdicts()
        images = len(self._told)
        signed = sum(each["signed"] for each in self._told)
        events = sum(len(each["pushes"]) for each in self._told)
        figures.add("images", images)
        figures.add("push_events", 4 * images, least=1)
        figures.add("events_with_signatures", events)
        figures.add("seconds_to_push", pushed)
        figures.add("seconds_until_all_is_judged", took)
        figures.add("events_per_second", events / took)
        figures.add("trusted", verdicts["trusted"], exactly=signed)
        figures.add("covered", verdicts["covered"], exactly=3 * signed)
        figures.add("unsigned", verdicts["unsigned"], exactly=4 * (images - signed))
        calls = self.calls() - before
        for action, count in sorted(calls.items()):
            figures.add(f"calls_per_image {action}", count / images)
        figures.add("calls_per_image", calls.total() / images)
        figures.add("looks_waiting", self.waiting("looks"), exactly=0)
        figures.add("dead_letters", self.waiting("dead"), exactly=0)


def _queues(aws: LocalAws) -> dict[str, str]:
    resources = aws.client("cloudformation").describe_stack_resources(StackName=STACK)
    names = {"LookQueue": "looks", "LookDeadLetterQueue": "dead"}
    return {
        names[each["LogicalResourceId"]]: each["PhysicalResourceId"]
        for each in resources["StackResources"]
        if each["LogicalResourceId"] in names
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
