"""The verifier touches nothing: no file, socket, process or clock while it runs."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("layers/notation/python", "layers/gate/python", "functions")
    for path in (ROOT / folder).rglob("*.py")
]
# Runs in a process of its own: an audit hook can never be removed again.
UNDER_WATCH = """
import sys
from datetime import UTC, datetime
sys.path[:0] = [{notation!r}, {root!r}]
import notation_verifier as nv
from notation_verifier.explanation import Explanation
from tests import forge
cases = forge.watched_cases()
def explained(case):
    found = nv.verify(**case)
    names = {{"statement": case["statement"], "subject": case["subject"]}}
    explanation = Explanation(verification=found, at=case["now"], **names)
    return explanation.as_lines(), explanation.as_json()
def explain_all():
    for case in cases:
        try:
            explained(case)
        except nv.NotationError:
            pass
explain_all()        # imports settle before the watch begins: each format has its own
touched = []
outside = {{"open", "socket", "subprocess", "os", "shutil", "urllib"}}
def watch(event, arguments):
    if event.split(".")[0] in outside:
        touched.append((event, str(arguments)[:80]))
sys.addaudithook(watch)
explain_all()
print(len(cases), touched)
assert len(cases) >= 4 and not touched
"""


def test_the_verifier_opens_nothing_while_it_verifies() -> None:
    script = UNDER_WATCH.format(
        notation=str(ROOT / "layers/notation/python"), root=str(ROOT)
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_verifier_has_no_clock() -> None:
    clock = re.compile(r"\b(now|utcnow|today|time|monotonic)\(\)")
    telling = [
        f"{path.name}: {line.strip()}"
        for path in (ROOT / "layers/notation/python").rglob("*.py")
        for line in path.read_text().splitlines()
        if clock.search(line)
    ]
    assert telling == []


def test_no_partition_region_or_domain_is_written_into_the_code() -> None:
    literal = re.compile(
        r"amazonaws\.com|arn:aws[:-]|\b(us|eu|ap|sa|ca|me|af|cn|il)-(gov-)?"
        r"(north|south|east|west|central)+-\d\b"
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in (*SOURCES, ROOT / "template.yaml")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if literal.search(line)
    ]
    assert found == []


def test_modules_have_one_subject() -> None:
    bags = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base"}
    assert [path for path in SOURCES if path.stem in bags] == []
    long = {
        str(path.relative_to(ROOT)): lines
        for path in SOURCES
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_the_model_of_the_gate_knows_nothing_of_what_it_judges() -> None:
    """Whatever reading a history takes comes from the standard library."""
    script = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}]; before = set(sys.modules); "
        "import tests.family_model, tests.model; "
        "print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = run.stdout.split()
    foreign = {
        name for name in loaded if name.partition(".")[0] not in sys.stdlib_module_names
    }
    ours = (
        "asked_model",
        "facts",
        "family_model",
        "grace_model",
        "image_model",
        "model",
        "proposal_model",
        "signature_model",
    )
    assert foreign == {"tests", *(f"tests.{name}" for name in ours)}
