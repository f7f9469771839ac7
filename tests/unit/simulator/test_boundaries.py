"""Who may import what: ministack in modules of its own, the gate in one face."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.ministack_iam import role_of_session

SIMULATOR = Path(__file__).parents[3] / "simulator"
MODULES = sorted(SIMULATOR.rglob("*.py"))
PURE = [
    *SIMULATOR.glob("ecr/*.py"),
    *SIMULATOR.glob("security_hub/*.py"),
    *(SIMULATOR / f"{name}.py" for name in ("local_aws", "event_log", "faults")),
]
INPUT_AND_OUTPUT = {
    "boto3",
    "http.server",
    "io",
    "os",
    "pathlib",
    "socket",
    "subprocess",
    "time",
    "urllib",
}


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("module", MODULES, ids=lambda x: str(x.relative_to(SIMULATOR)))
def test_a_module_imports_only_what_its_place_allows(module: Path) -> None:
    roots = {name.partition(".")[0] for name in imported(module)}
    assert "moto" not in roots
    assert "ministack" not in roots
    if module.parent.name != "in_process":
        assert roots.isdisjoint({"sealward", "notation_verifier"})
    if module.stem != "mount" and not module.stem.startswith("ministack"):
        assert '"ministack.' not in module.read_text()


@pytest.mark.parametrize("module", PURE, ids=lambda x: str(x.relative_to(SIMULATOR)))
def test_the_core_does_no_input_or_output(module: Path) -> None:
    names = set(imported(module))
    assert names.isdisjoint(INPUT_AND_OUTPUT)
    assert "now(" not in module.read_text()


@pytest.mark.parametrize(
    ("caller", "principal"),
    [
        (
            "arn:aws:sts::123456789012:assumed-role/Tick-1/session",
            "arn:aws:iam::123456789012:role/Tick-1",
        ),
        ("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:root"),
    ],
)
def test_a_session_is_its_role_to_a_policys_condition(
    caller: str, principal: str
) -> None:
    """Else the look queue's policy denies the stack's own functions."""
    assert role_of_session(caller) == principal
