"""The queues' policies: who may send what, judged as IAM judges."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.template.rendering import load, render
from tests.template.resources import PARAMETERS, QUEUE_ARN


def _decision(statements: list[dict[str, Any]], request: Mapping[str, str]) -> str:
    """Return what the policy says of SendMessage; only the forms it uses are judged."""
    answers = {
        statement["Effect"]
        for statement in statements
        if _is_principal(statement["Principal"], request)
        and statement["Action"] in {"sqs:*", "sqs:SendMessage"}
        and all(
            _holds(operator, wanted, request)
            for operator, wanted in statement.get("Condition", {}).items()
        )
    }
    return "Deny" if "Deny" in answers else "Allow" if "Allow" in answers else "none"


def _is_principal(principal: Any, request: Mapping[str, str]) -> bool:
    return principal in ("*", {"Service": request.get("service")})


def _holds(
    operator: str, wanted: Mapping[str, Any], request: Mapping[str, str]
) -> bool:
    for key, values in wanted.items():
        listed = [values] if isinstance(values, str) else values
        found = request.get(key)
        match operator:
            case "ArnEquals" | "Bool":
                held = found in listed
            case "ArnNotEquals":  # holds where the key is absent
                held = found not in listed
            case _:
                raise ValueError(f"not judged: {operator}")
        if not held:
            return False
    return True


EVENTBRIDGE = {"service": "events.amazonaws.com", "aws:SecureTransport": "true"}
STRANGER = "arn:aws:iam::123456789012:role/stranger"


@pytest.mark.parametrize(
    ("request_", "decision"),
    [
        ({**EVENTBRIDGE, "aws:SourceArn": "<ImageRule.Arn>"}, "Allow"),
        ({**EVENTBRIDGE, "aws:SourceArn": "<ReplicationRule.Arn>"}, "Allow"),
        ({**EVENTBRIDGE, "aws:SourceArn": "<PullThroughRule.Arn>"}, "Allow"),
        ({**EVENTBRIDGE, "aws:SourceArn": "<SignerRevocationRule.Arn>"}, "Deny"),
        ({**EVENTBRIDGE, "aws:SourceArn": "arn:aws:events:::rule/forged"}, "Deny"),
        (EVENTBRIDGE, "Deny"),
        (
            {
                "service": "s3.amazonaws.com",
                "aws:SecureTransport": "true",
                "aws:SourceArn": "arn:aws:s3:::bucket",
            },
            "Deny",
        ),
        ({"aws:PrincipalArn": STRANGER, "aws:SecureTransport": "true"}, "Deny"),
        (  # the role's own policy allows; this one must not deny
            {"aws:PrincipalArn": "<VerifyPushRole.Arn>", "aws:SecureTransport": "true"},
            "none",
        ),
        (
            {"aws:PrincipalArn": "<TickRole.Arn>", "aws:SecureTransport": "true"},
            "none",
        ),
        (
            {"aws:PrincipalArn": "<SweepRole.Arn>", "aws:SecureTransport": "true"},
            "none",
        ),
        (
            {"aws:PrincipalArn": "<OperateRole.Arn>", "aws:SecureTransport": "true"},
            "none",
        ),
        (
            {"aws:PrincipalArn": "<TickRole.Arn>", "aws:SecureTransport": "false"},
            "Deny",
        ),
        (
            {
                **EVENTBRIDGE,
                "aws:SourceArn": "<ImageRule.Arn>",
                "aws:SecureTransport": "false",
            },
            "Deny",
        ),
    ],
)
def test_the_queue_takes_hints_from_this_stack_only(
    resources: dict[str, dict[str, Any]], request_: dict[str, str], decision: str
) -> None:
    policy = resources["LookQueuePolicy"]["Properties"]
    assert policy["Queues"] == ["<LookQueue>"]
    statements = policy["PolicyDocument"]["Statement"]
    assert all(each["Resource"] == QUEUE_ARN for each in statements)
    assert _decision(statements, request_) == decision


@pytest.mark.parametrize(
    ("request_", "decision"),
    [
        ({**EVENTBRIDGE, "aws:SourceArn": "<ImageRule.Arn>"}, "Allow"),
        ({**EVENTBRIDGE, "aws:SourceArn": "<SignerRevocationRule.Arn>"}, "Allow"),
        ({**EVENTBRIDGE, "aws:SourceArn": "arn:aws:events:::rule/forged"}, "Deny"),
        ({"aws:PrincipalArn": STRANGER, "aws:SecureTransport": "true"}, "Deny"),
        (
            {"aws:PrincipalArn": "<TickRole.Arn>", "aws:SecureTransport": "true"},
            "Deny",
        ),
        (
            {"aws:PrincipalArn": "<VerifyPushRole.Arn>", "aws:SecureTransport": "true"},
            "none",
        ),
    ],
)
def test_dead_letters_come_from_this_stack_only(
    resources: dict[str, dict[str, Any]], request_: dict[str, str], decision: str
) -> None:
    policy = resources["LookDeadLetterQueuePolicy"]["Properties"]
    assert policy["Queues"] == ["<LookDeadLetterQueue>"]
    statements = policy["PolicyDocument"]["Statement"]
    assert all(each["Resource"] == "<LookDeadLetterQueue.Arn>" for each in statements)
    assert _decision(statements, request_) == decision


def test_an_operator_may_redrive_only_where_one_is_named() -> None:
    request = {"aws:PrincipalArn": STRANGER, "aws:SecureTransport": "true"}
    for parameters, decision in (
        (PARAMETERS, "Deny"),
        ({**PARAMETERS, "OperatorRoleArn": STRANGER}, "none"),
    ):
        policy = render(load(), parameters)["LookQueuePolicy"]["Properties"]
        assert _decision(policy["PolicyDocument"]["Statement"], request) == decision
