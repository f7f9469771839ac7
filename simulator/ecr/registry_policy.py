"""The registry policy: who else may replicate into the registry."""

from collections.abc import Mapping
from typing import Any

from simulator.ecr.state import Call, Registry
from simulator.errors import ServiceError


def put_registry_policy(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Set it."""
    del call
    registry.registry_policy = request["policyText"]
    return _policy(registry)


def get_registry_policy(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Return it."""
    del request, call
    return _policy(registry)


def delete_registry_policy(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Let nobody else in."""
    del request, call
    answer = _policy(registry)
    registry.registry_policy = None
    return answer


def _policy(registry: Registry) -> dict[str, Any]:
    if registry.registry_policy is None:
        raise ServiceError(
            "RegistryPolicyNotFoundException",
            f"The registry {registry.place.account} has no registry policy",
        )
    return {
        "registryId": registry.place.account,
        "policyText": registry.registry_policy,
    }
