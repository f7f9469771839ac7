"""Events and queues: does what is pushed reach the function?"""

import json
from collections.abc import Iterator
from typing import Any, Final

from sealward.aws.errors import translated
from sealward.cli.doctor.check import (
    AFTER_UNINSTALLING,
    Check,
    Examination,
    ill,
    well,
)
from sealward.cli.stack import Stack

_RULE: Final = "AWS::Events::Rule"
_QUEUES: Final = ("LookQueue", "LookDeadLetterQueue")


def rules(stack: Stack) -> Iterator[Check]:
    """Look for rules that were switched off: of the registry's events, and of time."""
    client = stack.client("events")
    for logical, name in stack.of_type(_RULE).items():
        with translated(f"DescribeRule {logical}"):
            state = client.describe_rule(Name=name.rpartition("|")[2])["State"]
        if state == "ENABLED":
            yield well(f"rule {logical}", "enabled")
        else:
            yield ill(
                f"rule {logical}",
                state.lower(),
                f"aws events enable-rule --name {name}; find who disabled it in "
                "CloudTrail (DisableRule). The next sweep finds what was missed. "
                f"{AFTER_UNINSTALLING}",
            )


def queue_policies(stack: Stack) -> Iterator[Check]:
    """Look whether others than the stack may put hints on its queues."""
    for logical in _QUEUES:
        attributes = _attributes(stack, logical)
        if _denies_others(attributes.get("Policy", "")):
            yield well(f"policy of {logical}", "only the stack sends")
        else:
            yield ill(
                f"policy of {logical}",
                "its statement NobodyElseSends is gone",
                "deploy the stack again; look in CloudTrail for SetQueueAttributes",
            )


def dead_letters(stack: Stack) -> Iterator[Check]:
    """Look for what could not be read or acted upon."""
    count = _attributes(stack, "LookDeadLetterQueue")["ApproximateNumberOfMessages"]
    if count == "0":
        yield well("dead letters", "none")
    else:
        yield ill(
            "dead letters",
            f"{count} wait",
            f"sealward redrive --stack {stack.name} --dry-run says why; mend that, "
            "then run it without --dry-run",
        )


def _attributes(stack: Stack, logical: str) -> dict[str, str]:
    with translated(f"GetQueueAttributes {logical}"):
        answer = stack.client("sqs").get_queue_attributes(
            QueueUrl=stack.physical(logical), AttributeNames=["All"]
        )
    return dict(answer["Attributes"])


def _denies_others(text: str) -> bool:
    try:
        document: Any = json.loads(text or "{}")
    except ValueError:
        return False
    return any(
        each.get("Sid") == "NobodyElseSends" and each.get("Effect") == "Deny"
        for each in document.get("Statement", ())
    )


QUEUES: Final[tuple[Examination, ...]] = (rules, queue_policies, dead_letters)
