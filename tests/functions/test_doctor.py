"""``sealward doctor`` in the functions' world: what is ill, each with its remedy."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from sealward.cli.doctor import watches
from sealward.cli.doctor.check import Health
from sealward.cli.doctor.command import EXAMINATIONS
from sealward.cli.doctor.registry import repository_policies
from tests.functions.deployed_stack import TOPIC, Deployed
from tests.functions.event_files import ACCOUNT, REGION, ROOT
from tests.functions.world import EVIDENCE, LEDGER_KEY

LEDGER_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/ledger"


CLIENTS = (
    *("events", "sqs", "iam", "secretsmanager", "dynamodb", "s3", "ecr"),
    *("sns", "cloudwatch"),
)


def sing(clients: dict[str, Any], verdicts: float) -> None:
    """Have the canary count its verdicts an hour ago."""
    clients["cloudwatch"].put_metric_data(
        Namespace="Sealward",
        MetricData=[
            {
                "MetricName": "CanaryVerdicts",
                "Dimensions": [{"Name": "service", "Value": "canary"}],
                "Timestamp": datetime.now(UTC) - timedelta(hours=1),
                "Value": verdicts,
            }
        ],
    )


def prepared(deployed: Deployed) -> dict[str, Any]:
    """Make what a healthy stack has; return the clients to spoil it by."""
    clients = {name: deployed.stack.client(name) for name in CLIENTS}
    clients["sns"].create_topic(Name="alarms")
    clients["sns"].subscribe(
        TopicArn=TOPIC, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:pager"
    )
    clients["cloudwatch"].put_metric_alarm(
        AlarmName="tick-missing",
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
        ActionsEnabled=True,
    )
    sing(clients, 2.0)
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


def said_of(deployed: Deployed, what: str) -> dict[str, str]:
    _, said = deployed.answer("doctor")
    (found,) = [each for each in said if each["what"] == what]
    return dict(found)


def test_alarms_that_nobody_hears_are_ill(deployed: Deployed) -> None:
    clients = prepared(deployed)
    (subscription,) = clients["sns"].list_subscriptions()["Subscriptions"]
    clients["sns"].unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    found = said_of(deployed, "AlarmTopicArn")
    assert (found["health"], "nobody hears" in found["said"]) == ("ill", True)
    assert "aws sns subscribe" in found["remedy"]
    clients["sns"].delete_topic(TopicArn=TOPIC)
    assert "there is no topic" in said_of(deployed, "AlarmTopicArn")["said"]


def test_whether_another_accounts_topic_is_heard_nobody_here_can_tell(
    deployed: Deployed,
) -> None:
    prepared(deployed)
    deployed.with_parameter(AlarmTopicArn="arn:aws:sns:us-east-1:999999999999:alarms")
    found = said_of(deployed, "AlarmTopicArn")
    assert (found["health"], "999999999999" in found["remedy"]) == ("note", True)


def test_alarms_without_a_topic_are_a_note(deployed: Deployed) -> None:
    prepared(deployed)
    deployed.with_parameter(AlarmTopicArn="")
    assert said_of(deployed, "alarm topics")["health"] == "note"


def test_alarms_that_were_switched_off_or_taken_away_are_ill(
    deployed: Deployed,
) -> None:
    clients = prepared(deployed)
    clients["cloudwatch"].disable_alarm_actions(AlarmNames=["tick-missing"])
    found = said_of(deployed, "alarms")
    assert (found["health"], "tick-missing" in found["said"]) == ("ill", True)
    assert "uninstall --undo" in found["remedy"]
    clients["cloudwatch"].delete_alarms(AlarmNames=["tick-missing"])
    assert "gone" in said_of(deployed, "alarms")["said"]


def test_a_canary_that_does_not_sing_is_ill(deployed: Deployed) -> None:
    clients = prepared(deployed)
    sing(clients, 1.0)
    found = said_of(deployed, "canary")
    assert (found["health"], found["said"][:4]) == ("ill", "1 of")
    deployed.with_parameter(CanaryRepository="")
    assert said_of(deployed, "canary")["health"] == "note"


def test_a_canary_that_never_sang_is_ill(deployed: Deployed) -> None:
    prepared(deployed)
    with patch.object(watches, "OVERDUE", timedelta(minutes=5)):
        assert said_of(deployed, "canary")["said"].startswith("no verdicts")


def test_another_version_than_this_command_lines_is_a_note(
    deployed: Deployed,
) -> None:
    prepared(deployed)
    deployed.stack = replace(deployed.stack, outputs={"Version": "0.0.9"})
    found = said_of(deployed, "version")
    assert (found["health"], "0.0.9" in found["said"]) == ("note", True)


def test_reserved_concurrency_below_what_the_queue_asks_for_is_a_note(
    deployed: Deployed,
) -> None:
    prepared(deployed)
    deployed.with_parameter(MaximumConcurrency="20")
    deployed.lambda_.reserved = {"ReservedConcurrentExecutions": 5}
    found = said_of(deployed, "concurrency of VerifyPushFunction")
    assert (found["health"], "throttled" in found["said"]) == ("note", True)
    deployed.lambda_.reserved = {"ReservedConcurrentExecutions": 20}
    assert health(deployed)[1]["concurrency of VerifyPushFunction"] == "well"


def test_a_published_bundle_that_is_not_delivered_is_ill(deployed: Deployed) -> None:
    clients = prepared(deployed)
    content = clients["s3"].get_object(Bucket="policy", Key="bundle.json")["Body"]
    document = json.loads(content.read())
    clients["s3"].create_bucket(Bucket="published")
    deployed.with_parameter(PublishedBundle="s3://published/bundle.json")
    for serial, state in ((document["serial"], "well"), (9_999, "ill")):
        clients["s3"].put_object(
            Bucket="published",
            Key="bundle.json",
            Body=json.dumps({**document, "serial": serial}),
        )
        assert said_of(deployed, "published bundle")["health"] == state


def test_security_hub_that_is_off_is_a_note(deployed: Deployed) -> None:
    prepared(deployed)
    deployed.stack.client("securityhub").disable_security_hub()
    found = said_of(deployed, "Security Hub")
    assert (found["health"], found["said"][:3]) == ("note", "off")


def test_the_document_names_each_examination_and_no_other() -> None:
    text = (ROOT / "docs/operator-commands.md").read_text()
    section = text.partition("\n## `sealward doctor`\n")[2].partition("\n## ")[0]
    table = section.partition("| it looks at |")[2].partition("\n\n")[0]
    named = re.findall(r"^\| ([a-z ]+) \|", table, re.MULTILINE)
    assert sorted(named) == sorted(
        each.__name__.replace("_", " ") for each in EXAMINATIONS
    )


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


def test_a_repository_without_policies_is_well(deployed: Deployed) -> None:
    deployed.stack.client("ecr").create_repository(repositoryName="demo/plain")
    (check,) = repository_policies(deployed.stack)
    assert (check.health, check.what) == (Health.WELL, "repository policies")
