"""Every command of the documents that needs files only, typed in a reader's folder."""

import shutil
from pathlib import Path

import pytest

from tests.forge.revocation import scene
from tests.rehearsal.places import Place, row_of
from tests.rehearsal.shown import ROOT, commands
from tests.rehearsal.typed import typed
from tests.rehearsal.words import with_values

OFFLINE = [
    each for each in commands() if (row := row_of(each)) and row.place is Place.OFFLINE
]
HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
VALUES = {
    "more options": "corp-root.crl --trust-policy trustpolicy.json "
    "--trust-store truststore -o with-crls.json",
    "governed": f"{HOST}/demo/signed-jws",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the demo, and what a user of Notation has."""
    (tmp_path / "demo").symlink_to(ROOT / "demo")
    shutil.copy(ROOT / "demo/policy/trustpolicy.json", tmp_path)
    shutil.copytree(ROOT / "demo/policy/truststore", tmp_path / "truststore")
    for name in ("corp-ca.crl", "corp-root.crl"):
        (tmp_path / name).write_bytes(scene().crl().der())
    return tmp_path


def test_typed_one_after_the_other_they_end_as_the_documents_say(folder: Path) -> None:
    ends = []
    for shown in OFFLINE:
        row = row_of(shown)
        assert row is not None
        output, code = typed(with_values(shown.text, VALUES), folder)
        ends.append((shown.place, code))
        assert code == (shown.code if row.code is None else row.code), (shown, output)
    assert len(ends) > 5
    assert (folder / "bundle.json").stat().st_size
    assert "crls" in (folder / "with-crls.json").read_text()
