"""The way out: ``sealward uninstall`` at the demo's end, as docs/operations.md says."""

import json
from typing import Any

from demo.stack import STACK, LocalAws
from demo.stage import Stage
from tests.figures import Figures

_LOOK = "20"
"""Seconds, as the command takes them: longer than any look here."""


def depart(stage: Stage, figures: Figures) -> None:
    """Plan, take the right to archive away, apply; add what is left as figures."""
    planned = stage.administrator.sealward("uninstall", "--plan")
    stage.say("uninstall", f"sealward uninstall --plan: {planned.first}")
    early = stage.administrator.sealward("uninstall", "--apply")
    figures.add("uninstall_refused_while_it_may_archive", early.status, exactly=2)
    observe(stage.aws)
    stage.say("uninstall", "the stack is updated to Capability=observe")
    held = archived(stage.aws)
    # A message whose look the update broke off is hidden for minutes.
    applied = stage.administrator.sealward(
        *("uninstall", "--apply", "--wait", _LOOK, "--json")
    )
    said = json.loads(applied.said) if applied.status == 0 else {}
    restored, resolved = said.get("restored", 0), said.get("resolved", 0)
    stage.say(
        "uninstall",
        f"sealward uninstall --apply: {restored} asked to be restored, {resolved} "
        "findings resolved",
    )
    stage.until(lambda: not archived(stage.aws))
    figures.add("uninstall_status", applied.status, exactly=0)
    figures.add("uninstall_restored_images", restored, exactly=held)
    figures.add("uninstall_images_left_archived", archived(stage.aws), exactly=0)
    left = said.get("findings", -1) - resolved
    figures.add("uninstall_findings_not_resolved", left, exactly=0)
    # Nothing of the stack looks any more, at what was restored either.
    figures.add("uninstall_open_findings", _open_findings(stage.aws), exactly=0)


def observe(aws: LocalAws) -> None:
    """Update the stack: all as it is, and no role may archive."""
    formation = aws.client("cloudformation")
    (stack,) = formation.describe_stacks(StackName=STACK)["Stacks"]
    parameters: list[dict[str, Any]] = [
        {"ParameterKey": each["ParameterKey"], "UsePreviousValue": True}
        for each in stack["Parameters"]
        if each["ParameterKey"] != "Capability"
    ]
    formation.update_stack(
        StackName=STACK,
        UsePreviousTemplate=True,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        Parameters=[
            *parameters,
            {"ParameterKey": "Capability", "ParameterValue": "observe"},
        ],
    )
    waiter = formation.get_waiter("stack_update_complete")
    waiter.wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def archived(aws: LocalAws) -> int:
    """Return how many images of the registry are archived, or not yet back."""
    ecr = aws.client("ecr")
    return sum(
        image["imageStatus"] != "ACTIVE"
        for repository in ecr.describe_repositories(maxResults=1000)["repositories"]
        for image in ecr.describe_images(
            repositoryName=repository["repositoryName"],
            filter={"imageStatus": "ANY"},
            maxResults=1000,
        )["imageDetails"]
    )


def _open_findings(aws: LocalAws) -> int:
    """Return how many findings are open in the account, of 100 at most."""
    answer = aws.client("securityhub").get_findings(
        Filters={"RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}]},
        MaxResults=100,
    )
    return len(answer["Findings"])
