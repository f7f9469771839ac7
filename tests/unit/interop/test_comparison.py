"""The comparison itself: it notices a difference, and says when it was not run."""

from pathlib import Path

import pytest

from demo.layouts.signing import Answer
from tests.interop.__main__ import main
from tests.interop.comparison import Comparison, compare, show
from tests.interop.judges import Scenario


def comparison(*, ours: bool, reference: bool, stricter: str = "") -> Comparison:
    asked = Scenario(
        group="g",
        name="n",
        ours=lambda: Answer(accepted=ours, text="because we say so"),
        reference=lambda: Answer(accepted=reference, text="because it says so"),
        stricter=stricter,
    )
    (found,) = compare([asked])
    return found


@pytest.mark.parametrize(
    ("ours", "reference", "stricter", "agrees"),
    [
        (True, True, "", True),
        (False, False, "", True),
        (True, False, "", False),
        (False, True, "", False),
        (False, True, "a reason", True),
        # Listed as stricter, but is not: the list is wrong.
        (True, True, "a reason", False),
        (False, False, "a reason", False),
        (True, False, "a reason", False),
    ],
)
def test_a_difference_is_noticed(
    capsys: pytest.CaptureFixture[str],
    *,
    ours: bool,
    reference: bool,
    stricter: str,
    agrees: bool,
) -> None:
    found = comparison(ours=ours, reference=reference, stricter=stricter)
    assert found.agrees is agrees
    assert show([found]) == [found]
    shown = capsys.readouterr().out
    assert ("DIFFERENT" in shown) is not agrees
    assert ("because it says so" in shown) is not agrees


def test_without_notation_it_says_that_it_was_not_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("NOTATION", str(tmp_path / "notation"))
    assert main() == 1
    said = capsys.readouterr().err
    assert "interop was NOT run" in said
    assert f"NOTATION={tmp_path / 'notation'} is no program" in said
    monkeypatch.delenv("NOTATION")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main() == 1
    assert "Install Go" in capsys.readouterr().err
