"""verify_push asks a responder and a CRL server of one's own, over real connections."""

import base64
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notation_verifier import Descriptor
from simulator.places import place
from simulator.pushes import IMAGE_CONFIG, IMAGE_MANIFEST, Pusher
from tests import forge
from tests.forge import revocation
from tests.forge.certificates import CertificateAuthority
from tests.functions.event_files import ACCOUNT, REGION, push
from tests.functions.world import World, world
from tests.unit.sealward.web.loopback import Asked, answering, serving

HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
REPOSITORY = "demo/revocable"
NOW = datetime.now(UTC).replace(microsecond=0)
TIMES: dict[str, Any] = {
    "this_update": NOW - timedelta(hours=1),
    "next_update": NOW + timedelta(days=1),
}


@dataclass
class Server:
    """A responder or CRL server on loopback; answers with ``body``."""

    asked: Asked
    body: bytes = b""


@contextmanager
def server() -> Iterator[Server]:
    def behave(client: socket.socket) -> None:
        answering(found.body)(client)

    with serving(behave) as asked:
        found = Server(asked)
        yield found


def scene(**names: str) -> revocation.Scene:
    """Return a CA and its signer, whose certificate names ``ocsp`` or ``crl``."""
    authority = CertificateAuthority.root("Corp CA")
    return revocation.Scene(authority, authority.leaf("Corp builds", **names))


def publish(made: World, of: revocation.Scene, **said: Any) -> None:
    statement = {
        "name": "revocable",
        "registryScopes": [f"{HOST}/{REPOSITORY}"],
        "signatureVerification": {"level": "strict"},
        "trustStores": ["ca:corp"],
        "trustedIdentities": ["*"],
    }
    root = base64.b64encode(of.signer.root_der).decode()
    document = {
        "schema": 1,
        "serial": 2,
        "audience": [ACCOUNT],
        "policies": [{"statement": statement, "grace": "0s", "revocation": said}],
        "trustStores": {"ca": {"corp": [root]}},
    }
    made.publish(json.dumps(document).encode())


def signed(made: World, of: revocation.Scene, name: str = "app") -> str:
    """Push an image and its signature; return the image's digest."""
    pusher = Pusher(made.aws, place(ACCOUNT, REGION), REPOSITORY)
    config = {"architecture": "arm64", "os": "linux", "name": name}
    pushed = pusher.document(
        {
            "mediaType": IMAGE_MANIFEST,
            "config": pusher.layer(json.dumps(config).encode(), IMAGE_CONFIG),
            "layers": [pusher.layer(f"layer of {name}".encode())],
        },
        tag=name,
    )
    image = Descriptor(
        media_type=pushed["mediaType"], digest=pushed["digest"], size=pushed["size"]
    )
    envelope = forge.sign(image, of.signer, "jws")
    content, blobs = forge.signature_manifest(image, envelope, forge.JWS)
    for blob in blobs.values():
        pusher.layer(blob, forge.JWS)
    pusher.manifest(content)
    return image.digest


def look(made: World, digest: str, name: str = "app") -> tuple[str, str]:
    answer = made.look(push(REPOSITORY, digest, tag=name))
    return answer["verdict"], answer["reason"]


@pytest.fixture
def made() -> Iterator[World]:
    with world() as found:
        yield found


def test_a_responder_of_ones_own_clears_and_revokes(made: World) -> None:
    with server() as responder:
        port = responder.asked.port
        of = scene(ocsp=f"http://127.0.0.1:{port}")
        publish(made, of, hosts=[f"127.0.0.1:{port}"])
        right = {**TIMES, "produced_at": TIMES["this_update"]}
        responder.body = of.ocsp(**right).der()
        assert look(made, signed(made, of)) == ("trusted", "satisfied")
        assert look(made, signed(made, of, "two"), "two") == ("trusted", "satisfied")
        assert responder.asked.connections == 1  # the answer is kept
        assert "dynamodb:Query" in made.operations["verify_push"]


def test_a_certificate_that_a_crl_revokes_is_untrusted(made: World) -> None:
    with server() as crls:
        port = crls.asked.port
        of = scene(crl=f"http://127.0.0.1:{port}/ca.crl")
        publish(made, of, hosts=[f"127.0.0.1:{port}"])
        listed = of.listed(revoked_at=NOW - timedelta(days=2))
        crls.body = of.crl(listed, **TIMES).der()
        assert look(made, signed(made, of)) == ("untrusted", "certificate-revoked")
        # What was learnt is in the table: a later, empty CRL changes nothing.
        (item,) = made.dynamodb.query(
            TableName="ledger",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "revocation"}},
        )["Items"]
        assert item["version"] == {"N": "1"}
        crls.body = of.crl(**TIMES, number=11).der()
        verdict = look(made, signed(made, of, "two"), "two")
        assert verdict == ("untrusted", "certificate-revoked")


def test_a_responder_that_nobody_named_is_not_asked(made: World) -> None:
    with server() as responder:
        port = responder.asked.port
        of = scene(ocsp=f"http://127.0.0.1:{port}")
        publish(made, of)
        digest = signed(made, of)
        assert look(made, digest) == ("inconclusive", "revocation-unknown")
        assert responder.asked.connections == 0


def test_a_responder_that_is_down_leaves_it_open(made: World) -> None:
    with server() as responder:
        port = responder.asked.port
    of = scene(ocsp=f"http://127.0.0.1:{port}")
    publish(made, of, hosts=[f"127.0.0.1:{port}"])
    digest = signed(made, of)
    assert look(made, digest) == ("inconclusive", "revocation-unknown")


def test_a_crl_delivered_with_the_policy_needs_no_server(made: World) -> None:
    of = scene(crl="http://crl.corp.example/ca.crl")
    crl = base64.b64encode(of.crl(**TIMES).der()).decode()
    publish(made, of, crls=[crl])
    assert look(made, signed(made, of)) == ("trusted", "satisfied")
