"""The registry: does anything in it work against signatures, or shut Sealward out?"""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any, Final

from sealward.aws.errors import translated
from sealward.cli.doctor.check import Check, Examination, ill, note, well
from sealward.cli.stack import Stack

REPOSITORIES: Final = 500
"""Repositories whose rules are read."""
_NEEDED: Final = (
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
)
_ROLES: Final = ("VerifyPushRole", "SweepRole")


def lifecycle_rules(stack: Stack) -> Iterator[Check]:
    """Look for rules that expire signatures: they are images without a tag."""
    eating = []
    for name in islice(_repositories(stack), REPOSITORIES):
        text = _asked(stack, "get_lifecycle_policy", name, "lifecyclePolicyText")
        if text and _expires_untagged(text):
            eating.append(name)
    if not eating:
        yield well("lifecycle rules", "none expires signatures")
        return
    yield note(
        "lifecycle rules",
        f"{len(eating)} repositories expire images without a tag, and signatures have "
        f"none: {', '.join(eating[:10])}",
        "give those rules a tagPatternList, or a number of days longer than a signed "
        "image is in use; a signature that is lost is a HIGH finding, never a hold",
    )


def repository_policies(stack: Stack) -> Iterator[Check]:
    """Look for policies that deny the functions what they read."""
    roles = [stack.physical(each) for each in _ROLES]
    denying = []
    for name in islice(_repositories(stack), REPOSITORIES):
        text = _asked(stack, "get_repository_policy", name, "policyText")
        if text and _shuts_out(text, roles):
            denying.append(name)
    if not denying:
        yield well("repository policies", "none shuts Sealward out")
        return
    yield ill(
        "repository policies",
        f"{len(denying)} may deny Sealward: {', '.join(denying[:10])}",
        "except the stack's outputs VerifyPushRole and SweepRole from those Deny "
        "statements (ArnNotEquals on aws:PrincipalArn)",
    )


def pull_time_exclusion(stack: Stack) -> Iterator[Check]:
    """Look whether the functions' reads count as pulls."""
    client = stack.client("ecr")
    with translated("ListPullTimeUpdateExclusions"):
        answer = client.list_pull_time_update_exclusions()
    excluded = {arn.rpartition("/")[2] for arn in answer["pullTimeUpdateExclusions"]}
    left = [each for each in _ROLES if stack.physical(each) not in excluded]
    if not left:
        yield well("pull time exclusion", "what Sealward reads is no pull")
    else:
        yield ill(
            "pull time exclusion",
            f"reads of {', '.join(left)} count as pulls: lifecycle rules by last pull "
            "keep everything",
            "deploy the stack again",
        )


def _repositories(stack: Stack) -> Iterator[str]:
    client = stack.client("ecr")
    page: dict[str, Any] = {}
    while True:
        with translated("DescribeRepositories"):
            answer = client.describe_repositories(maxResults=1000, **page)
        yield from (str(each["repositoryName"]) for each in answer["repositories"])
        if not answer.get("nextToken"):
            return
        page = {"nextToken": answer["nextToken"]}


def _asked(stack: Stack, operation: str, repository: str, field: str) -> str:
    """Return a repository's policy as text; empty where it has none."""
    client = stack.client("ecr")
    with translated(f"{operation} {repository}"):
        try:
            answer = getattr(client, operation)(repositoryName=repository)
        except (
            client.exceptions.LifecyclePolicyNotFoundException,
            client.exceptions.RepositoryNotFoundException,
            client.exceptions.RepositoryPolicyNotFoundException,
        ):
            return ""
    return str(answer.get(field, ""))


def _expires_untagged(text: str) -> bool:
    return any(
        rule.get("action", {}).get("type") == "expire"
        and rule.get("selection", {}).get("tagStatus") in {"untagged", "any"}
        for rule in _parsed(text).get("rules", ())
    )


def _shuts_out(text: str, roles: list[str]) -> bool:
    """Return whether a Deny covers what is read and names none of ``roles``."""
    return any(
        statement.get("Effect") == "Deny"
        and not all(role in json.dumps(statement) for role in roles)
        and any(
            fnmatchcase(action, pattern)
            for pattern in _list(statement.get("Action", "*"))
            for action in _NEEDED
        )
        for statement in _parsed(text).get("Statement", ())
    )


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[str]:  # noqa: ANN401 (plain JSON types)
    return [value] if isinstance(value, str) else [str(each) for each in value]


REGISTRY: Final[tuple[Examination, ...]] = (
    lifecycle_rules,
    repository_policies,
    pull_time_exclusion,
)
