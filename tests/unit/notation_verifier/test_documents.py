"""docs/verification.md and docs/deviations.md say what the code does."""

import re
from pathlib import Path

import pytest

from notation_verifier import CheckName, Reason
from notation_verifier.remedies import REMEDIES
from notation_verifier.report import VALIDATIONS
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


_RULE = r"(?:[EDSTR]\d+|[1-9]\.\d+)"


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("verification", r"[EDS]\d+|[1-9]\.\d+"),
        ("timestamps", r"T\d+"),
        ("revocation", r"R\d+"),
    ],
)
def test_every_rule_stands_on_the_code_and_in_its_document(
    name: str, rules: str
) -> None:
    document = (ROOT / f"docs/{name}.md").read_text(encoding="utf-8")
    rows = re.findall(rf"^\| ({rules}) \| (.{{10,}}) \|$", document, re.MULTILINE)
    # R50 is told in prose, where it is explained.
    written = [rule for rule, _ in rows] + re.findall(r"\((R50)\):", document)
    assert len(set(written)) == len(written) > 10
    assert set(written) == {rule for rule in on_the_code() if re.fullmatch(rules, rule)}


def on_the_code() -> set[str]:
    """Return the rules that the package's comments and docstrings name."""
    found: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        code = file.read_text(encoding="utf-8")
        for named in re.findall(rf"\(({_RULE}(?:(?:, | to ){_RULE})*)\)", code):
            rules = re.findall(_RULE, named)
            if " to " in named:
                kind, first, last = rules[0][0], *(int(rule[1:]) for rule in rules)
                rules = [f"{kind}{number}" for number in range(first, last + 1)]
            found.update(rules)
    return found


def test_every_difference_is_explained_once() -> None:
    explained = re.findall(r"^\| `([a-z0-9-]+)` \|", DEVIATIONS, re.MULTILINE)
    assert len(set(explained)) == len(explained)
    assert set(DIFFERENCES.values()) <= set(explained)
