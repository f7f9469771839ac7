"""Replication: what is pushed here is copied to other accounts and Regions, later.

Each push replicates by itself, a signature apart from its image, so they arrive in any
order. Only what is pushed, or restored, after a rule names its repository is copied; a
backfill copies what was there before. Copies are not copied on. Another account must
let this one in by its registry policy.
"""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from simulator.ecr.events import emit_action, emit_replication
from simulator.ecr.image_ids import find_image
from simulator.ecr.state import Backfill, Call, Image, Registry, Replicating, Status
from simulator.ecr.state import Repository as Repo
from simulator.errors import ServiceError, invalid_parameter
from simulator.places import place

_MOST_RULES = 25


def put_replication_configuration(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Replace the registry's rules; what is there already is not copied."""
    del call
    rules = request["replicationConfiguration"]["rules"]
    if len(rules) > _MOST_RULES:
        raise invalid_parameter("rules", f"has more than {_MOST_RULES} rules")
    for rule in rules:
        for each in rule["destinations"]:
            where = place(each["registryId"], each["region"])
            if where.partition != registry.place.partition:
                raise invalid_parameter("destinations", "cross partitions")
            if where == registry.place:
                raise invalid_parameter("destinations", "name the registry itself")
    registry.replication_rules = [dict(rule) for rule in rules]
    return {"replicationConfiguration": {"rules": registry.replication_rules}}


def describe_registry(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Return the registry's replication rules."""
    del request, call
    return {
        "registryId": registry.place.account,
        "replicationConfiguration": {"rules": registry.replication_rules},
    }


def describe_image_replication_status(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Say how far an image's copies are; none where no rule named it when pushed."""
    del call
    repository = registry.repository(request)
    image = find_image(repository, request["imageId"])
    latest = {(each.account, each.region): each for each in image.replications}
    return {
        "repositoryName": repository.name,
        "imageId": {"imageDigest": image.digest},
        "replicationStatuses": [
            {"region": each.region, "registryId": each.account, "status": each.status}
            | ({"failureCode": each.failure_code} if each.failure_code else {})
            for each in latest.values()
        ],
    }


def start_replication_backfill(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Copy to a configured destination what was there before its rule."""
    wanted = request["destination"]
    account, region = wanted["registryId"], wanted["region"]
    found = {
        (name, image.digest): (repository, image)
        for name, repository in registry.repositories.items()
        if (account, region) in _destinations(registry, name)
        for image in repository.images.values()
        if image.status is Status.ACTIVE
        and (image.tags or registry.behaviours.backfill_copies_untagged)
    }
    if not any(wanted in rule["destinations"] for rule in registry.replication_rules):
        raise invalid_parameter("destination", "is in no rule of the registry")
    backfill = Backfill(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{registry.next_number()}")),
        account=account,
        region=region,
        started_at=call.now,
    )
    for repository, image in found.values():
        for tag in (*image.tags,) or (None,):
            backfill.copies.append((repository.name, image.digest))
            _begin(registry, image, account, region, tag, call.now)
    registry.backfills.append(backfill)
    return {
        "replicationBackfillId": backfill.id,
        "registryId": registry.place.account,
        "destination": wanted,
        "status": "PREPARING",
        "startedAt": call.now,
    }


def list_replication_backfills(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """List the backfills that were started."""
    del request, call
    return {
        "registryId": registry.place.account,
        "backfills": [
            {
                "replicationBackfillId": each.id,
                "destination": {"region": each.region, "registryId": each.account},
                "status": _status_of(registry, each),
                "startedAt": each.started_at,
            }
            for each in registry.backfills
        ],
    }


def begin_replication(
    registry: Registry, repository: Repo, image: Image, tag: str | None, at: datetime
) -> None:
    """Begin to copy what was pushed, or restored, wherever a rule says."""
    if image.manifest.subject and not registry.behaviours.referrers_replicate:
        return
    for account, region in _destinations(registry, repository.name):
        _begin(registry, image, account, region, tag, at)


def complete_replications(
    registry: Registry, repository: Repo, image: Image, due: datetime
) -> Iterator[datetime]:
    """Copy an image where that is due; yield when the others are."""
    for each in image.replications:
        if each.status != "IN_PROGRESS":
            continue
        if each.ends_at > due:
            yield each.ends_at
            continue
        _copy(registry, repository, image, each, each.ends_at)


def _begin(
    registry: Registry,
    image: Image,
    account: str,
    region: str,
    tag: str | None,
    at: datetime,
) -> None:
    behaviours = registry.behaviours
    delay = (
        behaviours.referrer_replication_delay
        if image.manifest.subject
        else behaviours.replication_delay
    )
    image.replications.append(
        Replicating(account=account, region=region, tag=tag, ends_at=at + delay)
    )
    registry.changes_at(at + delay)


def _destinations(registry: Registry, repository: str) -> Sequence[tuple[str, str]]:
    found: dict[tuple[str, str], None] = {}
    for rule in registry.replication_rules:
        filters = rule.get("repositoryFilters")
        if filters is None or any(repository.startswith(x["filter"]) for x in filters):
            for each in rule["destinations"]:
                found[each["registryId"], each["region"]] = None
    return list(found)


def _copy(
    source: Registry, repository: Repo, image: Image, copy: Replicating, at: datetime
) -> None:
    there = source.peer(copy.account, copy.region)
    try:
        held = _repository_there(source, there, repository, at)
    except ServiceError as error:
        copy.status, copy.failure_code = "FAILED", error.code
        emit_replication(source, there, repository.name, image, copy.tag, at, ok=False)
        return
    for digest in image.manifest.children:
        child = repository.images.get(digest)
        if child is not None and digest not in held.images:
            _put(there, held, repository, child, at)
    arrived = _put(there, held, repository, image, at)
    tag = copy.tag
    if tag is not None and not _move_tag(held, arrived, tag):
        tag = None  # an immutable tag there is another's: it arrives untagged
    copy.status = "COMPLETE"
    emit_replication(source, there, repository.name, image, tag, at, ok=True)
    if there.behaviours.replica_emits_push:
        emit_action(there, held, arrived, "PUSH", at, tag=tag)


def _repository_there(
    source: Registry, there: Registry, repository: Repo, at: datetime
) -> Repo:
    """Return the repository of the same name over there, made if need be."""
    held = there.repositories.get(repository.name)
    if source.place.account != there.place.account:
        needed = {"ecr:ReplicateImage"} | (set() if held else {"ecr:CreateRepository"})
        if not needed <= _granted(there, source.place.account):
            raise ServiceError(
                "AccessDenied", f"{source.place.account} may not replicate here"
            )
    if held is None:
        settings = {
            "imageTagMutability": "MUTABLE",
            "imageScanningConfiguration": {"scanOnPush": False},
            "encryptionConfiguration": {"encryptionType": "AES256"},
        }
        held = Repo(name=repository.name, created_at=at, settings=settings)
        there.repositories[repository.name] = held
    return held


def _granted(registry: Registry, account: str) -> set[str]:
    """Return what the registry policy lets another account do, by plain Allows."""
    granted: set[str] = set()
    for statement in json.loads(registry.registry_policy or "{}").get("Statement", ()):
        principals = statement.get("Principal", {})
        named = principals.get("AWS", ()) if isinstance(principals, dict) else ()
        names = [named] if isinstance(named, str) else named
        actions = statement["Action"]
        if statement["Effect"] == "Allow" and any(
            account in name.split(":") for name in names
        ):
            granted |= {actions} if isinstance(actions, str) else set(actions)
    return granted


def _put(
    there: Registry, held: Repo, repository: Repo, image: Image, at: datetime
) -> Image:
    """Put a copy over there; one that is in archive there comes back."""
    for digest in image.manifest.layers:
        if digest in repository.layers:
            held.layers[digest] = repository.layers[digest]
    copy = held.images.get(image.digest)
    if copy is None:
        pushed_at = image.pushed_at if there.behaviours.replica_keeps_pushed_at else at
        copy = Image(
            manifest=image.manifest, sequence=there.next_number(), pushed_at=pushed_at
        )
        held.images[image.digest] = copy
    elif copy.status is not Status.ACTIVE or copy.changes_at is not None:
        _restore(there, copy, at)
    return copy


def _restore(there: Registry, copy: Image, at: datetime) -> None:
    if there.behaviours.replication_restores_at_once or copy.status is Status.ACTIVE:
        copy.status = Status.ACTIVE
        copy.changes_at = None
        copy.last_activated_at = at
        return
    copy.status = Status.ACTIVATING
    copy.changes_at = at + there.behaviours.restore_delay
    there.changes_at(copy.changes_at)


def _move_tag(held: Repo, image: Image, tag: str) -> bool:
    holder = held.tagged(tag)
    if holder is not None and holder is not image:
        if held.settings.get("imageTagMutability") != "MUTABLE":
            return False
        holder.tags.remove(tag)
    if tag not in image.tags:
        image.tags.append(tag)
    return True


def _status_of(registry: Registry, backfill: Backfill) -> str:
    statuses = {
        each.status
        for name, digest in backfill.copies
        if (repository := registry.repositories.get(name)) is not None
        and (image := repository.images.get(digest)) is not None
        for each in image.replications
        if (each.account, each.region) == (backfill.account, backfill.region)
    }
    if "IN_PROGRESS" in statuses:
        return "IN_PROGRESS"
    return "FAILED" if "FAILED" in statuses else "COMPLETE"
