"""The ledger's table policy: rights on DynamoDB alone do not write into it."""

from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.template.rendering import PSEUDO, load, render

ACCOUNT, STACK = PSEUDO["AWS::AccountId"], PSEUDO["AWS::StackId"]
TAG = "aws:PrincipalTag/sealward-ledger"
WRITERS = {"VerifyPushRole", "SweepRole", "OperateRole"}
WRITES = {
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
}
"""Actions that change items, by the service authorization reference."""


def statement() -> dict[str, Any]:
    policy = render(load())["LedgerTable"]["Properties"]["ResourcePolicy"]
    (only,) = policy["PolicyDocument"]["Statement"]
    return dict(only)


def denied(request: dict[str, str]) -> bool:
    """Return whether the condition holds: all operators must, an absent key differs."""
    condition = statement()["Condition"]
    assert condition.keys() == {"StringNotEquals", "ArnNotLike", "Bool"}
    tags, arns, service = (
        condition[name] for name in ("StringNotEquals", "ArnNotLike", "Bool")
    )
    return (
        all(request.get(key) != value for key, value in tags.items())
        and not any(
            fnmatchcase(request.get(key, ""), value) for key, value in arns.items()
        )
        and all(request.get(key) == value for key, value in service.items())
    )


def role(name: str, **tags: str) -> dict[str, str]:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    return {"aws:PrincipalArn": arn, "aws:PrincipalIsAWSService": "false", **tags}


def test_it_denies_every_write_to_everyone_and_no_read() -> None:
    found = statement()
    assert (found["Effect"], found["Principal"]) == ("Deny", "*")
    assert set(found["Action"]) == WRITES
    assert not any("*" in action for action in found["Action"])


@pytest.mark.parametrize(
    "request_",
    [
        role("administrator"),
        role("developer", **{TAG: "arn:aws:cloudformation:us-east-1:1:stack/other/1"}),
        {
            "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:root",
            "aws:PrincipalIsAWSService": "false",
        },
        role("Sealward-VerifyPushRole-LookAlike"),
    ],
)
def test_rights_on_the_table_do_not_write_into_it(request_: dict[str, str]) -> None:
    assert denied(request_)


@pytest.mark.parametrize(
    "request_",
    [
        role("sealward-VerifyPushRole-1", **{TAG: STACK}),
        role("aws-service-role/replication.dynamodb.amazonaws.com/Replication"),
        {"aws:PrincipalIsAWSService": "true"},
    ],
)
def test_the_stacks_roles_and_aws_itself_do(request_: dict[str, str]) -> None:
    assert not denied(request_)


def test_the_tag_is_on_the_roles_that_write_and_on_no_other() -> None:
    tagged = {
        name
        for name, resource in render(load()).items()
        if resource["Type"] == "AWS::IAM::Role"
        and {"Key": "sealward-ledger", "Value": STACK}
        in resource["Properties"].get("Tags", [])
    }
    assert tagged == WRITERS


def test_a_role_that_puts_items_is_one_of_them() -> None:
    for name, resource in render(load(), {"Capability": "delete"}).items():
        if resource["Type"] == "AWS::IAM::Role":
            actions = {
                action
                for policy in resource["Properties"]["Policies"]
                for each in policy["PolicyDocument"]["Statement"]
                for action in (
                    [each["Action"]]
                    if isinstance(each["Action"], str)
                    else each["Action"]
                )
            }
            assert bool(actions & WRITES) == (name in WRITERS), name


def test_no_one_may_read_the_seals_key_but_who_writes_sealed_items() -> None:
    policy = render(load())["LedgerKeyPolicy"]["Properties"]["ResourcePolicy"]
    (only,) = policy["Statement"]
    assert only["Condition"] == {
        "ArnNotEquals": {
            "aws:PrincipalArn": ["<VerifyPushRole.Arn>", "<OperateRole.Arn>"]
        }
    }


def test_a_local_aws_which_knows_no_table_policies_gets_none() -> None:
    table = render(load(), {"EndpointUrl": "http://127.0.0.1:4566"})["LedgerTable"]
    assert "ResourcePolicy" not in table["Properties"]
