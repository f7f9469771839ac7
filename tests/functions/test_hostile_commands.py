"""Threat 25: what a command of ``sealward`` prints, whatever it was told or finds.

Each command there is stands below with what it is run with, among it the whole corpus:
in its arguments, its files, the ledger, the dead letters. Whatever it answers, no line
that it prints can steer a terminal, and its JSON is ASCII.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final
from unittest.mock import patch

import click
import pytest
from click.testing import CliRunner

from sealward.aws.clients import Clients
from sealward.cli.__main__ import main
from sealward.evidence.dossier import (
    Dossier,
    Piece,
    Role,
    dossier_key,
    dossiers_of,
)
from sealward.ledger import Hold, HoldState, Verdict
from sealward.proposals import Answer, Approval, Cause, Proposal
from sealward.subjects import SubjectKey
from tests.functions.deployed_stack import Deployed
from tests.functions.event_files import ACCOUNT, REGION
from tests.functions.world import BUNDLE, EVIDENCE, world
from tests.hostile_strings import HOSTILE
from tests.ledger_records import NOW, plain_record

HOST: Final = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
REPOSITORY: Final = "demo/unsigned"
STORED: Final = {
    name: text for name, text in HOSTILE.items() if name != "lone-surrogate"
}
"""What DynamoDB and SQS can keep: a lone surrogate is no text to them."""
MONTH: Final = f"{NOW:%Y-%m}"
TABLE: Final = ("--table", "ledger", "--region", REGION)
FUNCTION: Final = ("--function", "operate", "--region", REGION)
FIRST: Final = f"{REPOSITORY}@sha256:{1:064x}"
HOSTILE_WORD: Final = "<hostile>"
OF_THE_STACK: Final = ("redrive", "status", "doctor", "uninstall")

ON_WHAT_IS_THERE: Final[Mapping[str, tuple[str, ...]]] = {
    "evidence": (f"{HOST}/{FIRST}", "--bucket", EVIDENCE, "--fetch", "<folder>"),
    "explain": (FIRST, *TABLE),
    "export month": (MONTH, "--to", "<new file>", *TABLE),
    "ledger exposed": TABLE,
    "ledger held": TABLE,
    "ledger history": (FIRST, *TABLE),
    "ledger pending": TABLE,
    "ledger signed-by": ("x509.subject: CN=build,O=Example,C=US", *TABLE),
    "ledger verdict": (FIRST, *TABLE),
    "proposals list": TABLE,
    "proposals show": (f"policy-change-{2:012x}", *TABLE),
    "redrive": ("--dry-run",),
    "status": (),
    "doctor": (),
    "uninstall": ("--plan",),
    "wait": (FIRST, *TABLE),
}
"""Run once, on a ledger and queues full of the corpus."""
ON_WHAT_IT_IS_TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "cost": ("--images", HOSTILE_WORD),
    "evidence": (HOSTILE_WORD, "--bucket", EVIDENCE),
    "export month": (HOSTILE_WORD, "--to", "<new file>", *TABLE),
    "explain": (HOSTILE_WORD, *TABLE),
    "ledger history": (HOSTILE_WORD, *TABLE),
    "ledger signed-by": (HOSTILE_WORD, *TABLE),
    "ledger verdict": (HOSTILE_WORD, *TABLE),
    "pause": ("--repository", HOSTILE_WORD, "--for", "1h", "--reason", "r", *FUNCTION),
    "proposals approve": (HOSTILE_WORD, "--reason", HOSTILE_WORD, *FUNCTION),
    "proposals decline": (HOSTILE_WORD, "--reason", HOSTILE_WORD, *FUNCTION),
    "proposals show": (HOSTILE_WORD, *TABLE),
    "reattach": (HOSTILE_WORD, "--table", "ledger", "--bundle", str(BUNDLE)),
    "release": (HOSTILE_WORD, "--to-sign", "1h", *FUNCTION),
    "replication": (f"{REPOSITORY}@sha256:{1:064x}", "--to", HOSTILE_WORD),
    "resume": ("--repository", HOSTILE_WORD, *FUNCTION),
    "verify": (HOSTILE_WORD, "--bundle", str(BUNDLE)),
    "wait": (HOSTILE_WORD, *TABLE),
}
"""Run with each string, as an argument."""
ON_A_FILE: Final[Mapping[str, tuple[str, ...]]] = {
    "export verify": ("<file>",),
    "policy check": ("<file>",),
    "policy compile": ("--trust-policy", "<file>", "--trust-store", "<folder>"),
    "policy show": ("<file>", f"{HOST}/{REPOSITORY}"),
    "redo": ("<file>", "--evidence", "<folder>"),
    "verify-blob": (
        *("<file>", "--signature", "<file>", "--policy", "<file>"),
        *("--trust-store", "<folder>"),
    ),
}
"""Run with a file that is each string, and one with each string in all its members."""


@contextmanager
def one_client_of_each_service() -> Iterator[None]:
    """Let all commands share their clients: making them would be most of the time."""
    shared = vars(Clients())

    def share(clients: Clients) -> None:
        vars(clients).update(shared)

    with patch.object(Clients, "__init__", share):
        yield


def commands(group: click.Group, before: str = "") -> Iterator[str]:
    """Yield the name of every command there is."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_is_held_against_the_corpus() -> None:
    held = {*ON_WHAT_IS_THERE, *ON_WHAT_IT_IS_TOLD, *ON_A_FILE}
    assert held == set(commands(main)), "a new command: register it here"


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with world() as made, one_client_of_each_service():
        stack = Deployed(made)
        made.ecr.create_repository(repositoryName=REPOSITORY)
        for number, text in enumerate(STORED.values(), start=1):
            _remember(stack, number, text)
            stack.dead_letter(text.replace("\x00", "") or "?", reason=text[:200])
            _keep(stack, text)
        yield stack


def _remember(stack: Deployed, number: int, text: str) -> None:
    """Write a record, a proposal and its answer, whose every text is ``text``."""
    ledger = stack.world.ledger
    key = SubjectKey(repository=REPOSITORY, digest=f"sha256:{number:064x}")
    held = Hold(state=HoldState.HELD, since=NOW, applied=1, detail=text)
    proposal = f"policy-change-{number:012x}"
    record = replace(
        plain_record(key=key, verdict=Verdict.UNTRUSTED),
        reason="identity-not-allowed",
        detail=text,
        statement=text[:500],
        tags=(text[:300],),
        owner=text,
        pushed_by=text,
        signer=text[:500],
        hold=held if number % 2 else None,
        proposal="" if number % 2 else proposal,
    )
    ledger.write(record, expected=0, report={"verdict": text, "signatures": [text]})
    ledger.open_proposal(
        Proposal(
            id=proposal,
            cause=Cause.POLICY_CHANGE,
            action="quarantine",
            statement=text[:500],
            statement_hash=text[:64],
            bundle_serial=1,
            opened_at=NOW,
            reason=text,
        )
    )
    ledger.approve(
        Approval(
            proposal_id=proposal,
            answer=Answer.DECLINED,
            by=text,
            at=NOW,
            until=NOW + timedelta(days=7),
            reason=text,
        )
    )


def _keep(stack: Deployed, text: str) -> None:
    """Keep a dossier of the first image, whose every text is ``text``."""
    repository, _, digest = FIRST.partition("@")
    found = Dossier(
        subject={"repository": text},
        tags=(text,),
        action=text,
        decided_at=text,
        version=1,
        report={"verdict": text, "reason": text},
        pieces=(
            Piece(role=Role.MANIFEST, digest=text[:900], size=1, media_type=text),
            Piece(role=Role.ENVELOPE, digest=text, size=1, of=text, left_out=text),
        ),
        grounds={"rule": text},
    )
    content = found.content()
    prefix = dossiers_of(ACCOUNT, REGION, repository, digest)
    key = dossier_key(prefix, hashlib.sha256(content).hexdigest())
    stack.world.s3.put_object(Bucket=EVIDENCE, Key=key, Body=content)


def _run(
    deployed: Deployed,
    name: str,
    said: tuple[str, ...],
    words: Mapping[str, str],
    forms: tuple[bool, ...] = (False, True),
) -> None:
    """Run a command, in words and as JSON; check all that it prints."""
    arguments = [words.get(each.strip("<>"), each) for each in said]
    for json_wanted in forms:
        full = [*name.split(), *arguments, *(["--json"] if json_wanted else [])]
        if name in OF_THE_STACK:
            _, output = deployed.run(*full)
            stdout = deployed.stdout
        else:
            done = CliRunner().invoke(main, full)
            broke = done.exception
            assert broke is None or isinstance(broke, SystemExit), (full, broke)
            output, stdout = done.output, done.stdout
        assert "that is a defect" not in output, (full, output)
        assert all(line.isprintable() for line in output.split("\n")), (full, output)
        if json_wanted and stdout.strip():
            assert stdout.isascii(), full
            json.loads(stdout)


@pytest.mark.parametrize("name", ON_WHAT_IS_THERE)
def test_what_is_there(deployed: Deployed, tmp_path: Path, name: str) -> None:
    file, folder = tmp_path / "export.jsonl", tmp_path / "folder"
    words = {"new file": str(file), "folder": str(folder)}
    _run(deployed, name, ON_WHAT_IS_THERE[name], words)
    names = [each.name for each in folder.glob("*")]
    assert len(names) == (len(STORED) if name == "evidence" else 0)
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in names), "only hashes"
    if file.exists():
        written = file.read_text()
        assert written.isascii()
        assert len(written.splitlines()) >= len(STORED), "a line for each decision"
        assert all(json.loads(line) for line in written.split("\n") if line)


@pytest.mark.parametrize("name", ON_WHAT_IT_IS_TOLD)
def test_what_it_is_told(deployed: Deployed, tmp_path: Path, name: str) -> None:
    for number, text in enumerate(HOSTILE.values()):
        words = {"hostile": text, "new file": str(tmp_path / "new")}
        # Every other as JSON: that has one encoder, and each command calls it.
        forms = (number % 2 == 0,)
        _run(deployed, name, ON_WHAT_IT_IS_TOLD[name], words, forms)


@pytest.mark.parametrize("name", ON_A_FILE)
def test_what_a_file_says(deployed: Deployed, tmp_path: Path, name: str) -> None:
    bundle = json.loads(BUNDLE.read_bytes())
    folder = tmp_path / "folder"
    folder.mkdir()
    for number, text in enumerate(HOSTILE.values()):
        contents = (
            json.dumps(_everywhere(bundle, text)).encode(),
            json.dumps({text: text}).encode(),
            text.encode(errors="surrogatepass"),
        )
        file = tmp_path / f"{number}.json"
        words = {"file": str(file), "folder": str(folder)}
        for form, content in enumerate(contents[: 2 if number % 3 else 3]):
            file.write_bytes(content)
            _run(deployed, name, ON_A_FILE[name], words, (form == 1,))


def _everywhere(value: object, text: str) -> object:
    """Return ``value`` with ``text`` in place of each of its texts."""
    match value:
        case dict():
            return {name: _everywhere(each, text) for name, each in value.items()}
        case list():
            return [_everywhere(each, text) for each in value]
        case str():
            return text
        case _:
            return value
