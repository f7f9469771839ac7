"""Images signed by the simulator's AWS Signer, and a policy that trusts one profile."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from notation_verifier import Descriptor
from simulator.places import place
from simulator.pushes import Pusher
from simulator.signer.jobs import PAYLOAD_FORMAT
from simulator.signer.state import PLATFORM
from tests import forge
from tests.functions.event_files import ACCOUNT, REGION, push
from tests.functions.world import BUNDLE, World

PROFILE = "release"
REPOSITORY = "signer/app"
PLACE = place(ACCOUNT, REGION)


@dataclass(frozen=True, kw_only=True)
class Signed:
    """An image in the registry, and what signed it."""

    event: dict[str, Any]
    """Of its push."""
    job: str
    """The last signing job's id."""
    envelope: bytes
    """Of the last signature."""


class SignerImages:
    """Puts signed images into a world whose policy trusts the profile ``release``."""

    def __init__(
        self, made: World, *, reach: str | None = None, level: str = "strict"
    ) -> None:
        self._made = made
        version = self.call(
            "PutSigningProfile", profileName=PROFILE, platformId=PLATFORM
        )
        self.version = str(version["profileVersion"])
        self._images = 0
        made.publish(self._bundle(reach, level))

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        """Call an operation of Signer's."""
        return self._made.aws.call("signer", operation, request, place=PLACE)

    def signed(self, signatures: int = 1) -> Signed:
        """Push another image with so many signatures by Signer."""
        self._images += 1
        name = f"1.{self._images}"
        pusher = Pusher(self._made.aws, PLACE, REPOSITORY)
        image = pusher.image(name, tag=name)
        subject = Descriptor(
            media_type=image["mediaType"], digest=image["digest"], size=image["size"]
        )
        for _ in range(signatures):
            answer = self.call(
                "SignPayload",
                profileName=PROFILE,
                payloadFormat=PAYLOAD_FORMAT,
                payload=forge.payload_of(subject),
            )
            pusher.referrer(
                image,
                config_type="application/vnd.cncf.notary.signature",
                layer=answer["signature"],
                layer_type=forge.JWS,
            )
        event = push(REPOSITORY, image["digest"], tag=name)
        return Signed(event=event, job=answer["jobId"], envelope=answer["signature"])

    def revoke_profile(self, **request: Any) -> None:
        """Revoke the version that signs, effective at ``effectiveTime``."""
        self.call(
            "RevokeSigningProfile",
            profileName=PROFILE,
            profileVersion=self.version,
            reason="a test",
            **request,
        )

    def _bundle(self, reach: str | None, level: str) -> bytes:
        """Return the demo's bundle with one more policy."""
        bundle = json.loads(BUNDLE.read_bytes())
        authority = self._made.aws.signer_authority("aws")
        policy: dict[str, Any] = {
            "statement": {
                "name": "by-signer",
                "registryScopes": [f"{PLACE.registry_host}/{REPOSITORY}"],
                "signatureVerification": {"level": level},
                "trustStores": ["signingAuthority:simulated-signer"],
                "trustedIdentities": [
                    PLACE.arn("signer", f"/signing-profiles/{PROFILE}")
                ],
            },
            "enforcement": "quarantine",
            "grace": "3s",
        }
        if reach is not None:
            policy["revocation"] = {"signer": reach}
        bundle["policies"].append(policy)
        stores = bundle["trustStores"].setdefault("signingAuthority", {})
        stores["simulated-signer"] = [
            base64.b64encode(authority.root_der).decode("ascii")
        ]
        bundle["signerRoots"]["simulated-signer"] = authority.root_sha256
        return json.dumps(bundle).encode()
