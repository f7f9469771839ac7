"""Managed signing: ECR has AWS Signer sign what is pushed, a while after the push.

A rule of the signing configuration names a signing profile and the repositories it is
for. What is pushed there is IN_PROGRESS, and becomes COMPLETE, with a signature beside
it, or FAILED. Signatures are not signed. The pusher's own rights on the profile are not
simulated: ``SigningEnds`` says which repositories' signings fail.
"""

import hashlib
import json
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from simulator.ecr.events import emit_action
from simulator.ecr.image_ids import find_image
from simulator.ecr.manifests import digest_of, read_manifest
from simulator.ecr.replication import begin_replication
from simulator.ecr.state import Call, Image, Registry, Repository, Signing
from simulator.errors import ServiceError, invalid_parameter

SIGNATURE = "application/vnd.cncf.notary.signature"
_ENVELOPE = "application/jose+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_THUMBPRINTS = "io.cncf.notary.x509chain.thumbprint#S256"


def put_signing_configuration(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Replace the registry's rules."""
    del call
    rules = request["signingConfiguration"]["rules"]
    registry.signing_rules = [dict(rule) for rule in rules]
    return {"signingConfiguration": {"rules": registry.signing_rules}}


def get_signing_configuration(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Return the registry's rules."""
    del request, call
    return {
        "registryId": registry.place.account,
        "signingConfiguration": {"rules": _rules(registry)},
    }


def delete_signing_configuration(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Sign no more."""
    del request, call
    rules, registry.signing_rules = _rules(registry), None
    return {
        "registryId": registry.place.account,
        "signingConfiguration": {"rules": rules},
    }


def describe_image_signing_status(
    registry: Registry, request: Mapping[str, Any], call: Call
) -> dict[str, Any]:
    """Say how far the signing of an image is: one status for each profile."""
    del call
    repository = registry.repository(request)
    if not request["imageId"]:
        raise invalid_parameter("imageId", "needs an image digest or a tag")
    image = find_image(repository, request["imageId"])
    return {
        "repositoryName": repository.name,
        "imageId": {"imageDigest": image.digest},
        "registryId": registry.place.account,
        "signingStatuses": [_status(signing) for signing in image.signings],
    }


def begin_signing(
    registry: Registry, repository: Repository, image: Image, call: Call
) -> None:
    """Begin to sign what was pushed, by each rule that names its repository."""
    if image.manifest.artifact_type == SIGNATURE:
        return
    if not image.tags and not registry.behaviours.managed_signing_signs_untagged:
        return
    end = registry.signing_ends.of(
        repository.name, registry.behaviours.managed_signing_delay
    )
    image.signings = [
        Signing(
            profile=profile,
            ends_at=call.now + end.after,
            failure_code=end.failure_code,
            failure_reason=end.failure_reason,
        )
        for profile in _profiles(registry, repository.name)
    ]
    if image.signings:
        registry.changes_at(call.now + end.after)


def complete_signings(
    registry: Registry, repository: Repository, image: Image, due: datetime
) -> Iterator[datetime]:
    """End the signings of an image that are due; yield when the others are."""
    for signing in image.signings:
        if signing.status != "IN_PROGRESS":
            continue
        if signing.ends_at > due:
            yield signing.ends_at
            continue
        if signing.failure_code:
            signing.status = "FAILED"
            continue
        try:
            envelope = registry.sign(signing.profile, _payload(image), due)
        except ServiceError as error:
            signing.status = "FAILED"
            signing.failure_code, signing.failure_reason = error.code, error.message
            continue
        signing.status = "COMPLETE"
        _attach(registry, repository, image, envelope, due)


def _rules(registry: Registry) -> list[dict[str, Any]]:
    if registry.signing_rules is None:
        raise ServiceError(
            "SigningConfigurationNotFoundException",
            f"The registry {registry.place.account} has no signing configuration",
        )
    return registry.signing_rules


def _profiles(registry: Registry, repository: str) -> list[str]:
    """Return the profiles that sign in ``repository``; no filter means all of them."""
    found: dict[str, None] = {}
    for rule in registry.signing_rules or ():
        filters = rule.get("repositoryFilters", ({"filter": "*"},))
        if any(fnmatchcase(repository, each["filter"]) for each in filters):
            found[rule["signingProfileArn"]] = None
    return list(found)


def _status(signing: Signing) -> dict[str, str]:
    status = {"signingProfileArn": signing.profile, "status": signing.status}
    if signing.status == "FAILED":
        status |= {
            "failureCode": signing.failure_code,
            "failureReason": signing.failure_reason,
        }
    return status


def _payload(image: Image) -> bytes:
    manifest = image.manifest
    return json.dumps(
        {"targetArtifact": _descriptor(manifest.media_type, manifest.content)}
    ).encode()


def _attach(
    registry: Registry,
    repository: Repository,
    image: Image,
    envelope: bytes,
    at: datetime,
) -> None:
    """Put a signature beside its image, as a client that pushes one would."""
    config = b"{}"
    chain = json.loads(envelope)["header"]["x5c"]
    prints = [hashlib.sha256(b64decode(each)).hexdigest() for each in chain]
    for blob in (config, envelope):
        repository.layers[digest_of(blob)] = blob
    manifest = read_manifest(
        json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": _descriptor(SIGNATURE, config),
                "layers": [_descriptor(_ENVELOPE, envelope)],
                "subject": _descriptor(
                    image.manifest.media_type, image.manifest.content
                ),
                "annotations": {_THUMBPRINTS: json.dumps(prints)},
            }
        ),
        _MANIFEST,
    )
    signature = Image(manifest=manifest, sequence=registry.next_number(), pushed_at=at)
    repository.images[signature.digest] = signature
    emit_action(registry, repository, signature, "PUSH", at)
    begin_replication(registry, repository, signature, None, at)


def _descriptor(media_type: str, content: bytes) -> dict[str, Any]:
    return {
        "mediaType": media_type,
        "digest": digest_of(content),
        "size": len(content),
    }
