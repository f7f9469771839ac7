"""The functions: are they there, whole, and allowed to run?"""

import json
import urllib.parse
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

from sealward.aws.errors import translated
from sealward.cli.doctor.check import (
    AFTER_UNINSTALLING,
    Check,
    Examination,
    ill,
    note,
    well,
)
from sealward.cli.stack import Stack
from sealward.version import VERSION

_FUNCTION: Final = "AWS::Lambda::Function"
_LOOKS: Final = "VerifyPushFunction"
_WRITES: Final = "ecr:UpdateImageStorageClass"
_LAYERS: Final = "AWS::Lambda::LayerVersion"


def concurrency(stack: Stack) -> Iterator[Check]:
    """Look for functions that may not run, or not as often as they should."""
    client = stack.client("lambda")
    for logical, name in stack.of_type(_FUNCTION).items():
        with translated(f"GetFunctionConcurrency {logical}"):
            answer = client.get_function_concurrency(FunctionName=name)
        reserved = answer.get("ReservedConcurrentExecutions")
        wanted = int(stack.parameters.get("MaximumConcurrency") or 0)
        if reserved == 0:
            yield ill(
                f"concurrency of {logical}",
                "0: it never runs",
                "aws lambda delete-function-concurrency --function-name " + name,
            )
        elif logical == _LOOKS and reserved is not None and reserved < wanted:
            yield note(
                f"concurrency of {logical}",
                f"{reserved} reserved, and the look queue may ask for {wanted}: what "
                "is more is throttled and waits ten minutes",
                f"reserve {wanted} or more, or set MaximumConcurrency to {reserved}",
            )
        else:
            yield well(f"concurrency of {logical}", "it may run")


def version(stack: Stack) -> Iterator[Check]:
    """Compare the version that is deployed with the command line's own."""
    deployed = stack.outputs.get("Version", "")
    if deployed == VERSION:
        yield well("version", f"{deployed}, as this command line")
        return
    yield note(
        "version",
        f"the stack runs {deployed or 'one that does not say'}, this command line is "
        f"{VERSION}",
        "work with the command line of the stack's version: another may not read what "
        "the ledger holds. Or deploy this one: docs/operations.md#upgrade-and-go-back",
    )


def code(stack: Stack) -> Iterator[Check]:
    """Compare what the functions run with what the stack deployed."""
    client = stack.client("lambda")
    deployed = set(stack.of_type(_LAYERS).values())
    for logical, name in stack.of_type(_FUNCTION).items():
        with translated(f"GetFunctionConfiguration {logical}"):
            answer = client.get_function_configuration(FunctionName=name)
        layers = {each["Arn"] for each in answer.get("Layers", ())}
        set_to = answer.get("Environment", {}).get("Variables", {}).get("CAPABILITY")
        wanted = stack.parameters.get("Capability")
        if not layers <= deployed:
            yield ill(
                f"code of {logical}",
                f"it runs {len(layers - deployed)} layers the stack did not deploy",
                "find who changed it (CloudTrail: UpdateFunctionConfiguration), then "
                "deploy the stack again",
            )
        elif set_to != wanted:
            yield ill(
                f"code of {logical}",
                f"its CAPABILITY is {set_to}, the stack's parameter {wanted}",
                "find who changed it, then deploy the stack again",
            )
        else:
            yield well(f"code of {logical}", "as it was deployed")


def look_queue_mapping(stack: Stack) -> Iterator[Check]:
    """Look whether the queue's messages reach the function."""
    name = stack.physical("VerifyPushFunction")
    with translated("ListEventSourceMappings"):
        answer = stack.client("lambda").list_event_source_mappings(FunctionName=name)
    mappings = answer["EventSourceMappings"]
    states = [each.get("State", "") for each in mappings]
    uuid = next((each["UUID"] for each in mappings if "UUID" in each), "<UUID>")
    if "Enabled" in states:
        yield well("look queue mapping", "enabled")
    else:
        yield ill(
            "look queue mapping",
            f"not enabled: {', '.join(states) or 'there is none'}",
            f"aws lambda update-event-source-mapping --enabled --uuid {uuid}; what "
            f"waits in the queue is looked at then. {AFTER_UNINSTALLING}",
        )


def capability(stack: Stack) -> Iterator[Check]:
    """Compare the capability with what the role may do."""
    role = stack.physical("VerifyPushRole")
    may = any(
        fnmatchcase(_WRITES, action)
        for document in _documents(stack, role)
        for action in _allowed(document)
    )
    wanted = stack.parameters.get("Capability", "observe")
    if wanted == "observe" and may:
        yield ill(
            "capability",
            f"observe, but {role} may archive images",
            "deploy the stack again; look in CloudTrail for who widened the role",
        )
    elif wanted != "observe" and not may:
        yield ill(
            "capability",
            f"{wanted}, but {role} may not archive images",
            f"deploy the stack again; does a permissions boundary leave out {_WRITES}?",
        )
    elif wanted == "observe":
        yield note(
            "capability",
            "observe: nothing is ever archived",
            "update the stack with Capability=quarantine when you are ready to enforce",
        )
    else:
        yield well("capability", wanted)


def _documents(stack: Stack, role: str) -> Iterator[Any]:
    client = stack.client("iam")
    with translated(f"ListRolePolicies {role}"):
        names = client.list_role_policies(RoleName=role)["PolicyNames"]
    for name in names:
        with translated(f"GetRolePolicy {role} {name}"):
            answer = client.get_role_policy(RoleName=role, PolicyName=name)
        document = answer["PolicyDocument"]
        if isinstance(document, str):
            document = json.loads(urllib.parse.unquote(document))
        yield document


def _allowed(document: Any) -> Iterator[str]:  # noqa: ANN401 (plain JSON types)
    for statement in document.get("Statement", ()):
        if statement.get("Effect") == "Allow":
            actions = statement.get("Action", ())
            yield from [actions] if isinstance(actions, str) else actions


FUNCTIONS: Final[tuple[Examination, ...]] = (
    concurrency,
    code,
    version,
    look_queue_mapping,
    capability,
)
