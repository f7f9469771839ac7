"""One account with one stack of one capability, and what can be seen of it."""

import contextlib
import json
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

from demo.stack import REGION, Deployment, LocalAws
from sealward.aws.ledger.ledger_key import LedgerKey
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.sealed_items import sealed
from sealward.ledger import Record
from sealward.policy.bundle import Capability
from sealward.ports.failures import Conflict
from sealward.subjects import SubjectKey
from tests.capabilities.expected import GONE, NONE, OWN, REPOSITORY, RESOLVED, End
from tests.capabilities.people import Person
from tests.capabilities.shelf import Shelf

PATIENCE: Final = 120.0
"""Seconds the stack has for what a story waits for."""
_FIRST: Final = 0.3
"""Seconds between two looks, at first."""
_LONGEST: Final = 2.0
_SWEEPS: Final = 4
_SWEEP: Final = 40.0
"""Seconds that one walk through the registry may take; a busy machine's may fail."""
_FRESH: Final = 1.0
"""Seconds for which what was seen of Security Hub counts as what is so."""


class Account:
    """What the stories do and see.

    Args:
        capability: of the stack.
        deployed: the stack.
        administrator: who may do everything.
        on_call: who may ask the function ``operate``.
        operator: who may redrive.
    """

    def __init__(
        self,
        capability: Capability,
        deployed: Deployment,
        *,
        administrator: Person,
        on_call: Person,
        operator: Person,
    ) -> None:
        self.capability = capability
        self.aws: LocalAws = deployed.aws
        self.outputs, self._functions = deployed.outputs, deployed.functions
        self.administrator, self.on_call = administrator, on_call
        self.operator = operator
        self.kept: dict[str, Any] = {}
        """What was there before the stack was, by use case."""
        dynamodb: Any = self.aws.client("dynamodb")
        secrets = self.aws.client("secretsmanager")
        key = LedgerKey(
            _ledger_key(self.aws),
            SimpleNamespace(get_secret_value=secrets.get_secret_value),
        )
        self.ledger = LedgerTable(
            self.outputs["LedgerTable"], sealed(dynamodb, key, lambda *_: None)
        )
        self._hub = self.aws.client("securityhub")
        self._ecr = self.aws.client("ecr")
        self._heard: list[dict[str, Any]] = []
        self._told: list[str] = []
        self._findings: tuple[float, list[dict[str, Any]]] = (0.0, [])
        self.may_sweep = threading.Event()
        """Set once what a sweep would find first was found without one."""
        self._swept = -PATIENCE
        self._sweeping = threading.Lock()
        self._looking = threading.Lock()
        self._hearing = threading.Lock()

    @property
    def acts(self) -> bool:
        """Return whether the stack may archive."""
        return self.capability is not Capability.OBSERVE

    def shelf(self, repository: str) -> Shelf:
        """Return a repository, made if need be."""
        return Shelf(self.aws, repository)

    def until(self, what: Callable[[], bool], patience: float = PATIENCE) -> bool:
        """Wait until ``what`` holds; return whether it did in time."""
        end, pause = time.monotonic() + patience, _FIRST
        while not what():
            if time.monotonic() > end:
                return False
            time.sleep(pause)
            pause = min(pause * 1.3, _LONGEST)
        return True

    # -- what is so ------------------------------------------------------------------

    def record(self, key: SubjectKey) -> Record | None:
        """Return what the ledger holds of an image."""
        return self.ledger.current(key)

    def verdict(self, key: SubjectKey) -> str:
        """Return the verdict, empty before the first look."""
        record = self.record(key)
        return str(record.verdict) if record else ""

    def held(self, key: SubjectKey) -> int:
        """Return how often the image was archived, once it is held; else 0."""
        record = self.record(key)
        hold = record.hold if record else None
        return hold.applied if hold is not None and hold.state == "held" else 0

    def settled_bad(self, key: SubjectKey) -> bool:
        """Return whether the image is refused, and held where the stack may."""
        if self.verdict(key) not in ("unsigned", "untrusted"):
            return False
        return not self.acts or self.held(key) > 0

    def status(self, key: SubjectKey) -> str:
        """Return the registry's word for an image."""
        try:
            (image,) = self._ecr.describe_images(
                repositoryName=key.repository,
                imageIds=[{"imageDigest": key.digest}],
                filter={"imageStatus": "ANY"},
            )["imageDetails"]
        except self._ecr.exceptions.ImageNotFoundException:
            return GONE
        return str(image["imageStatus"])

    def findings(self) -> list[dict[str, Any]]:
        """Return what Security Hub holds."""
        with self._looking:
            at, found = self._findings
            if time.monotonic() - at > _FRESH:
                pages = self._hub.get_paginator("get_findings").paginate()
                found = [each for page in pages for each in page["Findings"]]
                self._findings = (time.monotonic(), found)
            return found

    def finding(self, key: SubjectKey) -> Mapping[str, Any] | None:
        """Return the image's own finding."""
        record = self.record(key)
        named = record.finding.id if record and record.finding else ""
        return next((each for each in self.findings() if each["Id"] == named), None)

    def end(self, key: SubjectKey) -> End:
        """Return how an image stands now."""
        record = self.record(key)
        if record is None:
            return End(verdict="", reason="", status=self.status(key), finding="")
        return End(
            verdict=str(record.verdict),
            reason=record.reason,
            status=self.status(key),
            finding=self._told_of(key),
        )

    def _told_of(self, key: SubjectKey) -> str:
        own = self.finding(key)
        if own is not None:
            return OWN if own["RecordState"] == "ACTIVE" else RESOLVED
        resource = f":repository/{key.repository}"
        counted = any(
            each["RecordState"] == "ACTIVE"
            and any(about["Id"].endswith(resource) for about in each["Resources"])
            for each in self.findings()
        )
        return REPOSITORY if counted else NONE

    def heard(self, key: SubjectKey) -> list[str]:
        """Return the verdicts of an image that the bus told of, oldest first."""
        with self._hearing:
            self._heard += [json.loads(body) for body in self._take("heard")]
        return [
            each["detail"]["verdict"]
            for each in self._heard
            if (each["detail"].get("repository"), each["detail"].get("digest"))
            == (key.repository, key.digest)
        ]

    def owner_was_told(self, key: SubjectKey) -> bool:
        """Return whether the owners' topic heard of an image."""
        with self._hearing:
            self._told += self._take("told")
        return any(key.digest in each for each in self._told)

    def _take(self, queue: str) -> list[str]:
        sqs = self.aws.client("sqs")
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        found: list[str] = []
        while taken := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for each in taken:
                found.append(each["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        return found

    # -- what is done ----------------------------------------------------------------

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """Invoke a function of the stack by its logical name; return its answer.

        Raises:
            RuntimeError: the function failed.
        """
        answer = self.aws.client("lambda").invoke(
            FunctionName=self._functions[function], Payload=json.dumps(event).encode()
        )
        said = json.load(answer["Payload"])
        if "FunctionError" in answer:
            raise RuntimeError(f"{function}: {said}")
        return said

    def sweep(self, key: SubjectKey) -> None:
        """Have the sweep walk through the registry until it found an image."""
        self.may_sweep.wait(PATIENCE)
        for _ in range(_SWEEPS):
            with self._sweeping:
                if time.monotonic() - self._swept > _SWEEP / 2:
                    self.aws.client("lambda").invoke(
                        FunctionName=self._functions["SweepFunction"],
                        InvocationType="Event",
                        Payload=b'{"walk": true}',
                    )
                    self._swept = time.monotonic()
            if self.until(lambda: self.verdict(key) != "", _SWEEP):
                return

    def look(self, key: SubjectKey) -> None:
        """Have the tick send an image to be looked at, as if it were due."""
        self.change(key, lambda record: record)
        self.tick()

    def tick(self) -> None:
        """Have what is due sent; where this one fails, the minute's own one does it."""
        with contextlib.suppress(RuntimeError):
            self.invoke("TickFunction", {})

    def change(self, key: SubjectKey, how: Callable[[Record], Record]) -> None:
        """Write a record anew, sealed, and due now."""
        while True:
            record = self.record(key)
            assert record is not None, key
            changed = replace(
                how(record), version=record.version + 1, due=datetime.now(UTC)
            )
            try:
                self.ledger.write(changed, expected=record.version)
            except Conflict:
                continue
            return

    def cloudtrail(self, detail: Mapping[str, Any]) -> None:
        """Let CloudTrail tell of a call."""
        document = {"account": self.aws.account, "region": REGION, "detail": detail}
        request = urllib.request.Request(
            f"{self.aws.endpoint}/_sealward/cloudtrail",
            data=json.dumps(document).encode(),
            method="POST",
        )
        urllib.request.urlopen(request, timeout=60).close()


def _ledger_key(aws: LocalAws) -> str:
    (secret,) = aws.client("secretsmanager").list_secrets()["SecretList"]
    return str(secret["ARN"])
