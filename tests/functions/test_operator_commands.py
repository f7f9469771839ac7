"""The operator's commands against the functions' world: SQS, ledger, registry, hub."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from sealward.aws.clients import Clients
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.cli import cost, redrive, status, uninstall
from sealward.cli.__main__ import main
from sealward.cli.doctor import command as doctor
from sealward.cli.stack import Stack
from sealward.overrides.pauses import Pause, Pauses
from sealward.subjects import SubjectKey
from tests.functions.event_files import ACCOUNT, REGION
from tests.functions.world import EVIDENCE, LEDGER_KEY, World, world

LEDGER_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/ledger"


class Lambda:
    """What doctor asks of Lambda; moto makes no function without Docker."""

    def __init__(self) -> None:
        self.reserved: dict[str, int] = {}
        self.layers = ["layer:1"]
        self.capability = "quarantine"
        self.mappings = ["Enabled"]

    def get_function_concurrency(self, **_: Any) -> dict[str, int]:
        return self.reserved

    def get_function_configuration(self, **_: Any) -> dict[str, Any]:
        return {
            "Layers": [{"Arn": each} for each in self.layers],
            "Environment": {"Variables": {"CAPABILITY": self.capability}},
        }

    def list_event_source_mappings(self, **_: Any) -> dict[str, Any]:
        return {"EventSourceMappings": [{"State": each} for each in self.mappings]}


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
                "AlarmTopicArn": "arn:topic",
            },
            resources={
                "LookQueue": made.queues["looks"],
                "LookDeadLetterQueue": made.queues["dead"],
                "LedgerTable": "ledger",
                "LedgerKey": LEDGER_KEY,
                "EvidenceStore": EVIDENCE,
                "VerifyPushFunction": "verify-push",
                "TickFunction": "tick",
                "VerifyPushRole": "verify-push-role",
                "SweepRole": "sweep-role",
                "ImageRule": "image-rule",
                "GateLayer": "layer:1",
                "TickMissingAlarm": "tick-missing",
            },
            types={
                "VerifyPushFunction": "AWS::Lambda::Function",
                "ImageRule": "AWS::Events::Rule",
                "GateLayer": "AWS::Lambda::LayerVersion",
                "TickMissingAlarm": "AWS::CloudWatch::Alarm",
            },
            clients=WithLambda(self.lambda_),
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


@pytest.fixture
def deployed() -> Iterator[Deployed]:
    with world() as made:
        yield Deployed(made)


def hint(digest: str = f"sha256:{'a' * 64}") -> str:
    return json.dumps(
        {
            "source": "aws.ecr",
            "detail-type": "ECR Image Action",
            "account": ACCOUNT,
            "region": REGION,
            "detail": {
                "result": "SUCCESS",
                "repository-name": "demo/unsigned",
                "image-digest": digest,
                "action-type": "PUSH",
            },
        }
    )


def test_dead_letters_are_sent_again_as_hints_and_what_is_none_stays(
    deployed: Deployed,
) -> None:
    deployed.dead_letter(hint())
    deployed.dead_letter("{", "not-an-object: rubbish")
    code, said = deployed.answer("redrive")
    assert (code, said["sent"], said["left"]) == (1, 1, 1)
    assert any("rubbish" in each["why"] for each in said["letters"])
    ((body, _),) = deployed.world.messages("looks")
    assert json.loads(body)["detail"]["image-digest"] == f"sha256:{'a' * 64}"


def test_a_dry_run_changes_nothing(deployed: Deployed) -> None:
    deployed.dead_letter(hint())
    with patch.object(redrive, "_HIDDEN", 0):
        code, said = deployed.answer("redrive", "--dry-run")
    assert (code, said["sent"], said["left"]) == (1, 0, 1)
    assert deployed.world.messages("looks") == []
    assert len(deployed.world.messages("dead")) == 1


def test_what_is_no_hint_is_deleted_where_that_is_asked_for(
    deployed: Deployed,
) -> None:
    deployed.dead_letter("{")
    assert deployed.answer("redrive", "--discard")[0] == 0
    assert deployed.world.messages("dead") == []


def test_no_more_are_taken_than_were_asked_for(deployed: Deployed) -> None:
    for _ in range(13):
        deployed.dead_letter(hint())
    assert deployed.answer("redrive", "--limit", "11")[1]["sent"] == 11


def test_status_tells_what_waits_and_what_is_not_well(deployed: Deployed) -> None:
    deployed.hold()
    deployed.dead_letter("{")
    cloudwatch = deployed.stack.client("cloudwatch")
    cloudwatch.put_metric_data(
        Namespace="AWS/Lambda",
        MetricData=[
            {
                "MetricName": "Invocations",
                "Dimensions": [{"Name": "FunctionName", "Value": "tick"}],
                "Timestamp": datetime.now(UTC) - timedelta(minutes=2),
                "Value": 1.0,
            }
        ],
    )
    code, said = deployed.answer("status")
    rows = {each["what"]: each for each in said}
    assert code == 1
    assert rows["dead letters"]["well"] is False
    assert rows["bundle"]["said"].startswith("serial 1, published 0 min ago")
    assert rows["last tick"]["well"] is True
    assert rows["breaker"]["said"] == "closed"
    assert (
        sum(int(rows[f"images {state}"]["said"]) for state in ("holding", "held")) == 1
    )


def test_status_tells_who_paused_and_what_is_pending_or_due(
    deployed: Deployed,
) -> None:
    now = datetime.now(UTC)
    deployed.world.push("unsigned")
    for event in deployed.world.aws.events.drain():
        if event["source"] == "aws.ecr":
            deployed.world.look(event)
    ledger = LedgerTable("ledger", deployed.stack.client("dynamodb"))
    pause = Pause(
        repository="prod/api",
        by="arn:aws:sts::111122223333:assumed-role/OnCall/alice",
        reason="INC-42",
        at=now - timedelta(hours=1),
        until=now + timedelta(hours=1),
        request="0" * 32,
    )
    over = replace(pause, repository="prod/web", until=now - timedelta(minutes=1))
    ledger.keep_pauses(Pauses(version=1, pauses=(pause, over)))
    rows = {each["what"]: each for each in deployed.answer("status")[1]}
    assert rows["pauses"]["well"] is False
    assert "prod/api until" in rows["pauses"]["said"]
    assert "alice: INC-42" in rows["pauses"]["said"]
    assert "prod/web" not in rows["pauses"]["said"]
    assert rows["due soon"]["said"].endswith("within 15 minutes")
    assert rows["images pending"]["said"].isdigit()


def test_what_cannot_be_read_is_said_and_the_rest_is_told(deployed: Deployed) -> None:
    deployed.stack = replace(
        deployed.stack,
        resources={**deployed.stack.resources, "LedgerTable": "no-such-table"},
    )
    code, said = deployed.answer("status")
    rows = {each["what"]: each["said"] for each in said}
    assert code == 1
    assert rows["breaker"].startswith("cannot be read")
    assert rows["bundle"].startswith("serial")


def test_uninstalling_restores_and_resolves_and_can_be_repeated(
    deployed: Deployed,
) -> None:
    digest = deployed.hold()
    name = f"demo/unsigned@{digest}"
    assert deployed.status_of(digest) == "ARCHIVED"
    code, said = deployed.answer("uninstall", "--plan")
    assert (code, said["restore"], said["applied"]) == (0, [name], False)
    assert said["findings"] >= 1
    assert said["kept"] == {"table": "ledger", "secret": LEDGER_KEY, "bucket": EVIDENCE}
    assert deployed.status_of(digest) == "ARCHIVED"
    code, text = deployed.run("uninstall", "--apply")
    assert (code, "Capability=observe" in text) == (2, True)
    deployed.with_parameter(Capability="observe")
    code, said = deployed.answer("uninstall", "--apply")
    assert (code, said["restored"], said["left"]) == (0, 1, [])
    assert deployed.status_of(digest) != "ARCHIVED"
    assert {each["RecordState"] for each in deployed.world.findings()} == {"ARCHIVED"}
    deployed.world.clock.advance(timedelta(minutes=30))
    code, said = deployed.answer("uninstall", "--apply")
    assert (code, said["restored"], said["activeAlready"]) == (0, 0, 1)
    assert said["findings"] == 0


def test_what_the_list_names_stays_in_quarantine(
    deployed: Deployed, tmp_path: Path
) -> None:
    digest = deployed.hold()
    keep = tmp_path / "keep"
    keep.write_text(f"demo/unsigned@{digest}\n")
    deployed.with_parameter(Capability="observe")
    code, said = deployed.answer("uninstall", "--apply", "--keep", str(keep))
    assert (code, said["restored"], len(said["keep"])) == (0, 0, 1)
    assert deployed.status_of(digest) == "ARCHIVED"
    keep.write_text("demo/unsigned:latest\n")
    assert deployed.run("uninstall", "--plan", "--keep", str(keep))[0] == 2


def test_what_somebody_else_archived_is_theirs_to_bring_back(
    deployed: Deployed,
) -> None:
    digest = deployed.hold()
    key = SubjectKey(repository="demo/unsigned", digest=digest)
    record = deployed.world.ledger.current(key)
    assert record is not None
    assert record.hold is not None
    theirs = replace(record.hold, applied=0)
    deployed.world.ledger.write(
        replace(record, hold=theirs, version=record.version + 1),
        expected=record.version,
    )
    deployed.with_parameter(Capability="observe")
    code, said = deployed.answer("uninstall", "--apply")
    assert (code, said["restored"], said["restore"]) == (0, 0, [])
    assert deployed.status_of(digest) == "ARCHIVED"


@pytest.mark.parametrize("both", [(), ("--plan", "--apply")])
def test_either_the_plan_or_its_doing(deployed: Deployed, both: Any) -> None:
    assert deployed.run("uninstall", *both)[0] == 2


def prepared(deployed: Deployed) -> dict[str, Any]:
    """Make what a healthy stack has; return the clients to spoil it by."""
    names = ("events", "sqs", "iam", "secretsmanager", "dynamodb", "s3", "ecr")
    clients = {name: deployed.stack.client(name) for name in names}
    clients["events"].put_rule(Name="image-rule", EventPattern='{"source":["aws.ecr"]}')
    denial = {"Statement": [{"Sid": "NobodyElseSends", "Effect": "Deny"}]}
    for queue in ("looks", "dead"):
        clients["sqs"].set_queue_attributes(
            QueueUrl=deployed.world.queues[queue],
            Attributes={"Policy": json.dumps(denial)},
        )
    for role in ("verify-push-role", "sweep-role"):
        clients["iam"].create_role(RoleName=role, AssumeRolePolicyDocument="{}")
        clients["ecr"].register_pull_time_update_exclusion(
            principalArn=f"arn:aws:iam::{ACCOUNT}:role/{role}"
        )
    clients["iam"].put_role_policy(
        RoleName="verify-push-role",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", **allowed()}),
    )
    sealing = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "NobodyElseReadsIt",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "secretsmanager:GetSecretValue",
                "Resource": "*",
            }
        ],
    }
    clients["secretsmanager"].put_resource_policy(
        SecretId=LEDGER_KEY, ResourcePolicy=json.dumps(sealing)
    )
    clients["dynamodb"].update_continuous_backups(
        TableName="ledger",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )
    clients["s3"].put_bucket_versioning(
        Bucket="policy", VersioningConfiguration={"Status": "Enabled"}
    )
    clients["dynamodb"].put_resource_policy(
        ResourceArn=LEDGER_ARN, Policy=denying("NobodyElseWrites")
    )
    clients["s3"].put_bucket_policy(
        Bucket=EVIDENCE, Policy=denying("NobodyElseWrites", "NobodyDeletesOrUnlocks")
    )
    clients["s3"].put_object_lock_configuration(
        Bucket=EVIDENCE,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 365}},
        },
    )
    return clients


def denying(*names: str) -> str:
    """Return a policy whose statements deny, as the template names them."""
    statements = [
        {
            "Sid": name,
            "Effect": "Deny",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
        }
        for name in names
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allowed() -> dict[str, Any]:
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "ecr:UpdateImageStorageClass",
                "Resource": "*",
            }
        ]
    }


def health(deployed: Deployed) -> tuple[int, dict[str, str]]:
    code, said = deployed.answer("doctor")
    return code, {each["what"]: each["health"] for each in said}


def test_a_healthy_stack_is_said_to_be_well(deployed: Deployed) -> None:
    prepared(deployed)
    code, said = health(deployed)
    assert set(said.values()) == {"well"}, said
    assert code == 0


def test_what_is_ill_is_found_each_with_its_remedy(deployed: Deployed) -> None:
    clients = prepared(deployed)
    clients["events"].disable_rule(Name="image-rule")
    clients["sqs"].set_queue_attributes(
        QueueUrl=deployed.world.queues["looks"], Attributes={"Policy": ""}
    )
    deployed.dead_letter("{")
    deployed.lambda_.reserved = {"ReservedConcurrentExecutions": 0}
    deployed.lambda_.layers = ["layer:1", "layer:swapped"]
    deployed.lambda_.mappings = ["Disabled"]
    deployed.with_parameter(Capability="observe")
    clients["secretsmanager"].delete_resource_policy(SecretId=LEDGER_KEY)
    clients["s3"].put_bucket_versioning(
        Bucket="policy", VersioningConfiguration={"Status": "Suspended"}
    )
    clients["dynamodb"].delete_resource_policy(ResourceArn=LEDGER_ARN)
    clients["s3"].put_bucket_policy(Bucket=EVIDENCE, Policy=denying("NobodyElseWrites"))
    code, said = deployed.answer("doctor")
    ill = {each["what"] for each in said if each["health"] == "ill"}
    assert code == 1
    assert ill == {
        "rule ImageRule",
        "policy of LookQueue",
        "dead letters",
        "concurrency of VerifyPushFunction",
        "code of VerifyPushFunction",
        "look queue mapping",
        "capability",
        "ledger key",
        "bundle's bucket",
        "ledger policy",
        "policy of the evidence",
    }
    assert all(each["remedy"] for each in said if each["health"] in {"ill", "note"})


def test_a_bucket_without_a_lock_is_no_place_for_evidence(deployed: Deployed) -> None:
    clients = prepared(deployed)
    clients["s3"].create_bucket(Bucket="unlocked")
    deployed.with_parameter(EvidenceBucket="unlocked")
    code, said = health(deployed)
    assert (code, said["evidence"]) == (1, "ill")


def test_a_local_aws_has_no_table_policy_and_that_is_no_illness(
    deployed: Deployed,
) -> None:
    prepared(deployed)["dynamodb"].delete_resource_policy(ResourceArn=LEDGER_ARN)
    deployed.with_parameter(EndpointUrl="http://127.0.0.1:4566")
    code, said = health(deployed)
    assert (code, said["ledger policy"]) == (0, "note")


def test_a_bundle_that_is_refused_is_ill(deployed: Deployed) -> None:
    prepared(deployed)
    deployed.world.publish(b"{}")
    assert health(deployed)[1]["bundle"] == "ill"


def test_a_repository_that_shuts_sealward_out_is_named(deployed: Deployed) -> None:
    clients = prepared(deployed)
    clients["ecr"].create_repository(repositoryName="prod/shut")
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "s",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "ecr:Batch*",
                "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
            }
        ],
    }
    clients["ecr"].set_repository_policy(
        repositoryName="prod/shut", policyText=json.dumps(policy)
    )
    code, said = deployed.answer("doctor")
    (found,) = [each for each in said if each["what"] == "repository policies"]
    assert (code, found["health"]) == (1, "ill")
    assert "prod/shut" in found["said"]


def test_cost_counts_the_stacks_own_alarms(deployed: Deployed) -> None:
    code, said = deployed.answer("cost", "--images", "1000000", "--unsigned", "1")
    assert code == 0
    assert said["parts"]["alarms"] == pytest.approx(0.10)
    assert said["total"] == pytest.approx(sum(said["parts"].values()))
    assert said["parts"]["signed_images"] > said["parts"]["unsigned_images"] > 0


def test_cost_counts_a_put_for_each_signed_image_where_they_are_kept(
    deployed: Deployed,
) -> None:
    images = ("--images", "1000000", "--unsigned", "50")
    _, plain = deployed.answer("cost", *images)
    _, asked = deployed.answer("cost", *images, "--keep-signatures")
    deployed.with_parameter(KeepSignatures="yes")
    _, keeps_signatures = deployed.answer("cost", *images)
    assert asked == keeps_signatures
    more = asked["parts"].pop("kept_signatures")
    assert more == pytest.approx(asked["total"] - plain["total"])
    assert asked["parts"] == plain["parts"]
    assert 2.5 < more < 2.7
