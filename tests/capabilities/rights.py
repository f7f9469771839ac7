"""What the roles of the stacks were granted, what of it they used, what was denied."""

import json
import re
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from demo.stack import STACK, LocalAws
from tests.figures import Figures
from tests.template.iam_actions import ECR_WRITES

_OWN: Final = re.compile(r"[0-9]{12}|[0-9A-Fa-f]{13}|-[A-Za-z0-9]{6}$")
"""What differs from stack to stack: the account, what CloudFormation adds."""
PLATFORM: Final[Mapping[str, str]] = {
    "logs:CreateLogStream": "Lambda itself writes the log with the role",
    "logs:PutLogEvents": "Lambda itself writes the log with the role",
    "sqs:ReceiveMessage": "Lambda itself polls the queue with the role",
    "sqs:DeleteMessage": "Lambda itself polls the queue with the role",
    "sqs:GetQueueAttributes": "Lambda itself polls the queue with the role",
    **dict.fromkeys(
        (
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ),
        "only with SubnetIds, and then Lambda itself calls it with the role",
    ),
    "kms:Decrypt": "only with KmsKeyArn; the local AWS encrypts nothing",
    "kms:GenerateDataKey": "only with KmsKeyArn; the local AWS encrypts nothing",
}
"""Granted, and used by no code of ours: why."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Grant:
    """One action that a role may perform, on one resource or pattern of them."""

    role: str
    """Its logical name."""
    action: str
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that IAM allowed or denied."""

    caller: str
    action: str
    resource: str


def calls(aws: LocalAws, what: str) -> list[Call]:
    """Return the calls of every account; ``what`` is ``operations`` or ``denials``."""
    address = f"{aws.endpoint}/_sealward/{what}"
    with urllib.request.urlopen(address, timeout=120) as answer:
        return [
            Call(
                caller=each["caller"], action=each["action"], resource=each["resource"]
            )
            for each in json.load(answer)
        ]


class Roles:
    """The roles of one deployed stack."""

    def __init__(self, aws: LocalAws) -> None:
        self._account = aws.account
        listed = aws.client("cloudformation").describe_stack_resources(StackName=STACK)
        self._physical: dict[str, str] = {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in listed["StackResources"]
            if each["ResourceType"] == "AWS::IAM::Role"
        }
        iam = aws.client("iam")
        self.grants = frozenset(
            grant
            for logical, name in self._physical.items()
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
            for grant in _grants(
                logical,
                iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"],
            )
        )

    def role_of(self, call: Call) -> str:
        """Return the logical name of the role that called, empty for anybody else."""
        for logical, name in self._physical.items():
            if f"::{self._account}:assumed-role/{name}/" in call.caller:
                return logical
        return ""

    def used(self, performed: Iterable[Call]) -> frozenset[Grant]:
        """Return the grants without which some call would have been denied."""
        mine = {
            (role, call.action, call.resource)
            for call in performed
            if (role := self.role_of(call))
        }
        return frozenset(
            grant
            for grant in self.grants
            if any(
                (role, action) == (grant.role, grant.action)
                and fnmatchcase(resource, grant.resource)
                for role, action, resource in mine
            )
        )

    def registry_writes(self, performed: Iterable[Call]) -> list[Call]:
        """Return what the roles wrote to ECR, the canary's own repository apart."""
        return [
            call
            for call in performed
            if call.action in ECR_WRITES
            and self.role_of(call) not in ("", "CanaryRole")
        ]


def judge_rights(
    figures: Figures,
    roles: Sequence[Roles],
    performed: Sequence[Call],
    denied: Sequence[Call],
) -> None:
    """Add what was denied, and what was granted for nothing, as figures.

    Args:
        figures: where to.
        roles: of each stack, as they were before it was left.
        performed: the calls that IAM allowed.
        denied: those that it did not.
    """
    for call in denied:
        print(f"DENIED {call.caller} {call.action} on {call.resource}")
    figures.add("calls_denied", len(denied), exactly=0)
    observing, *_ = roles
    writes = observing.registry_writes(performed)
    figures.add("calls_that_write_to_ecr_in_observe", len(writes), exactly=0)
    granted = {(each.role, each.action) for one in roles for each in one.grants}
    used = {(each.role, each.action) for one in roles for each in one.used(performed)}
    unused = sorted(granted - used)
    for action in sorted({action for _, action in unused}):
        reason = PLATFORM.get(action, "UNUSED in every capability")
        of = ", ".join(role for role, its in unused if its == action)
        print(f"never called: {action}: {reason} ({of})")
    figures.add("actions_granted", len(granted))
    figures.add("actions_used", len(used))
    for_nothing = [action for _, action in unused if action not in PLATFORM]
    figures.add("actions_granted_for_nothing", len(for_nothing), exactly=0)
    # By resource: the same action on another one, such as a second prefix of a bucket.
    idle = {
        (each.role, each.action, _pattern(each.resource))
        for one in roles
        for each in one.grants
        if (each.role, each.action) in used and not _of_no_index(each)
    } - {
        (each.role, each.action, _pattern(each.resource))
        for one in roles
        for each in one.used(performed)
    }
    for each in sorted(idle):
        print("never called on:", *each)
    figures.add("resources_granted_for_nothing", len(idle), exactly=0)


def _of_no_index(grant: Grant) -> bool:
    """Return whether an index is named to an action that knows tables only."""
    return "/index/" in grant.resource and grant.action != "dynamodb:Query"


def _pattern(resource: str) -> str:
    """Return a resource as the template says it, the same for each stack."""
    return _OWN.sub("#", resource)


def _grants(role: str, document: Any) -> Iterator[Grant]:
    parsed = json.loads(document) if isinstance(document, str) else document
    for statement in parsed["Statement"]:
        for action in _listed(statement["Action"]):
            for resource in _listed(statement["Resource"]):
                yield Grant(role=role, action=action, resource=resource)


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value
