"""The function tick: what is due goes to the look queue."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from sealward.events import parse_events
from sealward.ports.failures import Denied
from sealward.subjects import SubjectKey
from tests.functions.event_files import ACCOUNT, REGION, files
from tests.functions.world import World, world


def test_nothing_is_due_in_an_empty_ledger(capsys: pytest.CaptureFixture[str]) -> None:
    with world() as made:
        assert made.tick() == {"sent": 0}
        assert made.messages("looks") == []
        assert capsys.readouterr().out == ""


def test_what_is_due_is_sent_and_looked_at() -> None:
    with world() as made:
        made.push("unsigned")
        made.look(files()["ecr-push-unsigned.json"])
        made.messages("looks")
        _make_due(made)
        assert made.tick() == {"sent": 1}
        ((body, _),) = made.messages("looks")
        (hint,) = parse_events(json.loads(body), account=ACCOUNT, region=REGION)
        assert hint.repository == "demo/unsigned"
        assert made.look(json.loads(body))["verdict"] == "unsigned"


def test_a_ledger_that_does_not_answer_is_an_error_of_the_function() -> None:
    with world() as made:
        made.dynamodb.delete_table(TableName="ledger")
        with pytest.raises(Denied, match="shard 0"):
            made.tick()


def _make_due(made: World) -> None:
    """Move every due time into the past, as a day gone by would."""
    table = made.ledger
    for row in made.dynamodb.scan(TableName="ledger", IndexName="due")["Items"]:
        repository, _, digest = row["pk"]["S"].rpartition("@")
        record = table.current(SubjectKey(repository=repository, digest=digest))
        assert record is not None
        assert record.due is not None
        early = replace(
            record,
            version=record.version + 1,
            due=record.due - timedelta(days=2),
        )
        table.write(early, expected=record.version)
