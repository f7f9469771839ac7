"""Surroundings: the local AWS a built function is run against, and what it finds there.

``local_aws`` starts one, ``furnish`` makes in it what the stack would have made: the
table and the queues as the built template describes them, a bucket with the policy
bundle, and the demo's images in their repositories. No stack is deployed, so nothing
but the function under test reacts to the pushes. Used by ``make invoke`` and
``tests/sam_local``.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from simulator.push import push_layout
from tests.emulator import built

ROOT = Path(__file__).parents[2]
ACCOUNT = "123456789012"
REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
BUNDLE = "s3://sealward-policy/bundle.json"
CAPABILITY = "quarantine"
EVIDENCE = "evidence"
"""Bucket that evidence is kept in before an action."""
_PYTHON = ROOT / ".venv-local-aws/bin/python"
_START_SECONDS = 30.0


class NoSurroundings(RuntimeError):  # noqa: N818 - what is the matter
    """The local AWS cannot be had or lacks something; says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAws:
    """A local AWS that answers."""

    endpoint: str

    def client(self, service: str) -> Any:
        """Return a boto3 client that speaks to it."""
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    @property
    def environment(self) -> dict[str, str]:
        """Return this process's environment, pointed at the local AWS alone."""
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }


@contextmanager
def local_aws(*, host: str, port: int, log: Path) -> Iterator[LocalAws]:
    """Run a local AWS at ``host`` and ``port`` until the context ends.

    Raises:
        NoSurroundings: its environment is missing, or it did not answer in time.
    """
    if not _PYTHON.exists():
        raise NoSurroundings("no .venv-local-aws: run `make environments`")
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(_PYTHON, "-m", "simulator", "up", "--host", host),
                *("--port", str(port), "--state", log.parent / "local-aws"),
            ],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        endpoint = f"http://{host}:{port}"
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(endpoint):
            if process.poll() is not None or time.monotonic() > deadline:
                raise NoSurroundings(
                    f"the local AWS did not come up; {log} ends:\n{_tail(log)}"
                )
            time.sleep(0.05)
        yield LocalAws(endpoint=endpoint)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def furnish(aws: LocalAws, template: Path) -> dict[str, str]:
    """Make what the functions of the built ``template`` need; return their variables.

    Raises:
        botocore.exceptions.ClientError, simulator.layouts.InvalidLayout: as named.
    """
    variables = {
        "AWS_ENDPOINT_URL": aws.endpoint,
        "SEALWARD_ACCOUNT": ACCOUNT,
        "SEALWARD_PARTITION": "aws",
        "SEALWARD_REGISTRY": "",  # findings name no command's image here
        "CAPABILITY": CAPABILITY,
        "EVENT_BUS": "default",
        "EVIDENCE_BUCKET": EVIDENCE,
        "KEEP_SIGNATURES": "no",
        "POLICY_BUNDLE": BUNDLE,
        # Nothing here stands behind a proxy.
        "HTTPS_PROXY": "",
        "NO_PROXY": "",
        "PUBLISHED_BUNDLE": "",
        "SEALWARD_HTTP_PROXY": "",
        "VERDICT_REPOSITORIES": "",
        "VERDICT_SOURCE": "",
        "SEALWARD_ROLE": "",
        "SWEEP_LOOKS_PER_MINUTE": "600",
    }
    for name, resource in built.resources(template).items():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::DynamoDB::Table":
                aws.client("dynamodb").create_table(
                    TableName=name,
                    BillingMode="PAY_PER_REQUEST",
                    **{
                        key: properties[key]
                        for key in (
                            "AttributeDefinitions",
                            "KeySchema",
                            "GlobalSecondaryIndexes",
                        )
                        if key in properties
                    },
                )
                variables["LEDGER_TABLE"] = name
            case "AWS::SecretsManager::Secret":
                aws.client("secretsmanager").create_secret(
                    Name=name, SecretString="of this machine, and no secret at all"
                )
                variables["LEDGER_KEY"] = name
            case "AWS::SQS::Queue":
                queue = aws.client("sqs").create_queue(QueueName=name)
                dead = "DeadLetter" in name
                variables["DEAD_LETTER_QUEUE_URL" if dead else "LOOK_QUEUE_URL"] = (
                    queue["QueueUrl"]
                )
            case _:
                pass
    s3 = aws.client("s3")
    bucket, _, key = BUNDLE.removeprefix("s3://").partition("/")
    s3.create_bucket(Bucket=bucket)
    s3.create_bucket(Bucket=EVIDENCE, ObjectLockEnabledForBucket=True)
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=(ROOT / "demo/policy/bundle.json").read_bytes(),
    )
    push_layouts(aws)
    return variables


def push_layouts(aws: LocalAws) -> None:
    """Push every layout of the demo, signatures and all, into its case's repository.

    Raises:
        simulator.layouts.InvalidLayout: a layout lacks what it names.
    """
    folder = ROOT / "demo/layouts"
    registry = aws.client("ecr")
    for case in json.loads((folder / "cases.json").read_text())["cases"]:
        push_layout(
            registry, layout=folder / case["layout"], repository=case["repository"]
        )


def dead_letters(aws: LocalAws, variables: Mapping[str, str]) -> int:
    """Return how many messages the function has set aside."""
    answer = aws.client("sqs").get_queue_attributes(
        QueueUrl=variables["DEAD_LETTER_QUEUE_URL"],
        AttributeNames=["ApproximateNumberOfMessages"],
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def of_deployed_stack(aws: LocalAws, function: str) -> dict[str, str]:
    """Return the variables of the deployed function with logical id ``function``.

    Raises:
        NoSurroundings: no stack with such a function is deployed there.
    """
    pages = aws.client("lambda").get_paginator("list_functions").paginate()
    for page in pages:
        for deployed in page["Functions"]:
            if function in deployed["FunctionName"]:
                found: dict[str, str] = deployed["Environment"]["Variables"]
                return found
    raise NoSurroundings(
        f"no {function} is deployed at {aws.endpoint}: run `make demo KEEP=1`, or "
        "unset AWS_ENDPOINT_URL to have a local AWS started for you"
    )


def base_interpreter() -> str:
    """Return the Python this environment was made from."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _answers(endpoint: str) -> bool:
    with contextlib.suppress(urllib.error.URLError, OSError):
        health = f"{endpoint}/_ministack/health"
        with urllib.request.urlopen(health, timeout=1):
            return True
    return False


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-25:])
