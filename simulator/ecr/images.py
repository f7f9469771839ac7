"""Images: PutImage, BatchGetImage, BatchDeleteImage."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from simulator.behaviours import ArchivedManifest, RepushEvents
from simulator.ecr.events import emit_action, emit_storage_class
from simulator.ecr.image_ids import Unresolved, resolve
from simulator.ecr.managed_signing import begin_signing
from simulator.ecr.manifests import StoredManifest, read_manifest
from simulator.ecr.pull_time import is_excluded
from simulator.ecr.replication import begin_replication
from simulator.ecr.state import Call, Image, Registry, Repository, Status
from simulator.ecr.storage_class import restore_by_push
from simulator.errors import ServiceError


def put_image(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Push a manifest, with or without a tag; a re-push restores from the archive."""
    repository = registry.repository(request)
    tag: str | None = request.get("imageTag")
    manifest = read_manifest(
        request["imageManifest"],
        request.get("imageManifestMediaType"),
        refuse_mismatch=registry.behaviours.media_type_mismatch_refused,
    )
    _check_digest(manifest, request.get("imageDigest"))
    _check_tag(repository, manifest, tag)
    image = repository.images.get(manifest.digest)
    if image is None:
        _check_contents(registry, repository, manifest)
        image = Image(
            manifest=manifest, sequence=registry.next_number(), pushed_at=call.now
        )
        repository.images[manifest.digest] = image
        _move_tag(repository, image, tag)
        emit_action(registry, repository, image, "PUSH", call.now, tag=tag)
    else:
        _push_again(registry, repository, image, tag, call)
    begin_signing(registry, repository, image, call)
    begin_replication(registry, repository, image, tag, call.now)
    return {
        "image": _image(registry, repository, image, {"imageTag": tag} if tag else {})
    }


def batch_get_image(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Return manifests, byte for byte as they were pushed."""
    repository = registry.repository(request)
    images: list[dict[str, Any]] = []
    failures: list[dict[str, object]] = []
    for image_id in request["imageIds"]:
        try:
            image = resolve(repository, image_id)
            _check_readable(registry, image)
        except Unresolved as error:
            failures.append(error.failure(image_id))
            continue
        if registry.behaviours.reads_record_pull_time and not is_excluded(
            registry, call.caller
        ):
            image.last_pulled_at = call.now
        images.append(_image(registry, repository, image, image_id))
    return {"images": images, "failures": failures}


def batch_delete_image(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Delete digests with all their tags, or tags; the last one takes the image."""
    repository = registry.repository(request)
    deleted: list[dict[str, str]] = []
    failures: list[dict[str, object]] = []
    for image_id in request["imageIds"]:
        try:
            image = resolve(repository, image_id)
            deleted += _delete(registry, repository, image, image_id, call)
        except Unresolved as error:
            failures.append(error.failure(image_id))
    return {"imageIds": deleted, "failures": failures}


def _check_digest(manifest: StoredManifest, expected: str | None) -> None:
    if expected is not None and expected != manifest.digest:
        raise ServiceError(
            "ImageDigestDoesNotMatchException",
            f"The image digest {expected} does not match the digest of the manifest, "
            f"{manifest.digest}",
        )


def _check_tag(
    repository: Repository, manifest: StoredManifest, tag: str | None
) -> None:
    holder = repository.tagged(tag) if tag is not None else None
    if tag is None or holder is None or holder.digest == manifest.digest:
        return
    filters = repository.settings.get("imageTagMutabilityExclusionFilters", ())
    excluded = any(fnmatchcase(tag, entry["filter"]) for entry in filters)
    mutability = repository.settings.get("imageTagMutability", "MUTABLE")
    if mutability.startswith("IMMUTABLE") != excluded:
        raise ServiceError(
            "ImageTagAlreadyExistsException",
            f"The image tag '{tag}' already exists in the '{repository.name}' "
            "repository and cannot be overwritten because the tag is immutable.",
        )


def _check_contents(
    registry: Registry, repository: Repository, manifest: StoredManifest
) -> None:
    missing = [x for x in manifest.layers if x not in repository.layers]
    if missing:
        raise ServiceError(
            "LayersNotFoundException",
            f"Layers with digests '[{', '.join(missing)}]' required for pushing image "
            f"into repository with name '{repository.name}' in the registry with id "
            f"'{registry.place.account}' do not exist",
        )
    absent = [
        child
        for child in manifest.children
        if not _is_child(registry, repository.images.get(child))
    ]
    if absent:
        raise ServiceError(
            "ReferencedImagesNotFoundException",
            f"Images with digests '[{', '.join(absent)}]' required for pushing image "
            f"into repository with name '{repository.name}' in the registry with id "
            f"'{registry.place.account}' do not exist",
        )


def _is_child(registry: Registry, image: Image | None) -> bool:
    if image is None:
        return False
    return (
        image.status is not Status.ARCHIVED
        or registry.behaviours.index_may_name_archived_children
    )


def _push_again(
    registry: Registry,
    repository: Repository,
    image: Image,
    tag: str | None,
    call: Call,
) -> None:
    stored = image.status is not Status.ACTIVE or image.changes_at is not None
    new_tag = tag is not None and tag not in image.tags
    if not stored and not new_tag:
        shown = f" and tag '{tag}'" if tag else ""
        raise ServiceError(
            "ImageAlreadyExistsException",
            f"Image with digest '{image.digest}'{shown} already exists in the "
            f"'{repository.name}' repository",
        )
    if stored:
        restore_by_push(image, call)
    image.expires_at = None
    if registry.behaviours.repush_moves_pushed_at:
        image.pushed_at = call.now
    _move_tag(repository, image, tag)
    events = registry.behaviours.repush_events if stored else RepushEvents.PUSH
    if stored and events is not RepushEvents.PUSH:
        emit_storage_class(registry, repository, image, "STANDARD", call.now)
    pushed = events is not RepushEvents.UPDATE_STORAGE_CLASS
    if pushed and (stored or registry.behaviours.retag_emits_push):
        emit_action(registry, repository, image, "PUSH", call.now, tag=tag)


def _move_tag(repository: Repository, image: Image, tag: str | None) -> None:
    if tag is None or tag in image.tags:
        return
    holder = repository.tagged(tag)
    if holder is not None:
        holder.tags.remove(tag)
    image.tags.append(tag)


def _check_readable(registry: Registry, image: Image) -> None:
    if image.status is Status.ACTIVE:
        return
    match registry.behaviours.archived_manifest:
        case ArchivedManifest.INACCESSIBLE:
            raise Unresolved(
                "ImageInaccessible", f"The image is {image.status.lower()}"
            )
        case ArchivedManifest.NOT_FOUND:
            raise Unresolved("ImageNotFound", "Requested image not found")
        case ArchivedManifest.READABLE:
            return


def _delete(
    registry: Registry,
    repository: Repository,
    image: Image,
    image_id: Mapping[str, str],
    call: Call,
) -> list[dict[str, str]]:
    by_tag = image_id.get("imageTag")
    if by_tag is not None and len(image.tags) > 1:
        image.tags.remove(by_tag)
        emit_action(registry, repository, image, "DELETE", call.now, tag=by_tag)
        return [{"imageDigest": image.digest, "imageTag": by_tag}]
    index = next(repository.indexes_of(image.digest), None)
    if index is not None:
        raise Unresolved(
            "ImageReferencedByManifestList",
            f"Requested image referenced by manifest list: [{index.digest}]",
        )
    del repository.images[image.digest]
    if registry.behaviours.deleted_subject_cleans_referrers:
        for other in repository.images.values():
            if other.manifest.subject == image.digest:
                other.expires_at = call.now + registry.behaviours.referrer_cleanup_delay
                registry.changes_at(other.expires_at)
    per_tag = registry.behaviours.delete_event_per_tag
    tags: list[str | None] = [*image.tags] if per_tag else [*image.tags[:1]]
    for tag in tags or [None]:
        emit_action(registry, repository, image, "DELETE", call.now, tag=tag)
    if not image.tags:
        return [{"imageDigest": image.digest}]
    return [{"imageDigest": image.digest, "imageTag": tag} for tag in image.tags]


def _image(
    registry: Registry,
    repository: Repository,
    image: Image,
    image_id: Mapping[str, str],
) -> dict[str, Any]:
    shown = {"imageDigest": image.digest}
    if "imageTag" in image_id:
        shown["imageTag"] = image_id["imageTag"]
    return {
        "registryId": registry.place.account,
        "repositoryName": repository.name,
        "imageId": shown,
        "imageManifest": image.manifest.content.decode(),
        "imageManifestMediaType": image.manifest.media_type,
    }
