"""Decisions of every kind come out the same, from the evidence that they name."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from sealward.policy.bundle import PolicyBundle, load_bundle
from tests import forge
from tests.forge import timestamps
from tests.unit.sealward import test_look_signer
from tests.unit.sealward.asked import Asked
from tests.unit.sealward.audit.test_redo import STRICT, Archive, changed, run
from tests.unit.sealward.stand import (
    HOST,
    IMAGE_CONFIG,
    IMAGE_MANIFEST,
    REPOSITORY,
)
from tests.unit.sealward.test_managed_signing import let_it_fail, sign_by_ecr
from tests.unit.sealward.test_other_schemes import attach_bundle

GRACE_OVER = timedelta(minutes=11)


class Decided:
    """A decision in a file beside its evidence, and what redoing it says."""

    def __init__(self, archive: Archive, path: Path) -> None:
        self.archive = archive
        self.report: dict[str, Any] = json.loads(path.read_text())["report"]
        self.path = path
        self.code, self.said = archive.redo(path)

    def is_the_same(self, verdict: str, reason: str) -> None:
        assert (self.report["verdict"], self.report["reason"]) == (verdict, reason)
        assert (self.code, self.said["answer"]) == (0, "same"), self.said
        assert self.said["redone"] == {"verdict": verdict, "reason": reason}


def decided(archive: Archive, wait: timedelta = timedelta(0)) -> Decided:
    return Decided(archive, archive.decided(wait=wait))


def test_an_ocsp_answer_that_says_revoked(tmp_path: Path) -> None:
    archive = Archive(tmp_path, level=STRICT)
    archive.servers.answers["http://ocsp.example"] = archive.scene.ocsp("revoked").der()
    archive.stand.clock.advance(GRACE_OVER)
    archive.sign(revocable=True)
    one = Decided(archive, archive.decided_at_once())
    one.is_the_same("untrusted", "certificate-revoked")
    assert one.report["revocation_answers"]


def test_a_revocation_that_an_earlier_look_heard_of_is_said_to_be_missing(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path, level=STRICT)
    archive.servers.answers["http://ocsp.example"] = archive.scene.ocsp("revoked").der()
    archive.sign(revocable=True)
    one = decided(archive, GRACE_OVER)
    assert one.report["reason"] == "certificate-revoked"
    assert (one.code, one.said["answer"]) == (2, "cannot-tell")
    assert "an earlier look knew signature sha256:" in one.said["missing"][0]


def test_what_is_held_leaves_all_that_redoing_needs(tmp_path: Path) -> None:
    archive = Archive(tmp_path, level=STRICT)
    archive.servers.answers["http://ocsp.example"] = archive.scene.ocsp("revoked").der()
    archive.stand.clock.advance(GRACE_OVER)
    archive.sign(revocable=True)
    path = archive.decided_at_once()
    others = tmp_path / "fetched"
    for key, content in archive.stand.evidence.objects.items():
        file = others / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    digest = json.loads(path.read_text())["report"]["bundle_digest"]
    in_force = str(tmp_path / digest.replace(":", "-"))
    code, said = run(path, "--evidence", str(others), "--bundle", in_force)
    assert (code, said.split()[-1]) == (0, "same")


def test_a_revocation_service_that_does_not_answer(tmp_path: Path) -> None:
    archive = Archive(tmp_path, level=STRICT)
    archive.sign(revocable=True)
    one = decided(archive, GRACE_OVER)
    one.is_the_same("inconclusive", one.report["reason"])
    assert one.report["reason"].startswith("revocation-")


def test_an_answer_heard_at_an_earlier_look_is_named_by_the_next_image(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path, level=STRICT)
    archive.servers.answers["http://ocsp.example"] = archive.scene.ocsp().der()
    archive.sign(revocable=True)
    decided(archive).is_the_same("trusted", "satisfied")
    asked = len(archive.servers.asked)
    archive.image = archive.stand.push("other", tag="2")
    archive.sign(revocable=True)
    second = decided(archive)
    assert len(archive.servers.asked) == asked
    assert second.report["revocation_answers"]
    second.is_the_same("trusted", "satisfied")


def test_a_timestamp_that_outlives_the_certificate(tmp_path: Path) -> None:
    authority = timestamps.authority()

    def with_clock(document: dict[str, Any]) -> None:
        document["trustStores"]["tsa"] = {
            "clock": [base64.b64encode(authority.root_der).decode()]
        }
        document["policies"][0]["statement"]["trustStores"].append("tsa:clock")

    archive = Archive(tmp_path, change=with_clock)
    signer = forge.chain(not_after=timestamps.TIME + timedelta(days=1))
    plain = forge.sign(archive.image, signer)
    token = timestamps.Token(signer=authority, message=forge.signature_of(plain))
    archive.attach(forge.sign(archive.image, signer, timestamp=token.der()))
    decided(archive).is_the_same("trusted", "satisfied")
    archive.attach(plain)
    archive.image = archive.stand.push("late", tag="2")
    archive.attach(forge.sign(archive.image, signer))
    one = decided(archive, GRACE_OVER)
    one.is_the_same("untrusted", one.report["reason"])


class SignedByAws(Archive):
    """An archive whose images AWS Signer signed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

        def loaded(content: bytes) -> PolicyBundle:
            self.keep(content)
            return load_bundle(content)

        with patch.object(test_look_signer, "load_bundle", loaded):
            self.stand = self.signer = test_look_signer.SignerStand()
        self.image, self.job = self.signer.signed()

    def decided(self, *, wait: timedelta = timedelta(0)) -> Path:
        path = super().decided(wait=wait)
        report = json.loads(path.read_text())["report"]
        digests = [each["signature"] for each in report["candidates"]]
        registry = self.stand.gate.registry
        for each in registry.manifests(REPOSITORY, digests).values():
            self.keep(each.content)
            (layer,) = json.loads(each.content)["layers"]
            self.keep(registry.blob(REPOSITORY, layer["digest"], limit=100_000))
        return path


def test_what_signer_said_is_in_the_decision_itself(tmp_path: Path) -> None:
    archive = SignedByAws(tmp_path)
    one = decided(archive)
    one.is_the_same("trusted", "satisfied")
    assert one.report["signer_answers"]
    archive.signer.signer("RevokeSignature", jobId=archive.job, reason="bad build")
    archive.stand.clock.advance(timedelta(days=1))
    decided(archive).is_the_same("untrusted", "signer-revoked")


@pytest.mark.parametrize(
    ("settings", "verdict", "reason"),
    [
        ({"level": {"level": "skip"}}, "exempt", "level-skip"),
        ({"level": {"level": "audit"}}, "trusted", "satisfied"),
        (
            {"userMetadata": {"release": "stable"}},
            "untrusted",
            "user-metadata-mismatch",
        ),
        (
            {"identitiesRequired": 2, "identities": ("Leaf", "Other")},
            "untrusted",
            "too-few-identities",
        ),
        (
            {
                "identities": ("Other",),
                "enforceFrom": "2027-01-01T00:00:00Z",
                "baselineUntil": "2028-01-01T00:00:00Z",
            },
            "untrusted",
            "identity-not-allowed",
        ),
    ],
)
def test_by_every_kind_of_policy(
    tmp_path: Path, settings: dict[str, Any], verdict: str, reason: str
) -> None:
    archive = Archive(tmp_path, **settings)
    archive.sign()
    decided(archive, GRACE_OVER).is_the_same(verdict, reason)


def test_no_policy_names_it(tmp_path: Path) -> None:
    def elsewhere(document: dict[str, Any]) -> None:
        statement = document["policies"][0]["statement"]
        statement["registryScopes"] = [f"{HOST}/other/*"]

    decided(Archive(tmp_path, change=elsewhere)).is_the_same("ungoverned", "no-policy")


def test_a_refusal_that_was_remembered(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.sign(by="Stranger")
    decided(archive, GRACE_OVER)
    archive.sign(by="Another")
    one = decided(archive)
    one.is_the_same("untrusted", "identity-not-allowed")


def test_a_broken_glass_is_taken_as_recorded(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.sign(by="Stranger")
    decided(archive, GRACE_OVER)
    assert Asked(archive.stand).break_glass(archive.image.digest)["done"]
    one = decided(archive)
    one.is_the_same("exempt", "break-glass")
    assert "a person let it be used" in one.said["notes"][0]


def test_managed_signing_that_failed_is_taken_as_recorded(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    sign_by_ecr(archive.stand)
    let_it_fail(archive.stand)
    archive.image = archive.stand.push("signed by ecr", tag="2")
    archive.stand.look(archive.image)
    archive.stand.pass_time(GRACE_OVER)
    one = decided(archive)
    one.is_the_same("unsigned", "managed-signing-failed")
    assert "ECR said of its own signing" in one.said["notes"][0]


def test_another_scheme_is_taken_as_recorded(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    attach_bundle(archive.stand, archive.image)
    decided(archive, GRACE_OVER).is_the_same("unsigned", "other-scheme")


@pytest.mark.parametrize("kept", [True, False])
def test_a_manifest_that_reads_in_two_ways(tmp_path: Path, *, kept: bool) -> None:
    archive = Archive(tmp_path)
    pusher = archive.stand.pusher()
    archive.image = archive.stand.push_document(
        {
            "mediaType": IMAGE_MANIFEST,
            "config": pusher.layer(b'{"a": 1}', IMAGE_CONFIG),
            "layers": [pusher.layer(b"layer")],
            "manifests": [],
        }
    )
    digest = archive.image.digest
    registry = archive.stand.gate.registry
    if kept:
        archive.keep(registry.manifests(REPOSITORY, (digest,))[digest].content)
    one = decided(archive, GRACE_OVER)
    if kept:
        one.is_the_same("untrusted", "manifest-ambiguous")
    else:
        assert (one.code, one.said["missing"]) == (2, [f"manifest {digest}"])


def test_more_signatures_than_are_described_cannot_be_told_where_it_differs(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path)
    archive.sign(by="Stranger")
    path = archive.decided(wait=GRACE_OVER)
    changed(
        path, reason="malformed", candidates_more={"malformed": [f"sha256:{'a' * 64}"]}
    )
    assert archive.redo(path)[0] == 2
