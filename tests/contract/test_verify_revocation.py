"""``sealward verify`` asks: AWS Signer over HTTP, a responder over loopback."""

import base64
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from notation_verifier import Descriptor
from sealward.cli.__main__ import main
from simulator.clock import ManualClock
from simulator.places import place
from simulator.pushes import Pusher
from simulator.server import LoopbackServer
from simulator.signer.jobs import PAYLOAD_FORMAT
from simulator.signer.state import PLATFORM
from tests import forge
from tests.contract.faces import ACCOUNT, REGION, REPOSITORY
from tests.forge import revocation
from tests.unit.sealward.web.loopback import answering, serving

PLACE = place(ACCOUNT, REGION)
IMAGE = f"{PLACE.registry_host}/{REPOSITORY}:1.0"
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass
class World:
    """A local AWS, an image in it, and a bundle in a file."""

    server: LoopbackServer
    folder: Path
    pushed: dict[str, Any]

    @property
    def pusher(self) -> Pusher:
        return Pusher(self.server.aws, PLACE, REPOSITORY)

    @property
    def image(self) -> Descriptor:
        return Descriptor(
            media_type=self.pushed["mediaType"],
            digest=self.pushed["digest"],
            size=self.pushed["size"],
        )

    def attach(self, envelope: bytes) -> None:
        self.pusher.referrer(
            self.pushed,
            config_type="application/vnd.cncf.notary.signature",
            layer=envelope,
            layer_type=forge.JWS,
        )

    def signer(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.server.aws.call("signer", operation, request, place=PLACE)

    def bundle(
        self, store: str, root: bytes, *, roots: dict[str, str], **policy: Any
    ) -> None:
        kind, _, name = store.partition(":")
        document = {
            "schema": 1,
            "serial": 1,
            "audience": ["*"],
            "policies": [policy],
            "trustStores": {kind: {name: [base64.b64encode(root).decode()]}},
            **({"signerRoots": roots} if roots else {}),
        }
        (self.folder / "bundle.json").write_text(json.dumps(document))

    def verify(self, *more: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(
            main,
            [
                "verify",
                IMAGE,
                "--bundle",
                f"{self.folder}/bundle.json",
                "--json",
                *more,
            ],
            env={
                "AWS_ENDPOINT_URL": self.server.url,
                "AWS_ACCESS_KEY_ID": "developer",
                "AWS_SECRET_ACCESS_KEY": "testing",
            },
        )
        said = json.loads(done.stdout)
        return done.exit_code, said["verdict"], said["reason"]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with LoopbackServer(clock=ManualClock(NOW), account=ACCOUNT) as server:
        pushed = Pusher(server.aws, PLACE, REPOSITORY).image("app", tag="1.0")
        yield World(server, tmp_path, dict(pushed))


def statement(store: str, identity: str) -> dict[str, Any]:
    return {
        "name": "apps",
        "registryScopes": [f"{PLACE.registry_host}/{REPOSITORY}"],
        "signatureVerification": {"level": "strict"},
        "trustStores": [store],
        "trustedIdentities": [identity],
    }


def test_signer_is_asked_what_it_revoked(made: World) -> None:
    made.signer("PutSigningProfile", profileName="release", platformId=PLATFORM)
    answer = made.signer(
        "SignPayload",
        profileName="release",
        payloadFormat=PAYLOAD_FORMAT,
        payload=forge.payload_of(made.image),
    )
    made.attach(answer["signature"])
    authority = made.server.aws.signer_authority("aws")
    store, profile = "signingAuthority:signer", "/signing-profiles/release"
    made.bundle(
        store,
        authority.root_der,
        roots={"simulated": authority.root_sha256},
        statement=statement(store, PLACE.arn("signer", profile)),
    )
    assert made.verify() == (0, "trusted", "satisfied")
    offline = (2, "inconclusive", "needs-signer-service")
    assert made.verify("--offline") == offline
    made.signer("RevokeSignature", jobId=answer["jobId"], reason="a test")
    assert made.verify() == (1, "untrusted", "signer-revoked")


def test_a_responder_that_the_policy_names_is_asked(made: World) -> None:
    answer = bytearray()

    def behave(client: socket.socket) -> None:
        answering(bytes(answer))(client)

    with serving(behave) as asked:
        authority = forge.CertificateAuthority.root("Corp CA")
        leaf = authority.leaf("Corp", ocsp=f"http://127.0.0.1:{asked.port}")
        scene = revocation.Scene(authority, leaf)
        made.attach(forge.sign(made.image, leaf))
        said: dict[str, Any] = {"statement": statement("ca:corp", "*")}
        made.bundle("ca:corp", leaf.root_der, roots={}, **said)
        assert made.verify() == (2, "inconclusive", "revocation-unknown")
        assert asked.connections == 0
        said["revocation"] = {"hosts": [f"127.0.0.1:{asked.port}"]}
        made.bundle("ca:corp", leaf.root_der, roots={}, **said)
        answer[:] = scene.ocsp(
            this_update=NOW, next_update=NOW + timedelta(days=1), produced_at=NOW
        ).der()
        assert made.verify() == (0, "trusted", "satisfied")
        assert made.verify("--offline")[0] == 2
        assert asked.connections == 1
