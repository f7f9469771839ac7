"""A decision repeated from its record, its bundle and a folder of evidence."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from notation_verifier import Fetch
from sealward.cli.__main__ import main
from sealward.cli.ledger_subject import decision_json
from sealward.policy.bundle import PolicyBundle, load_bundle
from sealward.revocation import Revocations
from sealward.subjects import SubjectKey
from sealward.version import VERSION
from tests import forge
from tests.forge import revocation
from tests.forge.certificates import CertificateAuthority
from tests.forge.keys import private_key
from tests.unit.sealward import stand as stands
from tests.unit.sealward.stand import REPOSITORY, Stand, bundle, revocable_signer

ROOT = Path(__file__).parents[4]
STRICT: Any = {"level": "strict"}


class Archive:
    """A stand, and the folder of all that a decision names."""

    def __init__(
        self,
        folder: Path,
        *,
        change: Callable[[dict[str, Any]], None] | None = None,
        **settings: Any,
    ) -> None:
        self.folder = folder
        self._change = change
        self.servers = revocation.Servers()
        signer = revocable_signer()
        issuer = CertificateAuthority(
            private_key("ES384", "Intermediate 1"), signer.chain[1:]
        )
        self.scene = revocation.Scene(issuer, signer)
        self.bundle = self._kept(**settings)
        self.stand = Stand(current=self.bundle, revocations=Revocations(lambda: self))
        self.stand.clock.now = revocation.NOW
        self.image = self.stand.push("app", tag="1")

    def fetch(self, _hosts: object) -> Fetch:
        def ask(url: str, *, body: bytes | None = None) -> bytes:
            answer = self.servers(url, body=body)
            self.keep(answer)
            return answer

        return ask

    def keep(self, content: bytes) -> None:
        (self.folder / f"sha256-{hashlib.sha256(content).hexdigest()}").write_bytes(
            content
        )

    def _kept(self, **settings: Any) -> PolicyBundle:
        def loaded(content: bytes) -> PolicyBundle:
            if self._change is not None:
                document = json.loads(content)
                self._change(document)
                content = json.dumps(document).encode()
            self.keep(content)
            return load_bundle(content)

        with patch.object(stands, "load_bundle", loaded):
            return bundle(**settings)

    def sign(self, *, by: str = "Leaf", revocable: bool = False) -> None:
        signer = revocable_signer(by) if revocable else stands.signer(by)
        envelope = forge.sign(self.image, signer, "jws")
        self.attach(envelope)

    def attach(self, envelope: bytes) -> None:
        content, blobs = forge.signature_manifest(self.image, envelope, forge.JWS)
        for each in (content, *blobs.values()):
            self.keep(each)
        self.stand.attach(self.image, envelope)

    def decided(self, *, wait: timedelta = timedelta(0)) -> Path:
        self.stand.look(self.image)
        self.stand.clock.advance(wait)
        return self.decided_at_once()

    def decided_at_once(self) -> Path:
        self.stand.look(self.image)
        key = SubjectKey(repository=REPOSITORY, digest=self.image.digest)
        entry = self.stand.ledger.history(key)[-1]
        path = self.folder / "decision.json"
        path.write_text(json.dumps(decision_json(key, entry)))
        return path

    def redo(self, path: Path) -> tuple[int, Mapping[str, Any]]:
        code, said = run(path, "--evidence", str(self.folder), "--json")
        return code, json.loads(said)


def run(path: Path, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["redo", str(path), *arguments])
    return done.exit_code, done.output


def changed(path: Path, **report: Any) -> Path:
    document = json.loads(path.read_text())
    document["report"] |= report
    path.write_text(json.dumps(document))
    return path


def test_a_trusted_one_comes_out_the_same_without_anybody_asked(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path, level=STRICT)
    archive.servers.answers["http://ocsp.example"] = archive.scene.ocsp().der()
    archive.sign(revocable=True)
    path = archive.decided()
    report = json.loads(path.read_text())["report"]
    assert report["code"] == VERSION
    assert report["revocation_answers"]
    code, said = archive.redo(path)
    assert (code, said["answer"]) == (0, "same"), said
    assert (
        said["recorded"]
        == said["redone"]
        == {
            "verdict": "trusted",
            "reason": "satisfied",
        }
    )


def test_an_unsigned_one_and_a_refused_one_come_out_the_same(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    code, said = archive.redo(archive.decided(wait=timedelta(minutes=11)))
    assert (code, said["redone"]["verdict"]) == (0, "unsigned")
    assert "what the registry listed" in said["notes"][0]
    archive.sign(by="Stranger")
    archive.attach(b"nonsense")
    code, said = archive.redo(archive.decided())
    assert (code, said["redone"]["verdict"]) == (0, "untrusted"), said


def test_one_in_its_grace_comes_out_the_same(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    code, said = archive.redo(archive.decided())
    assert (code, said["redone"]["verdict"]) == (0, "pending")


def test_a_recorded_verdict_that_its_evidence_does_not_bear_is_different(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path)
    archive.sign(by="Stranger")
    path = archive.decided(wait=timedelta(minutes=11))
    changed(path, verdict="trusted", reason="satisfied")
    code, said = archive.redo(path)
    assert (code, said["answer"]) == (1, "different")
    assert "verdict: trusted, now untrusted" in said["differences"]


@pytest.mark.parametrize("kept", ["answer", "envelope"])
def test_what_is_missing_of_the_evidence_is_named_and_is_no_other_answer(
    tmp_path: Path, kept: str
) -> None:
    archive = Archive(tmp_path, level=STRICT)
    archive.servers.answers["http://ocsp.example"] = archive.scene.ocsp().der()
    archive.sign(revocable=True)
    path = archive.decided()
    report = json.loads(path.read_text())["report"]
    (lost, *_) = report["revocation_answers"].values()
    if kept == "answer":
        lost = report["candidates"][0]["envelope"]
    (tmp_path / f"sha256-{lost}").unlink()
    code, said = archive.redo(path)
    assert (code, said["answer"]) == (2, "cannot-tell")
    assert said["missing"]


def test_what_rests_on_the_registrys_word_cannot_be_told(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    path = changed(archive.decided(), reason="covered", verdict="covered")
    assert archive.redo(path)[0] == 2


def test_another_bundle_than_the_one_it_names_is_refused(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    path = archive.decided()
    other = tmp_path / "other.json"
    other.write_bytes((ROOT / "demo/policy/bundle.json").read_bytes())
    code, said = run(path, "--evidence", str(tmp_path), "--bundle", str(other))
    assert code == 3
    assert "it was decided by sha256:" in said


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"report": {}}', '{"report": 3}', '{"images": [{}]}'],
)
def test_what_is_no_decision_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "decision.json"
    path.write_text(content)
    code, said = run(path, "--evidence", str(tmp_path))
    assert code == 3, said
    assert said.startswith("Error: ")


def test_a_file_whose_bytes_are_not_its_name_counts_as_missing(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path)
    archive.sign()
    path = archive.decided()
    envelope = json.loads(path.read_text())["report"]["candidates"][0]["envelope"]
    (tmp_path / f"sha256-{envelope}").write_bytes(b"something else")
    assert archive.redo(path)[0] == 2


def test_the_version_is_the_projects() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert f'\nversion = "{VERSION}"\n' in text
