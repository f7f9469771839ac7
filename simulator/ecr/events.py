"""The details of `aws.ecr` events, in the shapes ECR gives them."""

from datetime import datetime
from typing import Any

from simulator.behaviours import Behaviours, ReferrerPush
from simulator.ecr.state import Image, Registry, Repository

IMAGE_ACTION = "ECR Image Action"
REFERRER_ACTION = "ECR Referrer Action"
REPLICATION_ACTION = "ECR Replication Action"


def emit_action(
    registry: Registry,
    repository: Repository,
    image: Image,
    action: str,
    at: datetime,
    *,
    tag: str | None = None,
) -> None:
    """Emit PUSH or DELETE, with or without a tag."""
    kind = _kind(image, registry.behaviours)
    if kind is None:
        return
    detail = _detail(repository, image, action)
    if tag or registry.behaviours.untagged_event_has_empty_tag:
        detail["image-tag"] = tag or ""
    registry.emit(kind, detail, at)


def emit_storage_class(
    registry: Registry,
    repository: Repository,
    image: Image,
    storage_class: str,
    at: datetime,
) -> None:
    """Emit UPDATE_STORAGE_CLASS: ARCHIVE or STANDARD is reached."""
    detail = _detail(repository, image, "UPDATE_STORAGE_CLASS")
    detail["target-storage-class"] = storage_class
    if storage_class == "STANDARD" and image.last_activated_at is not None:
        stamp = image.last_activated_at.isoformat(timespec="milliseconds")
        detail["last-activated-at"] = stamp.replace("+00:00", "Z")
    kind = REFERRER_ACTION if image.manifest.subject else IMAGE_ACTION
    registry.emit(kind, detail, at)


def emit_replication(
    source: Registry,
    there: Registry,
    repository: str,
    image: Image,
    tag: str | None,
    at: datetime,
    *,
    ok: bool,
) -> None:
    """Emit REPLICATE at the destination: the copy is there, or could not be made."""
    detail = {
        "result": "SUCCESS" if ok else "FAILED",
        "repository-name": repository,
        "image-digest": image.digest,
        "source-account": source.place.account,
        "action-type": "REPLICATE",
        "source-region": source.place.region,
    }
    if tag or there.behaviours.untagged_event_has_empty_tag:
        detail["image-tag"] = tag or ""
    arn = there.place.arn("ecr", f"repository/{repository}")
    there.emit(REPLICATION_ACTION, detail, at, [arn])


def _kind(image: Image, behaviours: Behaviours) -> str | None:
    if image.manifest.subject is None:
        return IMAGE_ACTION
    match behaviours.referrer_push:
        case ReferrerPush.REFERRER_ACTION | ReferrerPush.IMAGE_ACTION as kind:
            return kind.value
        case ReferrerPush.NONE:
            return None


def _detail(repository: Repository, image: Image, action: str) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "result": "SUCCESS",
        "repository-name": repository.name,
        "image-digest": image.digest,
        "action-type": action,
        "manifest-media-type": image.manifest.media_type,
    }
    if image.manifest.artifact_type:
        detail["artifact-media-type"] = image.manifest.artifact_type
    return detail
