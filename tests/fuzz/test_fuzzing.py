"""What the fuzzer relies upon: bounds that hold, words it can read, replays."""

from pathlib import Path

import pytest

from tests.fuzz.__main__ import dictionary, replay
from tests.fuzz.bounds import TooMuchError, bounded, peak_mebibytes


def busy(data: bytes) -> None:
    sum(range(1_000_000 * len(data)))


def test_an_input_that_costs_little_is_no_finding() -> None:
    seen: list[bytes] = []
    bounded(seen.append, b"x")
    assert seen == [b"x"]


def test_time_is_bounded() -> None:
    with pytest.raises(TooMuchError, match=r"1 bytes took .* s"):
        bounded(busy, b"x", seconds=0.001)


def test_memory_is_bounded() -> None:
    held = iter((100.0, 148.0, 148.0, 197.0))
    bounded(len, b"12345678", peak=held.__next__)
    with pytest.raises(TooMuchError, match="8 bytes took 49 MiB"):
        bounded(len, b"12345678", peak=held.__next__)
    assert 1 < peak_mebibytes() < 100_000


def test_what_a_target_raises_is_a_finding() -> None:
    with pytest.raises(ZeroDivisionError):
        bounded(lambda data: 1 // len(data), b"")


def test_the_words_of_seeds_are_written_as_libfuzzer_reads_them() -> None:
    seeds = {"one": b'{"a":"b\\n","c d":1}', "two": b'["\xff","a"]'}
    assert dictionary(seeds) == '"\\"a\\""\n"\\"c d\\""\n'
    assert dictionary({"der": b"0\x03\x02\x01\x00"}) == ""


def test_a_finding_is_replayed_by_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "name"
    folder.mkdir()
    (folder / "finding-1").write_bytes(b"C=US")
    assert replay(folder / "finding-1") == 0
    assert "breaks nothing" in capsys.readouterr().out

    def broken(data: bytes) -> bool:
        return data.startswith(b"C=US") and bool(data[9])

    monkeypatch.setattr("tests.fuzz.material.seeds", lambda _target: {})
    monkeypatch.setattr("tests.fuzz.__main__.TARGETS", {"name": broken})
    with pytest.raises(IndexError):
        replay(folder / "finding-1")


def test_a_file_of_no_target_is_not_replayed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(tmp_path / "finding-1") == 2
    assert "jws-parts" in capsys.readouterr().out
