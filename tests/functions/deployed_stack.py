"""A stack as the operator's commands find it: the functions' world, Lambda's word."""

import json
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner

from sealward.aws.clients import Clients
from sealward.cli import cost, redrive, status
from sealward.cli.__main__ import main
from sealward.cli.doctor import command as doctor
from sealward.cli.stack import Stack
from sealward.cli.uninstall import command as uninstall
from sealward.version import VERSION
from tests.functions.event_files import ACCOUNT, REGION
from tests.functions.world import EVIDENCE, LEDGER_KEY, World

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"


class Lambda:
    """What doctor asks of Lambda; moto makes no function without Docker."""

    def __init__(self) -> None:
        self.reserved: dict[str, int] = {}
        self.layers = ["layer:1"]
        self.capability = "quarantine"
        self.mappings = ["Enabled"]
        self.invoked: list[dict[str, Any]] = []

    def get_function_concurrency(self, **_: Any) -> dict[str, int]:
        return self.reserved

    def get_function_configuration(self, **_: Any) -> dict[str, Any]:
        return {
            "Layers": [{"Arn": each} for each in self.layers],
            "Environment": {"Variables": {"CAPABILITY": self.capability}},
        }

    def list_event_source_mappings(self, **_: Any) -> dict[str, Any]:
        return {"EventSourceMappings": [{"State": each} for each in self.mappings]}

    def get_event_source_mapping(self, **_: Any) -> dict[str, str]:
        """Return its state; what is being switched off stops at the next question."""
        state = self.mappings[0]
        if state == "Disabling":
            self.mappings = ["Disabled"]
        return {"State": state}

    def update_event_source_mapping(self, *, Enabled: bool, **_: Any) -> None:  # noqa: N803
        self.mappings = ["Enabled" if Enabled else "Disabling"]

    def invoke(self, **asked: Any) -> None:
        self.invoked.append(asked)


class WithLambda(Clients):
    def __init__(self, lambda_: Lambda) -> None:
        super().__init__()
        self._lambda = lambda_

    def client(self, service: str, region: str | None = None) -> Any:
        return self._lambda if service == "lambda" else super().client(service, region)


class Deployed:
    """A world, and what CloudFormation would say of its stack."""

    def __init__(self, made: World) -> None:
        self.world = made
        self.lambda_ = Lambda()
        self.stdout = ""
        self.stack = Stack(
            name="sealward",
            status="UPDATE_COMPLETE",
            account=ACCOUNT,
            region=REGION,
            partition="aws",
            parameters={
                "Capability": "quarantine",
                "PolicyBundle": "s3://policy/bundle.json",
                "AlarmTopicArn": TOPIC,
                "CanaryRepository": "sealward-canary",
            },
            resources={
                "LookQueue": made.queues["looks"],
                "LookDeadLetterQueue": made.queues["dead"],
                "LedgerTable": "ledger",
                "LedgerKey": LEDGER_KEY,
                "EvidenceStore": EVIDENCE,
                "VerifyPushFunction": "verify-push",
                "TickFunction": "tick",
                "SweepFunction": "sweep",
                "VerifyPushFunctionLooks": "the-mapping",
                "VerifyPushRole": "verify-push-role",
                "SweepRole": "sweep-role",
                "ImageRule": "image-rule",
                "GateLayer": "layer:1",
                "TickMissingAlarm": "tick-missing",
            },
            types={
                "VerifyPushFunction": "AWS::Lambda::Function",
                "VerifyPushFunctionLooks": "AWS::Lambda::EventSourceMapping",
                "ImageRule": "AWS::Events::Rule",
                "GateLayer": "AWS::Lambda::LayerVersion",
                "TickMissingAlarm": "AWS::CloudWatch::Alarm",
            },
            clients=WithLambda(self.lambda_),
            outputs={"Version": VERSION},
        )

    def with_parameter(self, **parameters: str) -> None:
        self.stack = replace(
            self.stack, parameters={**self.stack.parameters, **parameters}
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        def found(_name: str, _region: str | None) -> Stack:
            return self.stack

        with (
            patch.object(redrive, "find_stack", found),
            patch.object(status, "find_stack", found),
            patch.object(uninstall, "find_stack", found),
            patch.object(uninstall, "sleep", lambda _seconds: None),
            patch.object(cost, "find_stack", found),
            patch.object(doctor, "find_stack", found),
        ):
            done = CliRunner().invoke(main, [*arguments, "--stack", "sealward"])
        self.stdout = done.stdout
        return done.exit_code, done.output

    def answer(self, *arguments: str) -> tuple[int, Any]:
        code, _ = self.run(*arguments, "--json")
        return code, json.loads(self.stdout)

    def dead_letter(self, body: str, reason: str = "") -> None:
        attributes = (
            {"reason": {"DataType": "String", "StringValue": reason}} if reason else {}
        )
        self.world.sqs.send_message(
            QueueUrl=self.world.queues["dead"],
            MessageBody=body,
            MessageAttributes=attributes,
        )

    def hold(self, case: str = "unsigned") -> str:
        """Have an image held; return its digest."""
        self.world.push(case)
        for event in self.world.aws.events.drain():
            if event["source"] == "aws.ecr":
                self.world.look(event)
        (held,) = self.world.ecr.describe_images(
            repositoryName=f"demo/{case}", filter={"imageStatus": "ANY"}
        )["imageDetails"]
        return str(held["imageDigest"])

    def status_of(self, digest: str, case: str = "unsigned") -> str:
        (image,) = self.world.ecr.describe_images(
            repositoryName=f"demo/{case}",
            imageIds=[{"imageDigest": digest}],
            filter={"imageStatus": "ANY"},
        )["imageDetails"]
        return str(image["imageStatus"])
