"""``sealward verify`` on images of ECR, over HTTP against the local AWS."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from notation_verifier import Descriptor
from sealward.cli.__main__ import main
from simulator.clock import ManualClock
from simulator.places import place
from simulator.pushes import Pusher
from simulator.server import LoopbackServer
from tests import forge
from tests.contract.faces import ACCOUNT, REGION, REPOSITORY
from tests.json_schema import problems

HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
IMAGE = f"{HOST}/{REPOSITORY}"
SIGNER = forge.chain(2, algorithm="ES256")
AT = "2026-06-01T00:00:00Z"


@dataclass
class Place:
    """A registry, and a folder with Notation's files."""

    server: LoopbackServer
    pusher: Pusher
    folder: Path
    environment: dict[str, str | None]

    def verify(self, *arguments: object, at: str | None = AT) -> Result:
        given = [*map(str, arguments), *(["--at", at] if at else [])]
        return CliRunner().invoke(main, ["verify", *given], env=self.environment)

    def push(self, tag: str, about: str = "app") -> Descriptor:
        pushed = self.pusher.image(about, tag=tag)
        return Descriptor(
            media_type=pushed["mediaType"],
            digest=pushed["digest"],
            size=pushed["size"],
        )

    def sign(self, subject: Descriptor, **changes: Any) -> str:
        envelope = forge.sign(subject, SIGNER, **changes)
        content, blobs = forge.signature_manifest(subject, envelope, forge.JWS)
        for blob in blobs.values():
            self.pusher.layer(blob, forge.JWS)
        digest: str = self.pusher.manifest(content)["digest"]
        return digest

    def policy(self, **changes: Any) -> None:
        statement = {
            "name": "apps",
            "registryScopes": [IMAGE],
            "signatureVerification": {"level": "strict"},
            "trustStores": ["ca:acme"],
            "trustedIdentities": ["*"],
            **changes,
        }
        document = {"version": "1.0", "trustPolicies": [statement]}
        (self.folder / "trustpolicy.json").write_text(json.dumps(document))


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[Place]:
    store = tmp_path / "truststore" / "x509" / "ca" / "acme"
    store.mkdir(parents=True)
    (store / "root.pem").write_bytes(SIGNER.root_pem)
    with LoopbackServer(clock=ManualClock(forge.NOW), account=ACCOUNT) as server:
        found = Place(
            server=server,
            pusher=Pusher(server.aws, place(ACCOUNT, REGION), REPOSITORY),
            folder=tmp_path,
            environment={
                "NOTATION_CONFIG": str(tmp_path),
                "AWS_ENDPOINT_URL": server.url,
                "AWS_ACCESS_KEY_ID": "developer",
                "AWS_SECRET_ACCESS_KEY": "testing",
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_PROFILE": None,
                "AWS_CONFIG_FILE": str(tmp_path / "none"),
                "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
            },
        )
        found.policy()
        yield found


def said(done: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    assert problems(found, "verify.schema.json") == []
    return found


def test_a_tag_is_answered_by_its_digest(aws: Place) -> None:
    image = aws.push("1.0")
    signature = aws.sign(image)
    done = aws.verify(f"{IMAGE}:1.0")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == f"trusted: {IMAGE}@{image.digest}"
    found = said(aws.verify(f"{IMAGE}:1.0", "--json"))
    assert found["image"] == f"{IMAGE}@{image.digest}"
    assert (found["repository"], found["trustedBy"]) == (IMAGE, signature)


def test_a_digest_counts_whatever_tag_stands_beside_it(aws: Place) -> None:
    image = aws.push("1.0")
    aws.sign(image)
    aws.push("1.0", about="moved")
    for reference in (f"{IMAGE}@{image.digest}", f"{IMAGE}:1.0@{image.digest}"):
        assert aws.verify(reference).exit_code == 0
    done = aws.verify(f"{IMAGE}:1.0", "--json")
    assert (done.exit_code, said(done)["verdict"]) == (1, "unsigned")


def test_every_signature_is_tried(aws: Place) -> None:
    image = aws.push("1.0")
    aws.sign(forge.descriptor(b"other"))
    aws.sign(image, members={"signature": "AAAA"})
    aws.sign(image)
    assert aws.verify(f"{IMAGE}:1.0").exit_code == 0


def test_required_metadata_is_required(aws: Place) -> None:
    image = aws.push("1.0")
    aws.sign(image, annotations={"environment": "staging"})
    asked = ("--user-metadata", "environment=production", "--json")
    done = aws.verify(f"{IMAGE}:1.0", *asked)
    assert (done.exit_code, said(done)["reason"]) == (1, "user-metadata-mismatch")
    aws.sign(image, annotations={"environment": "production"})
    assert aws.verify(f"{IMAGE}:1.0", *asked).exit_code == 0


def test_a_repository_without_a_statement_is_ungoverned(aws: Place) -> None:
    aws.policy(registryScopes=[f"{IMAGE}-other"])
    aws.push("1.0")
    done = aws.verify(f"{IMAGE}:1.0", "--json")
    assert (done.exit_code, said(done)["verdict"]) == (1, "ungoverned")


def test_an_image_that_is_not_there_is_wrong_input(aws: Place) -> None:
    aws.push("1.0")
    for reference in (f"{IMAGE}:2.0", f"{IMAGE}@sha256:{'0' * 64}", f"{IMAGE}-x:1.0"):
        done = aws.verify(reference)
        assert (done.exit_code, done.stdout) == (3, "")
        assert "no such image" in done.stderr
        assert f"account {ACCOUNT}, Region {REGION}" in done.stderr


def test_an_archived_image_says_so(aws: Place) -> None:
    image = aws.push("1.0")
    aws.server.aws.call(
        "ecr",
        "UpdateImageStorageClass",
        {
            "repositoryName": REPOSITORY,
            "imageId": {"imageDigest": image.digest},
            "targetStorageClass": "ARCHIVE",
        },
        place=place(ACCOUNT, REGION),
    )
    aws.server.aws.settle()
    done = aws.verify(f"{IMAGE}@{image.digest}")
    assert done.exit_code == 2
    assert "is ARCHIVED" in done.stderr
    assert "'sealward explain' says why" in done.stderr


def test_without_credentials_it_cannot_be_told(aws: Place) -> None:
    aws.push("1.0")
    aws.environment |= {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    done = aws.verify(f"{IMAGE}:1.0", "--json")
    assert done.exit_code == 2
    [problem] = json.loads(done.stdout)["problems"]
    assert "Sign in to AWS as somebody with ecr:DescribeImages" in problem


def test_a_registry_that_does_not_answer_cannot_be_told(aws: Place) -> None:
    aws.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    done = aws.verify(f"{IMAGE}:1.0")
    assert done.exit_code == 2
    assert "could not be read" in done.stderr


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        (IMAGE, "names neither a tag nor a digest"),
        (f"{IMAGE}@sha256:12", "is no digest"),
        (f"{IMAGE}:", "is no tag"),
        (f"{IMAGE}:-1", "is no tag"),
        (f"{IMAGE}:a:b", "is no tag"),
        (f"{HOST}/*:1.0", "names no repository"),
        (f"{HOST}/Prod:1.0", "not a repository name"),
        (f"{HOST}", "names no repository"),
        (f"{HOST}:443/app:1", "only images of Amazon ECR"),
        ("registry.example/app:1.0", "only images of Amazon ECR"),
    ],
)
def test_what_names_no_image_is_told_apart(
    aws: Place, reference: str, says: str
) -> None:
    done = aws.verify(reference)
    assert (done.exit_code, done.stdout) == (3, "")
    assert says in done.stderr


def test_an_image_has_its_own_scope(aws: Place) -> None:
    done = aws.verify(f"{IMAGE}:1.0", "--scope", f"{IMAGE}-other")
    assert done.exit_code == 3
    assert "--scope is for layouts" in done.stderr


def test_it_judges_by_a_bundle_and_what_its_policy_requires(aws: Place) -> None:
    image = aws.push("1.0")
    aws.sign(image)
    bundle = aws.folder / "bundle.json"
    compiled = CliRunner().invoke(
        main,
        [
            *("policy", "compile", "-o", str(bundle)),
            *("--trust-policy", str(aws.folder / "trustpolicy.json")),
            *("--trust-store", str(aws.folder / "truststore")),
        ],
    )
    assert compiled.exit_code == 0
    assert aws.verify(f"{IMAGE}:1.0", "--bundle", bundle).exit_code == 0
    document = json.loads(bundle.read_bytes())
    document["policies"][0]["userMetadata"] = {"release": "stable"}
    bundle.write_text(json.dumps(document))
    done = aws.verify(f"{IMAGE}:1.0", "--bundle", bundle, "--json")
    assert (done.exit_code, said(done)["reason"]) == (1, "user-metadata-mismatch")
    asked = ("--user-metadata", "release=beta")
    done = aws.verify(f"{IMAGE}:1.0", "--bundle", bundle, *asked)
    assert done.exit_code == 3
    assert "the policy requires release=stable" in done.stderr


def test_nobody_is_asked_before_the_policy_is_read(aws: Place) -> None:
    (aws.folder / "trustpolicy.json").unlink()
    aws.environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    done = aws.verify(f"{IMAGE}:1.0")
    assert done.exit_code == 3
    assert "neither trustpolicy.oci.json nor trustpolicy.json" in done.stderr
