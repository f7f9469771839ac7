"""``sealward proposals``: what is listed, and what a person's word becomes."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from moto import mock_aws

from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.cli.__main__ import main
from sealward.ledger import proposal_state
from sealward.operate.requests import Command
from sealward.proposals import Cause, Proposal
from sealward.subjects import SubjectKey
from tests.ledger_on_moto import ledger_on_moto
from tests.ledger_records import plain_record

ID = "policy-change-0123456789ab"
DIGEST = f"sha256:{'a' * 64}"
TABLE = ["--table", "ledger", "--region", "us-east-1"]
FUNCTION = ["--function", "operate", "--region", "us-east-1"]


@pytest.fixture
def ledger() -> Iterator[LedgerTable]:
    with ledger_on_moto() as client:
        yield LedgerTable("ledger", client)


@pytest.fixture
def proposed(ledger: LedgerTable) -> LedgerTable:
    ledger.open_proposal(
        Proposal(
            id=ID,
            cause=Cause.POLICY_CHANGE,
            action="quarantine",
            statement="prod",
            statement_hash="5a" * 32,
            bundle_serial=8,
            opened_at=datetime(2026, 6, 1, tzinfo=UTC),
            reason="identity-not-allowed",
        )
    )
    ledger.write(plain_record(proposal="quarantine", proposal_id=ID), expected=0)
    return ledger


def run(*arguments: str) -> tuple[int, str]:
    where = TABLE if arguments[0] in ("list", "show") else FUNCTION
    result = CliRunner().invoke(main, ["proposals", *arguments, *where])
    return result.exit_code, result.output


@pytest.mark.usefixtures("ledger")
def test_an_empty_ledger_proposes_nothing() -> None:
    assert run("list") == (0, "nothing is proposed\n")


@pytest.mark.usefixtures("proposed")
def test_a_proposal_is_listed_with_what_it_touches() -> None:
    code, said = run("list", "--json")
    assert code == 0
    (one,) = json.loads(said)
    assert (one["proposal"], one["action"], one["images"], one["said"]) == (
        ID,
        "quarantine",
        1,
        None,
    )
    assert ID in run("list")[1]


def test_one_that_touches_nothing_any_more_is_not(proposed: LedgerTable) -> None:
    key = SubjectKey(repository="app", digest=DIGEST)
    record = proposed.current(key)
    assert record is not None
    proposed.write(plain_record(version=2), expected=1)
    assert proposed.count(proposal_state(ID)) == 0
    assert run("list") == (0, "nothing is proposed\n")


@pytest.mark.usefixtures("proposed")
def test_it_is_shown_with_its_images_and_when_they_were_pulled() -> None:
    code, said = run("show", ID)
    assert code == 0
    assert "policy-change" in said
    assert DIGEST in said
    assert "unknown" in said, "moto has no such repository: ECR says NotFound"


@pytest.mark.parametrize("verb", ["approve", "decline"])
def test_an_answer_is_asked_of_the_function_whole(
    proposed: LedgerTable, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Command, Mapping[str, object], str]] = []

    def ask(
        command: Command,
        members: Mapping[str, object],
        *,
        function_name: str,
        region: str | None,
        json_wanted: bool,
    ) -> None:
        assert region == "us-east-1"
        assert not json_wanted
        asked.append((command, members, function_name))

    monkeypatch.setattr("sealward.cli.proposals.ask", ask)
    code, said = run(verb, ID, "--reason", "leaked key", "--digest", DIGEST)
    assert code == 0, said
    members = {
        "proposal": ID,
        "answer": {"approve": "approved", "decline": "declined"}[verb],
        "repositories": [],
        "digests": [DIGEST],
        "seconds": 7 * 24 * 3600,
        "reason": "leaked key",
    }
    assert asked == [(Command.ANSWER, members, "operate")]
    assert proposed.approvals(ID) == []  # the function writes it, not the command


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nothing-like-it"),
        ("approve", ID),
        ("approve", ID, "--reason", "r", "--digest", "sha256:no"),
        ("approve", ID, "--reason", "r", "--for-hours", "200"),
    ],
)
def test_what_cannot_be_done_ends_2_and_writes_nothing(
    proposed: LedgerTable, arguments: tuple[str, ...]
) -> None:
    assert run(*arguments)[0] == 2
    assert proposed.approvals(ID) == []


def test_a_table_that_is_not_there_ends_2_and_says_what_was_asked() -> None:
    with mock_aws():
        code, said = run("list")
    assert code == 2
    assert "proposals" in said
