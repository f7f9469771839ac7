"""Descriptions: DescribeImages, ListImages, ListImageReferrers."""

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.ecr.image_ids import find_image, image_not_found
from simulator.ecr.state import Call, Image, Registry, Repository, Status
from simulator.errors import invalid_parameter
from simulator.pages import page

_ANY = "ANY"
_REFERRERS_PAGE = 20
_IMAGES_PAGE = 100


def describe_images(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Describe images by identifier, or page through those a filter lets pass."""
    del call
    repository = registry.repository(request)
    wanted = request.get("filter", {})
    if image_ids := request.get("imageIds"):
        if "nextToken" in request or "maxResults" in request:
            raise invalid_parameter("maxResults", "cannot be used with imageIds")
        details = []
        for image_id in image_ids:
            image = find_image(repository, image_id)
            if _passes(image, wanted):
                details.append(_detail(registry, repository, image))
            elif registry.behaviours.hidden_image_not_found:
                raise image_not_found(repository, image_id)
        return {"imageDetails": details}
    shown, token = page(
        (((x.sequence,), x) for x in _listed(repository) if _passes(x, wanted)),
        token=request.get("nextToken"),
        size=request.get("maxResults", _IMAGES_PAGE),
    )
    answer: dict[str, Any] = {
        "imageDetails": [_detail(registry, repository, image) for image in shown]
    }
    return answer | ({"nextToken": token} if token else {})


def list_images(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """List the identifiers of a repository's images: one for each tag."""
    del call
    repository = registry.repository(request)
    wanted = request.get("filter", {})
    rows = (
        ((image.sequence, tag), {"imageDigest": image.digest} | _tag(tag))
        for image in _listed(repository)
        if _passes(image, wanted)
        for tag in sorted(image.tags) or [""]
    )
    shown, token = page(
        rows,
        token=request.get("nextToken"),
        size=request.get("maxResults", _IMAGES_PAGE),
    )
    return {"imageIds": shown} | ({"nextToken": token} if token else {})


def list_image_referrers(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """List the artifacts whose ``subject`` is a digest, whether or not it exists."""
    del call
    repository = registry.repository(request)
    wanted = request.get("filter", {})
    subject = request["subjectId"]["imageDigest"]
    types = wanted.get("artifactTypes", [])
    target = repository.images.get(subject)
    hidden = (
        target is not None
        and target.status is not Status.ACTIVE
        and not registry.behaviours.archived_subject_lists_referrers
    )
    rows = (
        ((image.sequence,), image)
        for image in _listed(repository)
        if image.manifest.subject == subject
        and not hidden
        and _has_status(image, wanted.get("artifactStatus", Status.ACTIVE))
        and (not types or image.manifest.artifact_type in types)
    )
    shown, token = page(
        rows,
        token=request.get("nextToken"),
        size=request.get("maxResults", _REFERRERS_PAGE),
    )
    answer: dict[str, Any] = {"referrers": [_referrer(image) for image in shown]}
    return answer | ({"nextToken": token} if token else {})


def _listed(repository: Repository) -> Iterator[Image]:
    return iter(repository.images.values())


def _passes(image: Image, wanted: Mapping[str, str]) -> bool:
    tagged = wanted.get("tagStatus", _ANY)
    if tagged != _ANY and (tagged == "TAGGED") != bool(image.tags):
        return False
    return _has_status(image, wanted.get("imageStatus", Status.ACTIVE))


def _has_status(image: Image, status: str) -> bool:
    return status in (_ANY, image.status.value)


def _tag(tag: str) -> dict[str, str]:
    return {"imageTag": tag} if tag else {}


def _detail(registry: Registry, repository: Repository, image: Image) -> dict[str, Any]:
    optional = {
        "imageTags": list(image.tags) or None,
        "artifactMediaType": image.manifest.artifact_type,
        "lastRecordedPullTime": image.last_pulled_at,
        "subjectManifestDigest": image.manifest.subject,
        "lastArchivedAt": image.last_archived_at,
        "lastActivatedAt": image.last_activated_at,
    }
    return {
        "registryId": registry.place.account,
        "repositoryName": repository.name,
        "imageDigest": image.digest,
        "imageSizeInBytes": image.manifest.size,
        "imagePushedAt": image.pushed_at,
        "imageManifestMediaType": image.manifest.media_type,
        "imageStatus": image.status.value,
    } | {key: value for key, value in optional.items() if value is not None}


def _referrer(image: Image) -> dict[str, Any]:
    described: dict[str, Any] = {
        "digest": image.digest,
        "mediaType": image.manifest.media_type,
        "size": len(image.manifest.content),
        "annotations": dict(image.manifest.annotations),
        "artifactStatus": image.status.value,
    }
    if image.manifest.artifact_type:
        described["artifactType"] = image.manifest.artifact_type
    return described
