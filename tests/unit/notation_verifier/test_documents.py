"""docs/verification.md and docs/deviations.md say what the code does."""

import re
from pathlib import Path

from notation_verifier import CheckName, Reason
from notation_verifier.remedies import REMEDIES
from notation_verifier.verification import VALIDATIONS
from tests.vectors.__main__ import DIFFERENCES

ROOT = Path(__file__).parents[3]
VERIFICATION = (ROOT / "docs/verification.md").read_text(encoding="utf-8")
DEVIATIONS = (ROOT / "docs/deviations.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "layers/notation/python/notation_verifier"


def test_every_reason_has_its_meaning_and_remedy() -> None:
    table = VERIFICATION.split("## Every reason")[1]
    row = re.compile(r"^\| `([a-z-]+)` \| (.{10,}) \| (.{3,}) \|$", re.MULTILINE)
    explained = [tuple(map(plain, found)) for found in row.findall(table)]
    assert explained == [
        (reason.value, told.meaning, told.remedy) for reason, told in REMEDIES.items()
    ]
    assert [reason for reason, _, _ in explained] == [each.value for each in Reason]


def plain(cell: str) -> str:
    """Return a cell of the table as the code writes it."""
    text = re.sub(r"\[[^]]*\]\(([^)#]*)[^)]*\)", r"docs/\1", cell).replace("`", "")
    return text if " " not in text and text.islower() else f"{text}."


def test_the_checks_are_numbered_as_documented() -> None:
    rows = re.findall(
        r"^\| (\d) \| `([a-z-]+)` \| (\w+) \|", VERIFICATION, re.MULTILINE
    )
    assert rows == [
        (str(number), name.value, VALIDATIONS[name].value)
        for number, name in enumerate(CheckName, 1)
    ]


def test_the_code_carries_the_same_numbers() -> None:
    code = (PACKAGE / "verification.py").read_text(encoding="utf-8")
    numbers = set(re.findall(r"# \((\d)\)", code))
    assert numbers == {str(number) for number in range(1, len(CheckName) + 1)}
    functions = {
        number
        for file in PACKAGE.glob("*.py")
        for number in re.findall(r'"""\((\d)\)', file.read_text(encoding="utf-8"))
    }
    assert functions == numbers


def test_every_difference_is_explained_once() -> None:
    explained = re.findall(r"^\| `([a-z0-9-]+)` \|", DEVIATIONS, re.MULTILINE)
    assert len(set(explained)) == len(explained)
    assert set(DIFFERENCES.values()) <= set(explained)
