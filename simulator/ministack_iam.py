"""IAM inside ministack: the actions, resources and callers that AWS would know.

ministack evaluates policies; what an operation is authorised by, and on, it does not
know for every service, and what it authorised it does not tell.
"""

import contextlib
from collections.abc import Mapping
from typing import Any

from simulator.errors import ServiceError
from simulator.iam_resources import (
    ecr_resource,
    security_hub_operation,
    security_hub_resource,
)
from simulator.ministack import module
from simulator.operations import Operation, OperationLog
from simulator.places import place


def authorise() -> None:
    """Give operations the IAM actions AWS authorises them by."""
    iam_actions = module("ministack.core.iam_actions")
    iam_actions.SERVICE_TO_IAM_NAMESPACE["securityhub"] = "securityhub"
    original = iam_actions.extract_iam_action

    def extract(
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, Any],
    ) -> str | None:
        if service == "securityhub":
            with contextlib.suppress(ServiceError):
                name = security_hub_operation(method, path).name
                return f"securityhub:{name}"
        action: str | None = original(service, method, path, headers, body, query)
        if action is None:
            return None
        namespace, _, operation = action.partition(":")
        return Operation(service=namespace, operation=operation, caller="").action

    iam_actions.extract_iam_action = extract
    resource_of = iam_actions.extract_resource_arn

    def resource_arn(
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, Any],
        region: str,
        account: str,
    ) -> str:
        if service == "securityhub":
            return security_hub_resource(method, path, body, place(account, region))
        if service == "ecr" and (
            arn := ecr_resource(headers, body, place(account, region))
        ):
            return arn
        found: str = resource_of(
            service, method, path, headers, body, query, region, account
        )
        return found

    iam_actions.extract_resource_arn = resource_arn


def name_roles() -> None:
    """Let ``aws:PrincipalArn`` be the role's ARN in a role's session, as on AWS."""
    evaluator = module("ministack.core.iam_evaluator")
    original = evaluator._resolve_condition_key  # noqa: SLF001 - named in REQUIRED

    def resolve(key: str, context: Any) -> object:  # noqa: ANN401 - ministack's
        value: object = original(key, context)
        if key.lower() != "aws:principalarn" or not isinstance(value, str):
            return value
        return role_of_session(value)

    evaluator._resolve_condition_key = resolve  # noqa: SLF001


def role_of_session(arn: str) -> str:
    """Return the ARN of the role (of path ``/``) of a session; any other as it is."""
    before, found, after = arn.partition(":assumed-role/")
    if not found:
        return arn
    name = after.partition("/")[0]
    return f"{before.replace(':sts:', ':iam:', 1)}:role/{name}"


def record_actions(performed: OperationLog, denied: OperationLog) -> None:
    """Record each action that is asked for, of every service, with its caller."""
    evaluator = module("ministack.core.iam_evaluator")
    original = evaluator.enforce

    def enforce(access_key: str, action: str, *rest: object, **named: object) -> object:
        why: object = original(access_key, action, *rest, **named)
        service, _, operation = action.partition(":")
        (performed if why is None else denied).record(
            Operation(
                service=service,
                operation=operation,
                caller=evaluator.caller_arn(),
                resource=str(named.get("resource_arn", "")),
            )
        )
        return why

    evaluator.enforce = enforce
