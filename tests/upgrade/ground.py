"""The ground of the upgrade: a deployed release, what is pushed, what became of it."""

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from demo.stack import (
    ACCOUNT,
    BUILD,
    REGION,
    ROOT,
    STACK,
    LocalAws,
    bundle_bucket,
    put_bundle,
    run,
    sam,
)
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.ledger.records import Record, Verdict
from sealward.subjects import SubjectKey
from simulator.push import push_layout

REPOSITORIES: Final = "upgrade"
LAYOUTS: Final = {
    "signed-jws": Verdict.TRUSTED,
    "unsigned": Verdict.UNSIGNED,
}
"""What is pushed, again and again, each time into a repository of its own."""
PAUSE: Final = 1.5
"""Seconds between two pushes."""
AGAIN: Final = 4
"""Seconds until a message comes again; ten minutes as the template has it, since a look
may take as long, and nobody waits so long here."""
_KEY: Final = "bundle.json"


def publish(aws: LocalAws) -> str:
    """Publish the demo's bundle for what is pushed here; return where it lies."""
    document = json.loads((ROOT / "demo/policy/bundle.json").read_text())
    host = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    document["policies"] = [
        policy
        for policy in document["policies"]
        if policy["statement"]["name"] == "payments"
    ]
    (policy,) = document["policies"]
    policy["statement"]["registryScopes"] = [f"{host}/{REPOSITORIES}/*"]
    policy["grace"] = "2s"
    bucket = bundle_bucket(ACCOUNT)
    put_bundle(aws, bucket, _KEY, json.dumps(document).encode())
    return f"s3://{bucket}/{_KEY}"


OPERATOR: Final = "upgrade-operator"


def operator(aws: LocalAws) -> dict[str, str]:
    """Make the role that may redrive dead letters; return its environment."""
    iam = aws.client("iam")

    def policy(action: str, **more: object) -> str:
        statement = {"Effect": "Allow", "Action": action, **more}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    role = iam.create_role(
        RoleName=OPERATOR,
        AssumeRolePolicyDocument=policy("sts:AssumeRole", Principal={"AWS": "*"}),
    )["Role"]
    iam.put_role_policy(
        RoleName=OPERATOR,
        PolicyName="operator",
        PolicyDocument=policy("*", Resource="*"),
    )
    session = aws.client("sts").assume_role(
        RoleArn=role["Arn"], RoleSessionName="operator"
    )["Credentials"]
    return {
        **aws.environment,
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["SessionToken"],
        "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "SEALWARD_STACK": STACK,
    }


class Deployments:
    """Deploys releases, each over the one that is there."""

    def __init__(self, aws: LocalAws, bundle: str) -> None:
        self._aws = aws
        self._given = {
            "EndpointUrl": aws.endpoint,
            "PolicyBundle": bundle,
            "OperatorRoleArn": f"arn:aws:iam::{ACCOUNT}:role/{OPERATOR}",
        }
        self._uploaded: dict[Path, str] = {}
        """Keys of templates by the releases deployed before: their code is there."""

    def deploy(self, release: Path, capability: str) -> None:
        """Deploy ``release`` with ``capability``.

        Raises:
            demo.stack.DemoError: it was not deployed.
        """
        given = {**self._given, "Capability": capability}
        key = self._uploaded.get(release)
        if key is None:
            self._by_sam(release, given)
        else:
            self._by_cloudformation(key, given)

    def _by_sam(self, release: Path, given: Mapping[str, str]) -> None:
        run(
            [
                *(sam(), "deploy", "--template-file", str(release / "template.yaml")),
                *("--stack-name", STACK, "--resolve-s3", "--no-progressbar"),
                *("--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"),
                "--parameter-overrides",
                *(f"{name}={value}" for name, value in given.items()),
            ],
            log=BUILD / "upgrade-deploy.log",
            environment=self._aws.environment,
        )
        answer = self._aws.client("cloudformation").get_template(
            StackName=STACK, TemplateStage="Original"
        )
        body = answer["TemplateBody"]
        text = body if isinstance(body, str) else json.dumps(body)
        key = f"{release.name}.yaml"
        self._aws.client("s3").put_object(
            Bucket=bundle_bucket(ACCOUNT), Key=key, Body=text.encode()
        )
        self._uploaded[release] = key

    def _by_cloudformation(self, key: str, given: Mapping[str, str]) -> None:
        formation = self._aws.client("cloudformation")
        formation.update_stack(
            StackName=STACK,
            TemplateURL=f"{self._aws.endpoint}/{bundle_bucket(ACCOUNT)}/{key}",
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in given.items()
            ],
        )
        waiter = formation.get_waiter("stack_update_complete")
        waiter.wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 120})


@dataclass(slots=True, kw_only=True)
class Image:
    """One that was pushed."""

    key: SubjectKey
    expected: Verdict


class Pushes:
    """Pushes images on a thread of its own until it is stopped."""

    def __init__(self, aws: LocalAws) -> None:
        self._ecr = aws.client("ecr")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._failed: list[Exception] = []
        self.images: list[Image] = []

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; what is being pushed is pushed to its end."""
        self._stop.set()
        self._thread.join()
        for error in self._failed:
            raise error

    def more(self, count: int) -> None:
        """Wait until ``count`` more have been pushed, a minute at most."""
        wanted = len(self.images) + count
        until(lambda: len(self.images) >= wanted or bool(self._failed), 60.0)

    def push(self) -> list[Image]:
        """Push one of each; return them."""
        pushed = [self._push(layout) for layout in LAYOUTS]
        self.images += pushed
        return pushed

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                self.push()
                self._stop.wait(PAUSE)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            self._failed.append(error)

    def _push(self, layout: str) -> Image:
        repository = f"{REPOSITORIES}/{layout}-{len(self.images)}"
        pushed = push_layout(
            self._ecr, layout=ROOT / "demo/layouts" / layout, repository=repository
        )
        digest = next(each.digest for each in pushed if not each.subject)
        return Image(
            key=SubjectKey(repository=repository, digest=digest),
            expected=LAYOUTS[layout],
        )


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


def until(what: Callable[[], bool], seconds: float) -> bool:
    """Wait until ``what`` is so, for ``seconds`` at most; return whether it is."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.3)
    return True
