"""Principals whose reads do not count as pulls."""

from collections.abc import Mapping
from typing import Any

from simulator.ecr.state import Call, Registry
from simulator.errors import ServiceError
from simulator.pages import page


def register_pull_time_update_exclusion(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Keep a role's or user's reads out of lastRecordedPullTime."""
    principal = request["principalArn"]
    if principal in registry.pull_time_exclusions:
        raise ServiceError(
            "ExclusionAlreadyExistsException",
            f"The principal {principal} is already excluded",
        )
    registry.pull_time_exclusions[principal] = call.now
    return {"principalArn": principal, "createdAt": call.now}


def deregister_pull_time_update_exclusion(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Let a principal's reads count again."""
    del call
    principal = request["principalArn"]
    if registry.pull_time_exclusions.pop(principal, None) is None:
        raise ServiceError(
            "ExclusionNotFoundException", f"The principal {principal} is not excluded"
        )
    return {"principalArn": principal}


def list_pull_time_update_exclusions(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """List the excluded principals."""
    del call
    principals, token = page(
        (((arn,), arn) for arn in sorted(registry.pull_time_exclusions)),
        token=request.get("nextToken"),
        size=request.get("maxResults", 100),
    )
    answer: dict[str, Any] = {"pullTimeUpdateExclusions": principals}
    return answer | ({"nextToken": token} if token else {})


def is_excluded(registry: Registry, caller: str) -> bool:
    """Return whether a caller's reads are kept out of lastRecordedPullTime.

    ``caller`` is a role's ARN or that of a session of it, which drops the role's path.
    """
    if caller in registry.pull_time_exclusions:
        return True
    account, role = _session_of(caller)
    return role is not None and any(
        arn.split(":")[4] == account
        and arn.split(":")[5].startswith("role/")
        and arn.rpartition("/")[2] == role
        for arn in registry.pull_time_exclusions
    )


def _session_of(arn: str) -> tuple[str, str | None]:
    parts = arn.split(":", 5)
    if len(parts) == 6 and parts[5].startswith("assumed-role/"):  # noqa: PLR2004
        return parts[4], parts[5].split("/")[1]
    return "", None
