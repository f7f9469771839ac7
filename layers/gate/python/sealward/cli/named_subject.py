"""What a developer has at hand, turned into what names an image: finding, task, pod.

A finding's Id and a Kubernetes image id say the digest themselves. A task of Amazon
ECS is asked for the images it runs.
"""

import re
from typing import Any, Final

from sealward.aws.errors import translated
from sealward.cli.command_clients import CommandClients
from sealward.cli.image_target import InvalidReference
from sealward.events import is_digest, is_repository

_FINDING: Final = re.compile(
    r"arn:[a-z-]+:ecr:[a-z0-9-]+:[0-9]{12}:repository/([a-z0-9._/-]+)/"
    r"(sha256:[0-9a-f]{64})(?:/signature)?"
)
_REPOSITORY_FINDING: Final = re.compile(
    r"arn:[a-z-]+:ecr:[a-z0-9-]+:[0-9]{12}:repository/[a-z0-9._/-]+/signatures"
)
_ACCOUNT_FINDING: Final = re.compile(r"sealward/[0-9]{12}/[a-z0-9-]+/.+", re.DOTALL)
_TASK: Final = re.compile(
    r"arn:[a-z-]+:ecs:([a-z0-9-]+):[0-9]{12}:task/([A-Za-z0-9_-]+)/([A-Za-z0-9]+)"
)
_RUNTIME: Final = re.compile(r"[a-z][a-z0-9-]*://")
"""What Kubernetes puts before an image's id: ``docker-pullable://``."""


def references_of(text: str) -> list[str]:
    """Return the images that ``text`` names, as ``explain`` reads them.

    Args:
        text: an image by tag or digest, a finding's Id, a task's ARN, or an image id
            of Kubernetes.

    Raises:
        InvalidReference: it looks like one of these and names no image.
        PortError: Amazon ECS did not answer.
    """
    if found := _FINDING.fullmatch(text):
        if not is_repository(found[1]):
            raise InvalidReference(f"{found[1]!a} is no repository")
        return [f"{found[1]}@{found[2]}"]
    if _REPOSITORY_FINDING.fullmatch(text):
        raise InvalidReference(
            "that is the finding of a repository: write REPOSITORY@DIGEST of an image "
            "that its description names"
        )
    if _ACCOUNT_FINDING.fullmatch(text):
        raise InvalidReference(
            "that finding is about the account or a repository, about no image: its "
            "remedy says what to do"
        )
    if task := _TASK.fullmatch(text):
        return _of_task(text, region=task[1], cluster=task[2])
    return [_RUNTIME.sub("", text, count=1) if _RUNTIME.match(text) else text]


def _of_task(arn: str, *, region: str, cluster: str) -> list[str]:
    with translated(f"DescribeTasks {arn}"):
        client = CommandClients().client("ecs", region)
        answer = client.describe_tasks(cluster=cluster, tasks=[arn])
    found = [
        reference
        for task in answer.get("tasks", ())
        for container in task.get("containers", ())
        if (reference := _of_container(container))
    ]
    if not found:
        raise InvalidReference(
            "no such task, or none of its containers has an image's digest; stopped "
            "tasks are forgotten after about an hour"
        )
    return sorted(set(found))


def _of_container(container: dict[str, Any]) -> str:
    """Return ``host/repository@digest`` of a container, or nothing."""
    image, digest = str(container.get("image", "")), container.get("imageDigest", "")
    name = image.partition("@")[0]
    host, slash, path = name.partition("/")
    if not slash or not is_digest(str(digest)):
        return ""
    return f"{host}/{path.partition(':')[0]}@{digest}"
