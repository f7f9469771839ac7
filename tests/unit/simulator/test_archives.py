"""Archives of functions and layers are unpacked once."""

import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from simulator import ministack_archives
from simulator.ministack_archives import SharedArchive, share_archives


def archive(at: Path, **files: str) -> Path:
    with zipfile.ZipFile(at, "w") as made:
        for name, text in files.items():
            made.writestr(f"python/{name}", text)
    return at


def unpacked(file: Path, to: Path, shelf: Path) -> Path:
    to.mkdir(parents=True)
    with SharedArchive(file, shelf=shelf) as opened:
        opened.extractall(to)
    return to


def test_the_same_bytes_are_unpacked_once(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    one, other = archive(tmp_path / "a", f="1"), tmp_path / "b"
    other.write_bytes(one.read_bytes())
    with ThreadPoolExecutor(8) as many:
        places = list(
            many.map(
                lambda n: unpacked((one, other)[n % 2], tmp_path / f"w{n}", shelf),
                range(16),
            )
        )
    assert len({each.resolve() for each in places}) == 1
    assert all((each / "python/f").read_text() == "1" for each in places)
    assert len(list(shelf.iterdir())) == 1


def test_other_bytes_are_another_folder(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    old = unpacked(archive(tmp_path / "a", f="1"), tmp_path / "old", shelf)
    new = unpacked(archive(tmp_path / "b", f="2"), tmp_path / "new", shelf)
    assert (old / "python/f").read_text() == "1"
    assert (new / "python/f").read_text() == "2"


def test_who_gives_it_up_leaves_it_to_the_others(tmp_path: Path) -> None:
    shelf, file = tmp_path / "shelf", archive(tmp_path / "a", f="1")
    gone, kept = tmp_path / "gone", tmp_path / "kept"
    unpacked(file, gone / "layer_0", shelf)
    unpacked(file, kept / "layer_0", shelf)
    shutil.rmtree(gone)
    assert (kept / "layer_0/python/f").read_text() == "1"


def test_names_that_lead_outside_stay_inside(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a", "w") as made:
        made.writestr("../../outside", "1")
    to = unpacked(tmp_path / "a", tmp_path / "deep/in/to", tmp_path / "shelf")
    assert [each.name for each in to.iterdir()] == ["outside"]
    assert not list(tmp_path.glob("**/outside"))[1:]


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("no archive")
    with pytest.raises(zipfile.BadZipFile):
        SharedArchive(tmp_path / "a")


def test_an_archive_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    file = archive(tmp_path / "a", f="1" * 1000)
    content = bytearray(file.read_bytes())
    content[40] ^= 1  # of the stored file
    file.write_bytes(content)
    shelf = tmp_path / "shelf"
    with pytest.raises(zipfile.BadZipFile):
        unpacked(file, tmp_path / "w", shelf)
    assert list(shelf.iterdir()) == []


def test_ministack_is_given_it(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = SimpleNamespace(zipfile=zipfile)
    monkeypatch.setattr(ministack_archives, "module", lambda _: runtime)
    share_archives()
    assert runtime.zipfile.ZipFile is SharedArchive
