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


def tables(text: str) -> dict[str, set[str]]:
    """Return what the first column of each table names, by the table's heading."""
    found: dict[str, set[str]] = {}
    heading = ""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if not cells:
            heading = ""
        elif not heading:
            heading = cells[0]
        else:
            names = re.findall(r"`([^`]+)`", cells[0])
            found.setdefault(heading, set()).update(names)
    return found


def folders(path: str) -> set[str]:
    """Return the folders below ``path`` that hold something of the project."""
    return {
        each.name
        for each in (ROOT / path).iterdir()
        if each.is_dir()
        and each.name not in {"build", "__pycache__"}
        and not each.name.startswith(".")
        and any(file.suffix != ".pyc" for file in each.rglob("*") if file.is_file())
    }


def test_the_map_for_contributors_is_the_tree() -> None:
    said = tables((ROOT / "CONTRIBUTING.md").read_text())
    top = {each.partition("/")[0] for each in said["folder"]}
    assert top == folders("")
    layers = {each for each in said["folder"] if each.startswith("layers/")}
    assert layers == {f"layers/{each}" for each in folders("layers")}
    assert said["room of `sealward`"] == folders("layers/gate/python/sealward")
    assert said["folder of `tests`"] == folders("tests")


def test_every_document_is_found_from_the_read_me() -> None:
    found, left = set(), [ROOT / "README.md"]
    while left:
        document = left.pop()
        found.add(document)
        for target, _ in LINK.findall(document.read_text()):
            file = (document.parent / target).resolve() if target else document
            if file.suffix == ".md" and file.exists() and file not in found:
                left.append(file)
    assert {each for each in DOCUMENTS if each not in found} == set()


def test_the_read_me_names_every_document_of_a_reader_itself() -> None:
    """Commands' pages have one that leads to them; records have their list."""
    read_me = (ROOT / "README.md").read_text()
    documents = {path.name for path in (ROOT / "docs").glob("*.md")}
    led = {name for name in documents if name.endswith("-commands.md")}
    assert {
        name for name in documents - led if f"(docs/{name})" not in read_me
    } == set()


def test_what_the_read_me_says_it_costs_is_measured() -> None:
    measured = (ROOT / "docs/performance.md").read_text()
    for what, most in (
        ("a month in which nothing is pushed", 2),
        (r"a million signed images \*", 12),
    ):
        row = re.search(rf"\| {what} \| ([\d.]+) dollars \|", measured)
        assert row
        assert round(float(row[1])) == most
    said = re.sub(r"\s+", " ", (ROOT / "README.md").read_text())
    assert "two dollars a month, and twelve more for a million signed images" in said
