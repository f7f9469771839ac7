"""``sealward doctor`` in the functions' world: what is ill, each with its remedy."""

import json
from typing import Any

from tests.functions.deployed_stack import Deployed
from tests.functions.event_files import ACCOUNT, REGION
from tests.functions.world import EVIDENCE, LEDGER_KEY

LEDGER_ARN = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/ledger"


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
