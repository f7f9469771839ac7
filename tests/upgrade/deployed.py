"""The deployed stack as its operator sees it, whatever release of it is deployed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from demo.stack import STACK, LocalAws
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.ledger.records import Record
from sealward.subjects import SubjectKey
from tests.upgrade.pushes import Image

AGAIN: Final = 2
"""Seconds until a message comes again; ten minutes as the template has it, since a look
may take as long, and nobody waits so long here."""


class Deployed:
    """The stack as its operator sees it, whatever release of it is deployed."""

    def __init__(self, aws: LocalAws) -> None:
        self._aws = aws
        formation = aws.client("cloudformation")
        resources = formation.describe_stack_resources(StackName=STACK)
        self.names = {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in resources["StackResources"]
        }
        self._dynamodb = aws.client("dynamodb")
        self._ledger = LedgerTable(self.names["LedgerTable"], self._dynamodb)
        self._sqs = aws.client("sqs")

    def hurry(self) -> None:
        """Have messages of looks that failed come again soon."""
        self._sqs.set_queue_attributes(
            QueueUrl=self.names["LookQueue"],
            Attributes={"VisibilityTimeout": str(AGAIN)},
        )

    def record(self, image: Image) -> Record | None:
        """Return what the ledger holds, as this version reads it."""
        return self._ledger.current(image.key)

    def trusted_by_schema(self, schema: int, images: list[Image]) -> Image | None:
        """Return an image that is trusted by a record of ``schema``, if any."""
        stored = {
            each["pk"]["S"]
            for each in self._scan("current")
            if each["schema"]["N"] == str(schema) and each["verdict"]["S"] == "trusted"
        }
        return next((each for each in images if str(each.key) in stored), None)

    def wrong(self, images: list[Image]) -> list[str]:
        """Return the images that are not judged as they should be."""
        said = []
        for image in images:
            record = self.record(image)
            verdict = record.verdict.value if record else "no verdict"
            if verdict != image.expected.value:
                said.append(f"{image.key.repository}: {verdict}")
        return said

    def schemas(self) -> Counter[int]:
        """Count the records by the schema that they are stored under."""
        return Counter(int(each["schema"]["N"]) for each in self._scan("current"))

    def deciders(self) -> Counter[str]:
        """Count the decisions of the history by the version that made them."""
        counted: Counter[str] = Counter()
        for image in {each["pk"]["S"] for each in self._scan("current")}:
            repository, _, digest = image.partition("@")
            key = SubjectKey(repository=repository, digest=digest)
            for entry in self._ledger.history(key):
                counted[str(entry.report.get("code", ""))] += 1
        return counted

    def waiting(self, queue: str) -> int:
        """Return how many messages a queue has, taken ones included."""
        asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self._sqs.get_queue_attributes(
            QueueUrl=self.names[queue], AttributeNames=asked
        )["Attributes"]
        return sum(int(answer[each]) for each in asked)

    def open_findings(self) -> int:
        """Return how many findings are open."""
        hub = self._aws.client("securityhub")
        found: list[Mapping[str, Any]] = hub.get_findings(
            Filters={"RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}]},
            MaxResults=100,
        )["Findings"]
        return len(found)

    def invoke(self, function: str) -> None:
        """Invoke a scheduled function as its rule does, if its rule is enabled."""
        rule = next(
            name
            for logical, name in self.names.items()
            if logical.startswith(function) and logical.endswith("Minute")
        )
        events = self._aws.client("events")
        if events.describe_rule(Name=rule.rpartition("|")[2])["State"] == "ENABLED":
            self._aws.client("lambda").invoke(
                FunctionName=self.names[function], Payload=b"{}"
            )

    def _scan(self, sk: str) -> Iterator[Mapping[str, Any]]:
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self.names["LedgerTable"],
            FilterExpression="sk = :sk AND attribute_exists(verdict)",
            ExpressionAttributeValues={":sk": {"S": sk}},
        )
        for page in pages:
            yield from page["Items"]
