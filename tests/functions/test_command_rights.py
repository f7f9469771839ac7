"""What each command asks of AWS is what its page says, and each call may fail it."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from click.testing import CliRunner

from sealward.cli.__main__ import main
from tests.functions.deployed_stack import Deployed
from tests.functions.event_files import ACCOUNT, REGION
from tests.functions.world import BUNDLE, EVIDENCE, LEDGER_KEY, world
from tests.template.iam_actions import ACTION_OF, FREE
from tests.unit.sealward.cli.test_command_line_document import SECTIONS

REPOSITORY = "demo/unsigned"
HOST = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
TABLE = ("--table", "ledger")
KEY = ("--key", LEDGER_KEY)
MONTH = f"{datetime.now(UTC):%Y-%m}"
STACK = "its own"
"""Stands for ``--stack``, which the stand gives."""
COMMANDS: dict[str, tuple[str, ...]] = {
    "evidence": ("HOST/IMAGE", "--bucket", EVIDENCE),
    "export month": (MONTH, "--to", "FILE", *TABLE, *KEY),
    "ledger verdict": ("IMAGE", *TABLE, *KEY),
    "ledger history": ("DIGEST", *TABLE),
    "ledger signed-by": ("x509.subject: CN=build, O=Example, C=US", *TABLE),
    "ledger pending": TABLE,
    "ledger held": TABLE,
    "ledger exposed": TABLE,
    "explain": ("TAG", *TABLE),
    "wait": ("IMAGE", *TABLE, "--timeout", "1s"),
    "proposals list": TABLE,
    "verify": ("SIGNED", "--bundle", str(BUNDLE), "--quiet"),
    "cost": (STACK,),
    "doctor": (STACK,),
    "redrive": (STACK,),
    "status": (STACK,),
    "uninstall": (STACK, "--plan"),
}
PARTLY = {"doctor", "status", "uninstall"}
"""They say what cannot be read, and tell the rest."""
WITHOUT = ("wait", "dynamodb:Query")
"""The verdict is in the record; the history only says how it is told."""
OPTIONAL = {"secretsmanager:GetSecretValue"}
"""Where the key may not be read the answer says so."""
OTHERWISE = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
}


class Stood:
    """A deployed stack with a held image, and what commands ask of AWS about it."""

    def __init__(self, deployed: Deployed, folder: Path) -> None:
        self.deployed, self.folder = deployed, folder
        self.digest = deployed.hold()
        deployed.world.push("signed-jws")
        self.runs = 0
        self.seen: dict[str, tuple[int, str, set[str]]] = {}

    def arguments(self, name: str) -> list[str]:
        image = f"{REPOSITORY}@{self.digest}"
        self.runs += 1
        given = {
            "IMAGE": image,
            "HOST/IMAGE": f"{HOST}/{image}",
            "DIGEST": self.digest,
            "TAG": f"{HOST}/{REPOSITORY}:1.0",
            "SIGNED": f"{HOST}/demo/signed-jws:1.0",
            "FILE": str(self.folder / f"{self.runs}.jsonl"),
        }
        rest = [given.get(word, word) for word in COMMANDS[name] if word != STACK]
        return [*name.split(), *rest]

    def answered(self, name: str) -> tuple[int, str, set[str]]:
        """Run a command once; else as ``asked``."""
        if name not in self.seen:
            self.seen[name] = self.asked(name)
        return self.seen[name]

    def asked(
        self, name: str, fail: Callable[[str], bool] = lambda _: False
    ) -> tuple[int, str, set[str]]:
        """Run a command; return its exit code, what it said and what it asked."""
        operations: set[str] = set()
        call: Any = BaseClient._make_api_call  # type: ignore[attr-defined] # botocore is untyped here

        def listened(client: Any, operation: str, arguments: Any) -> Any:
            service = client.meta.service_model.service_name
            operations.add(f"{service}:{operation}")
            if fail(f"{service}:{operation}"):
                raise ClientError(
                    {"Error": {"Code": "AccessDeniedException", "Message": "denied"}},
                    operation,
                )
            return call(client, operation, arguments)

        with patch.object(BaseClient, "_make_api_call", listened):
            if STACK in COMMANDS[name]:
                code, said = self.deployed.run(*self.arguments(name))
            else:
                done = CliRunner().invoke(main, self.arguments(name))
                code, said = done.exit_code, done.output
        return code, said, operations


@pytest.fixture(scope="module")
def stood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stood]:
    with world() as made, patch.dict(os.environ):
        yield Stood(Deployed(made), tmp_path_factory.mktemp("exports"))


def section(name: str) -> str:
    """Return what the pages say of a command, with the sections its rights lead to."""
    found: str = SECTIONS[f"sealward {name}"]
    rights = re.search(r"(?m)^Rights.*?(?=\n\n)", found, re.DOTALL)
    for anchor in re.findall(r"#sealward-([a-z-]+)\)", rights[0] if rights else ""):
        led = anchor.replace("-", " ", 1)
        if led != name and f"sealward {led}" in SECTIONS:
            found += section(led)
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_names_every_right_that_a_command_needs(name: str, stood: Stood) -> None:
    _, said, operations = stood.answered(name)
    assert "defect" not in said
    assert operations or name == "cost"  # which asks CloudFormation only
    actions = {
        {**ACTION_OF, **OTHERWISE}.get(each, each)
        for each in operations - FREE - OPTIONAL
    }
    told = section(name)
    assert {each for each in actions if each.partition(":")[2] not in told} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_whichever_call_is_denied_no_answer_is_made_up(name: str, stood: Stood) -> None:
    for each in sorted(stood.answered(name)[2] - FREE - OPTIONAL):
        code, said, _ = stood.asked(name, lambda one, each=each: one == each)  # type: ignore[misc]
        assert "defect" not in said, each
        if (name, each) != WITHOUT:
            assert code in ({1, 2} if name in PARTLY else {2}), (each, code, said)


def test_nothing_but_an_export_reads_the_table_through(stood: Stood) -> None:
    scanning = {name for name in COMMANDS if "dynamodb:Scan" in stood.answered(name)[2]}
    assert scanning == {"export month"}
