"""Archiving and restoring: UpdateImageStorageClass, and what time completes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from simulator.ecr.events import emit_action, emit_storage_class
from simulator.ecr.image_ids import find_image
from simulator.ecr.managed_signing import complete_signings
from simulator.ecr.replication import begin_replication, complete_replications
from simulator.ecr.state import Call, Image, Registry, Repository, Status
from simulator.errors import ServiceError


def update_image_storage_class(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Ask that an image move to ARCHIVE or STANDARD."""
    repository = registry.repository(request)
    image = find_image(repository, request["imageId"])
    if request["targetStorageClass"] == "ARCHIVE":
        _archive(registry, repository, image, call)
    else:
        _restore(registry, repository, image, call)
    return {
        "registryId": registry.place.account,
        "repositoryName": repository.name,
        "imageId": {"imageDigest": image.digest},
        "imageStatus": image.status.value,
    }


def restore_by_push(image: Image, call: Call) -> None:
    """Make an archived image active at once, as its re-push does."""
    image.status = Status.ACTIVE
    image.changes_at = None
    image.last_activated_at = call.now


def complete_changes(registry: Registry, call: Call) -> None:
    """Complete every change of an image that is due, in order of time.

    It is archived, restored, removed, or signed.
    """
    while registry.next_change is not None and registry.next_change <= call.now:
        due, registry.next_change = registry.next_change, None
        for repository in registry.repositories.values():
            for image in tuple(repository.images.values()):
                if image.changes_at is not None and image.changes_at <= due:
                    _complete(registry, repository, image)
                if image.expires_at is not None and image.expires_at <= due:
                    del repository.images[image.digest]
                    emit_action(registry, repository, image, "DELETE", due)
                    continue
                signings = complete_signings(registry, repository, image, due)
                copies = complete_replications(registry, repository, image, due)
                for later in (image.changes_at, image.expires_at, *signings, *copies):
                    if later is not None:
                        registry.changes_at(later)


def _archive(
    registry: Registry, repository: Repository, image: Image, call: Call
) -> None:
    if image.status is Status.ARCHIVED:
        _same_class(registry, "ARCHIVE")
        return
    holding = [
        index
        for index in repository.indexes_of(image.digest)
        if _keeps_children(registry, index)
    ]
    if holding:
        raise ServiceError(
            "ImageStorageClassUpdateNotSupportedException",
            f"The image {image.digest} is referenced by the manifest list "
            f"{holding[0].digest}, which must be archived or deleted first",
        )
    if image.status is Status.ACTIVE and image.changes_at is not None:
        return  # already on its way
    image.status = Status.ACTIVE
    image.changes_at = call.now + registry.behaviours.archive_delay
    registry.changes_at(image.changes_at)
    if registry.behaviours.archive_delay == timedelta(0):
        _complete(registry, repository, image)


def _restore(
    registry: Registry, repository: Repository, image: Image, call: Call
) -> None:
    match image.status:
        case Status.ACTIVE if image.changes_at is None:
            _same_class(registry, "STANDARD")
        case Status.ACTIVE:
            image.changes_at = None  # it never reached the archive
        case Status.ACTIVATING:
            pass  # already on its way
        case Status.ARCHIVED:
            image.status = Status.ACTIVATING
            image.changes_at = call.now + registry.behaviours.restore_delay
            registry.changes_at(image.changes_at)
            if registry.behaviours.restore_delay == timedelta(0):
                _complete(registry, repository, image)


def _complete(registry: Registry, repository: Repository, image: Image) -> None:
    at = image.changes_at
    if at is None:
        return
    image.changes_at = None
    if image.status is Status.ACTIVE:
        image.status = Status.ARCHIVED
        image.last_archived_at = at
        if not registry.behaviours.archive_keeps_tags:
            image.tags.clear()
        emit_storage_class(registry, repository, image, "ARCHIVE", at)
    else:
        image.status = Status.ACTIVE
        image.last_activated_at = at
        emit_storage_class(registry, repository, image, "STANDARD", at)
        begin_replication(registry, repository, image, None, at)


def _keeps_children(registry: Registry, index: Image) -> bool:
    if index.status is Status.ACTIVATING:
        return registry.behaviours.activating_index_is_active
    return index.status is Status.ACTIVE


def _same_class(registry: Registry, storage_class: str) -> None:
    if registry.behaviours.same_class_refused:
        raise ServiceError(
            "ImageStorageClassUpdateNotSupportedException",
            f"The image is already in storage class {storage_class}",
        )
