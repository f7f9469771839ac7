"""``sealward reattach``: a lost signature given back, over ECR's own API (threat 8)."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sealward.cli.__main__ import main
from sealward.evidence.kept_signatures import SignatureCopy, signature_key
from simulator.errors import ServiceError
from simulator.faults import Fault
from simulator.places import place
from tests.functions.event_files import ACCOUNT, CASES, REGION, files, push
from tests.functions.world import BUNDLE, EVIDENCE, LEDGER_KEY, World, world

CASE = "signed-jws"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
EVENT = files()["ecr-push-signed-jws.json"]
LAYOUT = CASES.parent / CASE
PUSHES = ("ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart")


class Lost:
    """A world in which an image was trusted and its signature is no more."""

    def __init__(self, made: World) -> None:
        self.world = made
        made.push(CASE)
        assert made.look(EVENT)["verdict"] == "trusted"
        self.image: str = EVENT["detail"]["image-digest"]
        (self.signature,) = self.signatures()
        self.envelope = SignatureCopy.read(
            self.signature, self.kept(signature_key(self.signature))
        ).envelope

    def signatures(self, status: str = "ANY") -> list[str]:
        answer = self.world.ecr.list_image_referrers(
            repositoryName=f"demo/{CASE}",
            subjectId={"imageDigest": self.image},
            filter={"artifactStatus": status},
        )
        return [each["digest"] for each in answer["referrers"]]

    def kept(self, key: str) -> bytes:
        got = self.world.s3.get_object(Bucket=EVIDENCE, Key=key)
        return bytes(got["Body"].read())

    def delete(self) -> None:
        """Delete the signature, its layers as well, as ECR does after a while."""
        self.world.ecr.batch_delete_image(
            repositoryName=f"demo/{CASE}", imageIds=[{"imageDigest": self.signature}]
        )
        repository = self.world.aws.registry(place(ACCOUNT, REGION)).repositories[
            f"demo/{CASE}"
        ]
        for digest, layer in list(repository.layers.items()):
            if layer == self.envelope:
                del repository.layers[digest]
        assert self.look()["reason"] == "signature-lost"

    def look(self) -> dict[str, Any]:
        return self.world.look(push(f"demo/{CASE}", self.image, tag=""))

    def run(self, *more: object) -> Result:
        arguments = [
            *("reattach", f"{HOST}/demo/{CASE}@{self.image}", "--table", "ledger"),
            *("--key", LEDGER_KEY, "--bundle", BUNDLE, *more),
        ]
        return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def trusted() -> Iterator[Lost]:
    with world(KEEP_SIGNATURES="yes") as made:
        yield Lost(made)


@pytest.fixture
def lost(trusted: Lost) -> Lost:
    trusted.world.aws.faults.clear()
    trusted.world.push(CASE)
    assert trusted.look()["verdict"] == "trusted"
    return trusted


def test_out_of_the_bucket_it_comes_back_byte_for_byte(lost: Lost) -> None:
    lost.delete()
    done = lost.run("--bucket", EVIDENCE)
    assert done.exit_code == 0, done.output
    assert f"pushed {lost.signature}" in done.output
    assert done.output.splitlines()[-1].startswith("trusted: satisfied")
    assert lost.signatures("ACTIVE") == [lost.signature]
    assert lost.look()["verdict"] == "trusted"
    assert not any(
        each in operations
        for operations in lost.world.operations.values()
        for each in PUSHES
    )


def test_out_of_a_layout_that_a_person_has(lost: Lost) -> None:
    lost.delete()
    done = lost.run("--from", LAYOUT)
    assert done.exit_code == 0, done.output
    assert lost.signatures("ACTIVE") == [lost.signature]


def test_without_the_ledger_the_signature_is_named(lost: Lost) -> None:
    lost.delete()
    done = CliRunner().invoke(
        main,
        [
            *("reattach", f"{HOST}/demo/{CASE}@{lost.image}", "--from", str(LAYOUT)),
            *("--signature", lost.signature, "--bundle", str(BUNDLE), "--json"),
        ],
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["verdict"] == "trusted"


def test_a_dry_run_pushes_nothing(lost: Lost) -> None:
    lost.delete()
    assert lost.run("--bucket", EVIDENCE, "--dry-run").exit_code == 0
    assert lost.signatures() == []


def test_an_archived_one_is_restored_and_none_is_pushed(lost: Lost) -> None:
    lost.world.ecr.update_image_storage_class(
        repositoryName=f"demo/{CASE}",
        imageId={"imageDigest": lost.signature},
        targetStorageClass="ARCHIVE",
    )
    assert lost.signatures("ACTIVE") == []
    done = lost.run()
    assert (done.exit_code, "restore asked" in done.output) == (2, True), done.output
    lost.world.clock.advance(timedelta(minutes=30))
    lost.world.aws.settle()
    assert lost.signatures("ACTIVE") == [lost.signature]
    assert lost.run().exit_code == 0


def test_of_what_nobody_has_nothing_is_pushed(lost: Lost, tmp_path: Path) -> None:
    lost.delete()
    done = lost.run("--from", tmp_path)
    assert (done.exit_code, "has not all of" in done.output) == (1, True)
    assert lost.run().exit_code == 1
    assert lost.signatures() == []


def test_bytes_with_another_hash_are_no_copy(lost: Lost, tmp_path: Path) -> None:
    lost.delete()
    shutil.copytree(LAYOUT, tmp_path / "copy")
    blobs = tmp_path / "copy/blobs/sha256"
    for file in blobs.iterdir():
        if file.read_bytes() == lost.envelope:
            file.write_bytes(lost.envelope + b" ")
    assert lost.run("--from", tmp_path / "copy").exit_code == 1
    assert lost.signatures() == []


def test_what_the_policy_does_not_trust_any_more_is_not_pushed(
    lost: Lost, tmp_path: Path
) -> None:
    lost.delete()
    document = json.loads(BUNDLE.read_text())
    for each in document["policies"]:
        if "trustedIdentities" in each["statement"]:
            each["statement"]["trustedIdentities"] = ["x509.subject: C=US, O=o, ST=s"]
    other = tmp_path / "bundle.json"
    other.write_text(json.dumps(document))
    done = lost.run("--bucket", EVIDENCE, "--bundle", other)
    assert (done.exit_code, "nothing was pushed" in done.output) == (1, True)
    assert lost.signatures() == []


def test_a_person_who_may_not_push_is_told_what_it_needs(lost: Lost) -> None:
    lost.delete()
    refused = ServiceError("AccessDeniedException", "no")
    lost.world.aws.faults.add(Fault(operation="PutImage", error=refused))
    done = lost.run("--bucket", EVIDENCE)
    assert done.exit_code == 2
    assert "ecr:PutImage" in done.output


def test_what_is_lost_has_to_be_said() -> None:
    image = f"{HOST}/demo/{CASE}@sha256:{'0' * 64}"
    done = CliRunner().invoke(main, ["reattach", image])
    assert (done.exit_code, "--signature" in done.output) == (3, True)
