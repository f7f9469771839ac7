"""Repositories, and the token a docker client would ask for."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from simulator.ecr.state import Call, Registry, Repository
from simulator.errors import ServiceError
from simulator.pages import page

_KEPT = (
    "imageTagMutability",
    "imageTagMutabilityExclusionFilters",
    "imageScanningConfiguration",
    "encryptionConfiguration",
)
_TOKEN_LASTS = timedelta(hours=12)


def create_repository(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Create an empty repository."""
    name = request["repositoryName"]
    if name in registry.repositories:
        raise ServiceError(
            "RepositoryAlreadyExistsException",
            f"The repository with name '{name}' already exists in the registry with "
            f"id '{registry.place.account}'",
        )
    settings = {
        "imageTagMutability": "MUTABLE",
        "imageScanningConfiguration": {"scanOnPush": False},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    } | {key: request[key] for key in _KEPT if key in request}
    repository = Repository(name=name, created_at=call.now, settings=settings)
    registry.repositories[name] = repository
    return {"repository": _described(registry, repository)}


def describe_repositories(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Describe the named repositories, or page through all."""
    del call
    if names := request.get("repositoryNames"):
        found = [registry.repository({"repositoryName": name}) for name in names]
        return {"repositories": [_described(registry, x) for x in found]}
    shown, token = page(
        (((name,), x) for name, x in sorted(registry.repositories.items())),
        token=request.get("nextToken"),
        size=request.get("maxResults", 100),
    )
    answer: dict[str, Any] = {
        "repositories": [_described(registry, repository) for repository in shown]
    }
    return answer | ({"nextToken": token} if token else {})


def delete_repository(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Delete a repository, with its images only if ``force`` says so."""
    del call
    repository = registry.repository(request)
    if repository.images and not request.get("force", False):
        raise ServiceError(
            "RepositoryNotEmptyException",
            f"The repository with name '{repository.name}' in registry with id "
            f"'{registry.place.account}' cannot be deleted because it still contains "
            "images",
        )
    del registry.repositories[repository.name]
    return {"repository": _described(registry, repository)}


def get_authorization_token(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Return a token in ECR's form. No registry protocol is served here to use it."""
    del request
    return {
        "authorizationData": [
            {
                "authorizationToken": base64.b64encode(b"AWS:simulated").decode(),
                "expiresAt": call.now + _TOKEN_LASTS,
                "proxyEndpoint": f"https://{registry.place.registry_host}",
            }
        ]
    }


def _described(registry: Registry, repository: Repository) -> dict[str, Any]:
    return {
        "repositoryArn": registry.place.arn("ecr", f"repository/{repository.name}"),
        "registryId": registry.place.account,
        "repositoryName": repository.name,
        "repositoryUri": f"{registry.place.registry_host}/{repository.name}",
        "createdAt": repository.created_at,
        **repository.settings,
    }
