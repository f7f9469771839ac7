"""Repository policies: kept and given back; what they say is not enforced here.

Amazon ECR API reference: SetRepositoryPolicy, GetRepositoryPolicy,
DeleteRepositoryPolicy.
"""

import json
from collections.abc import Mapping
from typing import Any

from simulator.ecr.state import Call, Registry, Repository
from simulator.errors import ServiceError

_MOST = 10_240
"""Characters of a policy."""


def set_repository_policy(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Keep a policy in place of the one there was."""
    del call
    repository = registry.repository(request)
    text = request["policyText"]
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or len(text) > _MOST:
        raise ServiceError(
            "InvalidParameterException",
            "Invalid parameter at 'PolicyText' failed to satisfy constraint: "
            "'Invalid repository policy provided'",
        )
    repository.policy = text
    return _answer(registry, repository, text)


def get_repository_policy(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Return the policy."""
    del call
    repository = registry.repository(request)
    return _answer(registry, repository, _present(registry, repository))


def delete_repository_policy(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Forget the policy."""
    del call
    repository = registry.repository(request)
    text = _present(registry, repository)
    repository.policy = None
    return _answer(registry, repository, text)


def _present(registry: Registry, repository: Repository) -> str:
    if repository.policy is None:
        raise ServiceError(
            "RepositoryPolicyNotFoundException",
            f"Repository policy does not exist for the repository with name "
            f"'{repository.name}' in the registry with id '{registry.place.account}'",
        )
    return repository.policy


def _answer(registry: Registry, repository: Repository, text: str) -> dict[str, Any]:
    return {
        "registryId": registry.place.account,
        "repositoryName": repository.name,
        "policyText": text,
    }
