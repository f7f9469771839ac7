"""The documents must say what is true of the tree."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    {*ROOT.glob("*.md"), *ROOT.glob("[a-z]*/**/*.md")} - {*ROOT.glob("build/**/*.md")}
)
LINK = re.compile(r"\]\(([^)#\s]+)?(#[^)\s]+)?\)")
TEST_NAME = re.compile(r"`(tests/[\w/]+\.py)(?:::[A-Z]\w+)?(?:::(\w+))?`")
MAKE_TARGET = re.compile(r"\bmake ([a-z][a-z-]+)(?![\w/-])")


def anchors(document: Path) -> set[str]:
    found = set()
    for line in document.read_text().splitlines():
        if heading := re.match(r"#+ (.*)", line):
            text = re.sub(r"[`*]", "", heading[1]).strip().lower()
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
            found.add(re.sub(r"[^\w\- ]", "", text).replace(" ", "-"))
        found.update(re.findall(r'<a (?:id|name)="([^"]+)"', line))
    return found


def test_there_are_documents_to_check() -> None:
    assert {"README.md", "CHANGELOG.md"} <= {path.name for path in DOCUMENTS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    broken = []
    for target, anchor in LINK.findall(document.read_text()):
        if "://" in target or target.startswith("mailto:"):
            continue
        file = (document.parent / target).resolve() if target else document
        if not file.exists():
            broken.append(target)
        elif anchor and file.suffix == ".md" and anchor[1:] not in anchors(file):
            broken.append(target + anchor)
    assert broken == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_named_tests_exist(document: Path) -> None:
    missing = []
    for name, function in TEST_NAME.findall(document.read_text()):
        file = ROOT / name
        if not file.exists() or (
            function and not re.search(rf"def {function}\b", file.read_text())
        ):
            missing.append(f"{name}::{function}")
    assert missing == []


def test_threat_model_names_a_test_for_every_answer() -> None:
    rows = [
        line
        for line in (ROOT / "docs/threat-model.md").read_text().splitlines()
        if re.match(r"\| \d+ \|", line)
    ]
    assert len(rows) >= 15
    without = [row[:60] for row in rows if not TEST_NAME.search(row)]
    assert without == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_named_make_targets_exist(document: Path) -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    )
    code = "\n".join(re.findall(r"```.*?```|`[^`]+`", document.read_text(), re.DOTALL))
    assert set(MAKE_TARGET.findall(code)) <= targets


def test_every_decision_record_is_listed() -> None:
    listed = (ROOT / "docs/adr/README.md").read_text()
    records = {path.name for path in (ROOT / "docs/adr").glob("0*.md")}
    assert records
    assert {name for name in records if f"({name})" not in listed} == set()
