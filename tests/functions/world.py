"""A world for the functions: ECR, Signer and Security Hub over HTTP, the rest on moto.

The functions run as Lambda runs them: settings from the environment, real clients,
their environment built once. What they call of AWS is recorded by operation.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

import botocore.session

from functions.operate import app as operate
from functions.sweep import app as sweep
from functions.tick import app as tick
from functions.verify_push import app as verify_push
from sealward.aws.caller_identity import prove
from sealward.aws.clients import Clients
from sealward.aws.ledger.ledger_key import LedgerKey
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.sealed_items import sealed
from sealward.operate.proofs import payload_of
from sealward.operate.requests import Command, request_text
from simulator.clock import ManualClock
from simulator.local_aws import LocalAws
from simulator.places import place
from simulator.push import push_layout
from simulator.pushes import Pusher
from simulator.server import LoopbackServer
from tests.functions.event_files import ACCOUNT, CASES, REGION, ROOT
from tests.functions.moto_aws import moto_aws
from tests.ledger_on_moto import create_ledger_table

BUNDLE = ROOT / "demo/policy/bundle.json"
EVIDENCE = "evidence"
LEDGER_KEY = "ledger-key"
OPERATE = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:operate"
_WORLDS = count()
PUSHED_BEFORE = timedelta(hours=1)
"""How long ago images were pushed: their grace is over."""


@dataclass(kw_only=True)
class World:
    """What the functions see, and what they did."""

    aws: LocalAws
    clock: ManualClock
    """The registry's; the functions' own is the real one."""
    sqs: Any
    s3: Any
    dynamodb: Any
    ecr: Any
    secrets: Any
    queues: Mapping[str, str]
    remaining: int = 100_000
    """Milliseconds an invocation has left."""
    operations: dict[str, set[str]] = field(default_factory=dict)
    """``service:Operation`` by function."""
    clients_made: list[str] = field(default_factory=list)

    def push(self, case: str, *, images: bool = True, referrers: bool = True) -> None:
        """Push a layout of the demo, all or only its images or referrers."""
        push_layout(
            self.ecr,
            layout=CASES.parent / case,
            repository=f"demo/{case}",
            images=images,
            referrers=referrers,
        )

    def push_unseen(
        self,
        repository: str = "demo/unseen",
        *,
        name: str = "unseen",
        ago: timedelta = PUSHED_BEFORE,
    ) -> str:
        """Push an image that no event tells of; return its digest."""
        self.clock.now = datetime.now(UTC) - ago
        pusher = Pusher(self.aws, place(ACCOUNT, REGION), repository)
        return str(pusher.image(name)["digest"])

    def look(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Invoke verify_push."""
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: self.remaining)
        return verify_push.handler(dict(event), context)

    def operate(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Invoke operate."""
        return operate.handler(dict(payload), SimpleNamespace())

    def ask(self, command: Command, **members: Any) -> dict[str, Any]:
        """Ask as the command line does, with the credentials of the environment."""
        text = request_text(
            command,
            members,
            function=OPERATE,
            nonce=secrets.token_hex(16),
            now=datetime.now(UTC),
        )
        return self.operate(payload_of(text, prove(text, Clients(), REGION)))

    def tick(self) -> dict[str, int]:
        """Invoke tick."""
        return tick.handler({}, SimpleNamespace())

    def sweep(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Invoke sweep."""
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: self.remaining)
        return sweep.handler(dict(event), context)

    def messages(self, queue: str) -> list[tuple[str, str]]:
        """Take all messages of a queue: body and the attribute ``reason``."""
        found = []
        while batch := self.sqs.receive_message(
            QueueUrl=self.queues[queue],
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
        ).get("Messages"):
            for message in batch:
                reason = message.get("MessageAttributes", {}).get("reason", {})
                found.append((message["Body"], reason.get("StringValue", "")))
                self.sqs.delete_message(
                    QueueUrl=self.queues[queue], ReceiptHandle=message["ReceiptHandle"]
                )
        return found

    def publish(self, bundle: bytes) -> None:
        """Put the policy bundle into its bucket."""
        self.s3.put_object(Bucket="policy", Key="bundle.json", Body=bundle)

    @property
    def ledger(self) -> LedgerTable:
        """The ledger as verify_push writes it."""

        def forged(pk: str, sk: str) -> None:
            raise AssertionError(f"forged: {pk} {sk}")

        key = LedgerKey(LEDGER_KEY, self.secrets)
        return LedgerTable("ledger", sealed(self.dynamodb, key, forged))

    def findings(self) -> list[dict[str, Any]]:
        """Return what Security Hub holds."""
        answer = self.aws.call(
            "securityhub", "GetFindings", {}, place=place(ACCOUNT, REGION)
        )
        return list(answer["Findings"])


@contextmanager
def world(capability: str = "quarantine", **variables: str) -> Iterator[World]:
    """Yield a world with the demo's policy and empty repositories.

    Args:
        capability: of the stack.
        variables: of the environment, besides the template's.
    """
    clock = ManualClock(datetime.now(UTC) - PUSHED_BEFORE)
    with (
        LoopbackServer(clock=clock, account=ACCOUNT) as server,
        moto_aws(),
        patch.dict(os.environ, _environment(server.url, capability) | variables),
    ):
        server.aws.hub(place(ACCOUNT, REGION)).enabled_at = clock()
        made = _made(server.aws, clock)
        os.environ["LOOK_QUEUE_URL"] = made.queues["looks"]
        os.environ["DEAD_LETTER_QUEUE_URL"] = made.queues["dead"]
        functions: dict[str, ModuleType] = {
            "operate": operate,
            "verify_push": verify_push,
            "tick": tick,
            "sweep": sweep,
        }
        recorders = [
            patch.object(module, "Clients", _recording(made, name))
            for name, module in functions.items()
        ]
        try:
            for module, recorder in zip(functions.values(), recorders, strict=True):
                module.environment.cache_clear()
                recorder.start()
            yield made
        finally:
            for module, recorder in zip(functions.values(), recorders, strict=True):
                recorder.stop()
                module.environment.cache_clear()


def _environment(url: str, capability: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_FUNCTION_NAME": "operate",
        "AWS_ENDPOINT_URL_ECR": url,
        "AWS_ENDPOINT_URL_SECURITYHUB": url,
        "AWS_ENDPOINT_URL_SIGNER_DATA": url,
        "CAPABILITY": capability,
        "EVIDENCE_BUCKET": EVIDENCE,
        "EVENT_BUS": "default",
        "LEDGER_KEY": LEDGER_KEY,
        "LEDGER_TABLE": "ledger",
        "POLICY_BUNDLE": "s3://policy/bundle.json",
        "POWERTOOLS_METRICS_NAMESPACE": "Sealward",
        # A logger of its own for each world: Powertools keeps them, with their stream.
        "POWERTOOLS_SERVICE_NAME": f"test-{next(_WORLDS)}",
        "SEALWARD_ACCOUNT": ACCOUNT,
        "SEALWARD_PARTITION": "aws",
    }


def _made(aws: LocalAws, clock: ManualClock) -> World:
    session = botocore.session.Session()
    clients: dict[str, Any] = {
        name: session.create_client(name) for name in ("sqs", "s3", "dynamodb", "ecr")
    }
    clients["s3"].create_bucket(Bucket="policy")
    clients["s3"].create_bucket(Bucket=EVIDENCE, ObjectLockEnabledForBucket=True)
    clients["secrets"] = session.create_client("secretsmanager")
    clients["secrets"].create_secret(Name=LEDGER_KEY, SecretString="k" * 64)
    create_ledger_table(clients["dynamodb"])
    made = World(
        aws=aws,
        clock=clock,
        queues={
            name: clients["sqs"].create_queue(QueueName=name)["QueueUrl"]
            for name in ("looks", "dead")
        },
        **clients,
    )
    made.publish(BUNDLE.read_bytes())
    return made


def _recording(made: World, function: str) -> type[Clients]:
    performed = made.operations.setdefault(function, set())

    class Recording(Clients):
        def __init__(self) -> None:
            super().__init__()
            session: Any = self._session
            session.register("before-call", self._record)
            session.register("creating-client-class", self._made_client)

        def _made_client(self, event_name: str, **_: Any) -> None:
            made.clients_made.append(event_name.rpartition(".")[2])

        def _record(self, model: Any, **_: Any) -> None:
            service = model.service_model.service_name
            performed.add(f"{service}:{model.name}")

    return Recording
