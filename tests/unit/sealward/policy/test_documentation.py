"""docs/policy.md and the loader say the same."""

import base64
import json
import re
from pathlib import Path

import pytest

from sealward.policy.bundle import (
    GRACE,
    UNKNOWN_FOR,
    InvalidBundle,
    Policy,
    load_bundle,
)
from sealward.policy.document import duration

PAGE = (Path(__file__).parents[4] / "docs" / "policy.md").read_text()


def table(heading: str) -> dict[str, str]:
    """Return the first and the last column of the table below a line."""
    rows = PAGE.split(f"{heading}\n\n", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    cells = [row.strip("| ").split(" | ") for row in rows]
    return {row[0].strip("`"): row[-1].strip("`") for row in cells}


def known_fields(document: object, pointer: str) -> set[str]:
    """Return the fields that the loader names when it meets an unknown one."""
    with pytest.raises(InvalidBundle) as raised:
        load_bundle(json.dumps(document).encode())
    (remedy,) = [
        one.remedy for one in raised.value.problems if one.pointer == f"{pointer}/?"
    ]
    return set(remedy.removeprefix("write one of ").split(", "))


def test_the_example_loads(payments_root: bytes) -> None:
    blocks = re.findall(r"```json[a-z]*\n(.*?)```", PAGE, re.DOTALL)
    (example,) = (each for each in blocks if '"trustStores"' in each and "MIIB" in each)
    certificate = base64.b64encode(payments_root).decode()
    bundle = load_bundle(example.replace("MIIB…", certificate).encode())
    assert bundle.policies[0].statement.name == "payments-prod"


def test_every_field_is_described() -> None:
    assert set(table("Fields of the document:")) == known_fields({"?": 1}, "")
    assert set(table("Fields of a policy:")) == known_fields(
        {"policies": [{"?": 1}]}, "/policies/0"
    )
    assert set(table("Fields of `revocation`:")) == known_fields(
        {"policies": [{"revocation": {"?": 1}}]}, "/policies/0/revocation"
    )


def test_the_defaults_are_the_codes() -> None:
    written = table("Fields of a policy:")
    defaults = {
        field.name: field.default for field in Policy.__dataclass_fields__.values()
    }
    assert written["enforcement"] == defaults["enforcement"]
    assert duration(written["grace"]) == defaults["grace"] == GRACE
    assert duration(written["untaggedGrace"]) == defaults["untagged_grace"]
    assert duration(written["unknownFor"]) == defaults["unknown_for"] == UNKNOWN_FOR
    assert json.loads(written["holdUnknown"]) is defaults["hold_unknown"]
    assert json.loads(written["failFast"]) is defaults["fail_fast"]
    assert defaults["enforce_from"] is None
