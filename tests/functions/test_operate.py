"""operate: what a person asks through the function, proven, sealed and obeyed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from sealward.aws.caller_identity import prove
from sealward.aws.clients import Clients
from sealward.ledger import HoldState, Verdict
from sealward.operate.proofs import payload_of
from sealward.operate.requests import Command, request_text
from sealward.proposals import Answer, Cause, Proposal
from sealward.subjects import SubjectKey
from tests.functions.event_files import ACCOUNT, CASES, REGION, push
from tests.functions.world import OPERATE, World, world

REPOSITORY = "demo/held-then-signed"
CASE = next(
    case
    for case in json.loads(CASES.read_text())["cases"]
    if case["name"] == "held-then-signed"
)
DIGEST = CASE["images"][0]["digest"]
KEY = SubjectKey(repository=REPOSITORY, digest=DIGEST)


@pytest.fixture(scope="module")
def made() -> Iterator[World]:
    """A world in which one unsigned image is held."""
    with world() as it:
        it.push("held-then-signed", referrers=False)
        it.look(push(REPOSITORY, DIGEST, tag=""))
        record = it.ledger.current(KEY)
        assert record is not None
        assert record.hold is not None
        assert record.hold.state is HoldState.HELD
        yield it


def ask_to_sign(made: World, **members: Any) -> dict[str, Any]:
    asked = {"repository": REPOSITORY, "digest": DIGEST, "seconds": 900, **members}
    return made.ask(Command.SIGN, **asked)


def test_a_held_image_is_released_to_be_signed(made: World) -> None:
    answer = ask_to_sign(made)
    assert answer["done"]
    assert answer["by"].startswith(f"arn:aws:sts::{ACCOUNT}:")
    record = made.ledger.current(KEY)
    assert record is not None
    assert record.release is not None
    assert record.release.by == answer["by"]
    assert DIGEST in str(made.messages("looks"))
    used = made.dynamodb.get_item(
        TableName="ledger",
        Key={"pk": {"S": f"override#{answer['nonce']}"}, "sk": {"S": "used"}},
    )["Item"]
    assert "mac" in used
    assert used["by"]["S"] == answer["by"]
    assert json.loads(used["request"]["S"])["digest"] == DIGEST
    made.look(push(REPOSITORY, DIGEST, tag=""))
    restored = made.ledger.current(KEY)
    assert restored is not None
    assert restored.hold is not None
    assert restored.hold.state is HoldState.RELEASING


def test_a_request_is_taken_once(made: World) -> None:
    now = datetime.now(UTC)
    text = request_text(
        Command.PAUSE,
        {"repository": "", "seconds": 60, "reason": "r"},
        function=OPERATE,
        nonce="ab" * 16,
        now=now,
    )
    payload = payload_of(text, prove(text, Clients(), REGION))
    assert made.operate(payload)["done"]
    again = made.operate(payload)
    assert (again["done"], again["code"]) == (False, "replayed")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"request": "{}", "proof": {}},
        {"detail-type": "Scheduled Event", "source": "aws.events"},
        {"tidy": 1, "more": True},
        {"request": 1, "proof": None},
    ],
)
def test_what_is_no_request_is_refused_and_says_why(
    made: World, payload: dict[str, Any]
) -> None:
    before = made.ledger.current(KEY)
    answer = made.operate(payload)
    assert (answer["done"], answer["code"]) == (False, "bad-request")
    assert answer["said"]
    assert made.ledger.current(KEY) == before


def test_a_caller_of_another_account_is_nobody_here(made: World) -> None:
    with patch.dict("os.environ", {"MOTO_ACCOUNT_ID": "999999999999"}):
        answer = ask_to_sign(made)
    assert (answer["done"], answer["code"]) == (False, "not-proven")
    assert "another account" in answer["said"]


def test_paused_nothing_is_archived_and_resumed_it_is(made: World) -> None:
    assert made.ask(Command.PAUSE, repository="", seconds=3600, reason="x")["done"]
    made.push("unsigned")
    case = next(
        case
        for case in json.loads(CASES.read_text())["cases"]
        if case["name"] == "unsigned"
    )
    digest = case["images"][0]["digest"]
    made.look(push("demo/unsigned", digest, tag=""))
    key = SubjectKey(repository="demo/unsigned", digest=digest)
    waits = made.ledger.current(key)
    assert waits is not None
    assert (waits.verdict, waits.hold and waits.hold.state) == (
        Verdict.UNSIGNED,
        HoldState.HOLDING,
    )
    assert any(
        finding["Title"].startswith("Sealward is paused")
        for finding in made.findings()
        if finding["RecordState"] == "ACTIVE"
    )
    made.messages("looks")
    assert made.ask(Command.RESUME, repository="")["done"]
    assert digest in str(made.messages("looks"))
    made.look(push("demo/unsigned", digest, tag=""))
    held = made.ledger.current(key)
    assert held is not None
    assert held.hold is not None
    assert held.hold.state is HoldState.HELD
    assert not any(
        finding["RecordState"] == "ACTIVE"
        for finding in made.findings()
        if "/pause" in finding["Id"]
    )


def test_the_schedule_tells_of_pauses_that_ended(made: World) -> None:
    assert made.operate({"tidy": True}) == {"ended": 0}


def test_an_answer_on_a_proposal_is_kept_sealed_with_the_proven_name(
    made: World,
) -> None:
    identity = "policy-change-0123456789ab"
    asked = {
        "proposal": identity,
        "answer": "approved",
        "repositories": [],
        "digests": [],
        "seconds": 3600,
        "reason": "looked at it",
    }
    unknown = made.ask(Command.ANSWER, **asked)
    assert (unknown["done"], unknown["code"]) == (False, "no-proposal")
    made.ledger.open_proposal(
        Proposal(
            id=identity,
            cause=Cause.POLICY_CHANGE,
            action="quarantine",
            statement="prod",
            statement_hash="5a" * 32,
            bundle_serial=8,
            opened_at=datetime.now(UTC),
            reason="identity-not-allowed",
        )
    )
    answer = made.ask(Command.ANSWER, **asked)
    (approval,) = made.ledger.approvals(identity)  # the seal is checked
    assert approval.by == answer["by"]
    assert approval.answer is Answer.APPROVED
    assert approval.until - approval.at == timedelta(hours=1)
