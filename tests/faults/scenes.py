"""What the use cases put into the registry, and the policy they are judged by."""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Final

from notation_verifier import Descriptor
from simulator.pushes import IMAGE_INDEX, Pusher
from simulator.signer.jobs import PAYLOAD_FORMAT
from simulator.signer.state import PLATFORM
from tests import forge
from tests.converge.signatures import make, signer
from tests.faults.ground import PLACE, Ground
from tests.forge import NOW, revocation
from tests.functions.event_files import push, referrer

REPOSITORY: Final = "prod/app"
REVOCABLE: Final = "prod/revocable"
BY_SIGNER: Final = "prod/by-signer"
PATIENT: Final = "prod/patient"
DENYING: Final = "prod/denying"
OWNED: Final = "prod/owned"
DELETING: Final = "prod/deleting"
RESPONDER: Final = "http://ocsp.example"
GRACE: Final = timedelta(minutes=1)
PROFILE: Final = "release"


@cache
def revocable() -> revocation.Scene:
    """Return a CA and its signer, whose certificate names a responder."""
    return revocation.scene(ocsp=[RESPONDER])


def responders() -> revocation.Servers:
    """Return who answers that the signer is good."""
    times: dict[str, Any] = {
        "produced_at": NOW - timedelta(hours=1),
        "this_update": NOW - timedelta(hours=1),
        "next_update": NOW + timedelta(days=1),
    }
    return revocation.Servers({RESPONDER: revocable().ocsp(**times).der()})


def bundle(
    ground: Ground,
    *,
    serial: int = 1,
    name: str = "Leaf",
    hold_unknown: bool = True,
    **grace: str,
) -> bytes:
    """Return the policy bundle: ``name`` may sign what is in the repositories."""
    authority = ground.aws.signer_authority("aws")
    identity = f"x509.subject: CN={name},O=acme,ST=WA,C=US"
    profile = PLACE.arn("signer", f"/signing-profiles/{PROFILE}")
    stores = {
        "ca": {
            "acme": [_der(signer("Leaf").root_der)],
            "revocable": [_der(revocable().signer.root_der)],
        },
        "signingAuthority": {"signer": [_der(authority.root_der)]},
    }
    said = {"holdUnknown": hold_unknown} | grace
    policies = [
        _policy(REPOSITORY, "ca:acme", identity),
        _policy(PATIENT, "ca:acme", identity, grace="30m", untaggedGrace="30m"),
        _policy(DENYING, "ca:acme", identity, escalation="deny-pulls"),
        _policy(
            OWNED,
            "ca:acme",
            identity,
            owner={"team": "payments", "topic": PLACE.arn("sns", "payments")},
        ),
        _policy(DELETING, "ca:acme", identity, enforcement="delete"),
        _policy(REVOCABLE, "ca:revocable", "*"),
        _policy(BY_SIGNER, "signingAuthority:signer", profile),
    ]
    document = {
        "schema": 1,
        "serial": serial,
        "audience": [PLACE.account],
        "policies": [policy | said for policy in policies],
        "trustStores": stores,
        "signerRoots": {"simulated-signer": authority.root_sha256},
    }
    return json.dumps(document).encode()


def _der(certificate: bytes) -> str:
    return base64.b64encode(certificate).decode()


def _policy(repository: str, store: str, identity: str, **said: Any) -> dict[str, Any]:
    return {
        "statement": {
            "name": repository.replace("/", "-"),
            "registryScopes": [f"{PLACE.registry_host}/{repository}"],
            "signatureVerification": {"level": "strict"},
            "trustStores": [store],
            "trustedIdentities": [identity],
        },
        "enforcement": "quarantine",
        "grace": f"{GRACE.seconds}s",
        "untaggedGrace": f"{GRACE.seconds}s",
        **said,
    }


class Shelf:
    """One repository, and who pushes into it."""

    def __init__(self, ground: Ground, repository: str = REPOSITORY) -> None:
        self._ground = ground
        self._pusher = Pusher(ground.aws, PLACE, repository)
        self.repository = repository
        self._number = 0

    def image(self, name: str = "1.0", *, tag: bool = True) -> Descriptor:
        """Push a small image; the same again for the same name."""
        return _descriptor(self._pusher.image(name, tag=name if tag else None))

    def index(self, *children: Descriptor, tag: str | None = None) -> Descriptor:
        """Push an index of what is there."""
        listed = [_plain(each) for each in children]
        return _descriptor(self._pusher.index(listed, tag=tag))

    def sign(self, image: Descriptor, kind: str = "good") -> str:
        """Push a signature; return its manifest's digest."""
        made = make(kind, image, number=self._number, now=NOW)
        self._number += 1
        for blob in made.blobs:
            self._pusher.layer(blob, made.media_type)
        return str(self._pusher.manifest(made.manifest)["digest"])

    def sign_revocably(self, image: Descriptor) -> str:
        """Push a signature whose certificate names a responder."""
        envelope = forge.sign(image, revocable().signer, "jws")
        content, blobs = forge.signature_manifest(image, envelope, forge.JWS)
        for blob in blobs.values():
            self._pusher.layer(blob, forge.JWS)
        return str(self._pusher.manifest(content)["digest"])

    def sign_by_signer(self, image: Descriptor) -> str:
        """Push a signature that AWS Signer made; return its job's id."""
        self._signer("PutSigningProfile", profileName=PROFILE, platformId=PLATFORM)
        answer = self._signer(
            "SignPayload",
            profileName=PROFILE,
            payloadFormat=PAYLOAD_FORMAT,
            payload=forge.payload_of(image),
        )
        self._pusher.referrer(
            _plain(image),
            config_type="application/vnd.cncf.notary.signature",
            layer=answer["signature"],
            layer_type=forge.JWS,
        )
        return str(answer["jobId"])

    def fallback(self, image: Descriptor, *signatures: str) -> Descriptor:
        """Push the index by which clients without referrers find signatures."""
        entries = [
            each
            for each in self._referrers(image)
            if each["digest"] in signatures or not signatures
        ]
        algorithm, _, value = image.digest.partition(":")
        return _descriptor(
            self._pusher.document(
                {"mediaType": IMAGE_INDEX, "manifests": entries},
                tag=f"{algorithm}-{value}",
            )
        )

    def junk(self, image: Descriptor, name: str, padding: str = "") -> str:
        """Push a signature manifest around nonsense."""
        made = self._pusher.referrer(
            _plain(image),
            config_type="application/vnd.cncf.notary.signature",
            layer=name.encode(),
            layer_type=forge.JWS,
            annotations={"padding": padding} if padding else None,
        )
        return str(made["digest"])

    def pushed(self, image: Descriptor, tag: str = "1.0") -> dict[str, Any]:
        """Return the event of an image's push."""
        return push(self.repository, image.digest, tag=tag)

    def referred(self, digest: str) -> dict[str, Any]:
        """Return the event of a signature's push."""
        return referrer(self.repository, digest)

    def delete(self, digest: str) -> None:
        """Delete a manifest."""
        self._ground.aws.call(
            "ecr",
            "BatchDeleteImage",
            {
                "repositoryName": self.repository,
                "imageIds": [{"imageDigest": digest}],
            },
            place=PLACE,
        )

    def _referrers(self, image: Descriptor) -> list[Mapping[str, Any]]:
        answer = self._ground.aws.call(
            "ecr",
            "ListImageReferrers",
            {
                "repositoryName": self.repository,
                "subjectId": {"imageDigest": image.digest},
            },
            place=PLACE,
        )
        kept = ("artifactType", "digest", "mediaType", "size")
        return [
            {name: each[name] for name in kept if name in each}
            for each in answer["referrers"]
        ]

    def _signer(self, operation: str, **request: Any) -> dict[str, Any]:
        return self._ground.aws.call("signer", operation, request, place=PLACE)


def _descriptor(pushed: Mapping[str, Any]) -> Descriptor:
    return Descriptor(
        media_type=pushed["mediaType"], digest=pushed["digest"], size=pushed["size"]
    )


def _plain(image: Descriptor) -> dict[str, Any]:
    return {
        "mediaType": image.media_type,
        "digest": image.digest,
        "size": image.size,
    }
