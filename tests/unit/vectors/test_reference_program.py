"""The program that asks notation-go is never one that an older checkout built."""

import shutil
from pathlib import Path

import pytest

from tests.differential import oracle
from tests.vectors import __main__ as vectors


@pytest.fixture
def stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "oracle-differential"
    program.write_text("of an older checkout")
    monkeypatch.setattr(vectors, "ORACLE", program)
    return program


def test_it_is_brought_up_to_date_before_it_is_asked(
    stale: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(target: Path) -> Path:
        target.write_text("of this checkout")
        return target

    monkeypatch.setattr(oracle, "build", build)
    found = vectors.reference_program()
    assert found == stale
    assert stale.read_text() == "of this checkout"


def test_where_it_cannot_be_it_is_not_asked(
    stale: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert stale.is_file()
    assert vectors.reference_program() is None


def test_where_it_was_never_built_it_is_not_built(
    stale: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale.unlink()
    monkeypatch.setattr(oracle, "build", lambda _target: pytest.fail("built"))
    assert vectors.reference_program() is None
