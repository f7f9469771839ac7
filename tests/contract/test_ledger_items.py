"""How the table keeps a record: its items, the version before, what is no record."""

import json
import zlib
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from notation_verifier import Descriptor
from sealward.aws.ledger.attribute_values import attribute_values
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.ledger import (
    Exposure,
    Verdict,
)
from sealward.ports.failures import Conflict, Denied, Unavailable
from sealward.ports.ledger import Intent
from tests.ledger_records import DIGEST, NOW, full_record, plain_record, subject_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def test_the_intent_is_stored_beside_the_record(dynamodb: "DynamoDBClient") -> None:
    table = LedgerTable("ledger", dynamodb)
    intent = Intent(id="1-archive", action="archive", decided_at=NOW, reason="unsigned")
    table.write(plain_record(), expected=0, intent=intent)
    assert table.intents(subject_key()) == [intent]


def test_history_that_outlived_its_record_keeps_no_new_one_out(
    dynamodb: "DynamoDBClient",
) -> None:
    table = LedgerTable("ledger", dynamodb)
    later = NOW + timedelta(minutes=1)
    for at in (NOW, later):
        intent = Intent(id="1", action="archive", decided_at=at, reason="unsigned")
        table.write(
            plain_record(updated_at=at), expected=0, report=_noise(at), intent=intent
        )
        dynamodb.delete_item(
            TableName="ledger",
            Key={"pk": {"S": str(subject_key())}, "sk": {"S": "current"}},
        )
    assert [entry.at for entry in table.history(subject_key())] == [NOW, later]
    assert [intent.decided_at for intent in table.intents(subject_key())] == [
        NOW,
        later,
    ]


def _noise(seed: object, words: int = 200) -> dict[str, Any]:
    """Return a report that cannot be packed small: it goes beside its record."""
    return {"noise": [sha256(f"{seed} {n}".encode()).hexdigest() for n in range(words)]}


def _item_keys(client: "DynamoDBClient") -> list[str]:
    return [
        item["sk"]["S"].split("#")[0]
        for item in client.scan(TableName="ledger")["Items"]
    ]


def test_a_first_verdict_with_its_report_and_intent_is_one_item(
    dynamodb: "DynamoDBClient",
) -> None:
    intent = Intent(id="1-archive", action="archive", decided_at=NOW, reason="unsigned")
    LedgerTable("ledger", dynamodb).write(
        plain_record(), expected=0, report={"checks": []}, intent=intent
    )
    assert _item_keys(dynamodb) == ["current"]


def test_what_no_longer_fits_a_record_is_moved_out_oldest_first(
    dynamodb: "DynamoDBClient",
) -> None:
    table = LedgerTable("ledger", dynamodb)
    for version in range(1, 5):
        table.write(
            plain_record(version, updated_at=NOW + timedelta(minutes=version)),
            expected=version - 1,
            report=_noise(version, 10),
        )
    assert _item_keys(dynamodb) == ["current", "h", "h"]
    stored = dynamodb.scan(TableName="ledger")["Items"]
    assert max(len(item.get("entries", {}).get("B", b"")) for item in stored) <= 900
    assert [entry.report for entry in table.history(subject_key())] == [
        _noise(version, 10) for version in range(1, 5)
    ]


def test_a_function_that_did_not_read_the_record_loses_none_of_its_history(
    dynamodb: "DynamoDBClient",
) -> None:
    LedgerTable("ledger", dynamodb).write(plain_record(), expected=0, report={"at": 1})
    LedgerTable("ledger", dynamodb).write(plain_record(2), expected=1)
    third = plain_record(3, updated_at=NOW + timedelta(minutes=1))
    LedgerTable("ledger", dynamodb).write(third, expected=2, report={"at": 3})
    found = LedgerTable("ledger", dynamodb).history(subject_key())
    assert [entry.report for entry in found] == [{"at": 1}, {"at": 3}]


@pytest.mark.parametrize("words", [10, 200])
def test_a_lost_race_leaves_only_history_that_happened(
    dynamodb: "DynamoDBClient", words: int
) -> None:
    """Also where the loser moved entries out of the record before it lost."""
    loser, winner = (LedgerTable("ledger", dynamodb) for _ in range(2))
    for version in (1, 2):
        at = NOW + timedelta(minutes=version)
        loser.write(
            plain_record(version, updated_at=at),
            expected=version - 1,
            report=_noise(version, 10),
        )
    winner.write(plain_record(3), expected=2)
    with pytest.raises(Conflict):
        loser.write(
            plain_record(3, reason="other"), expected=2, report=_noise(3, words)
        )
    found = loser.history(subject_key())
    assert [entry.report for entry in found] == [_noise(1, 10), _noise(2, 10)]


def test_history_that_cannot_be_read_is_said_so_and_never_dropped(
    dynamodb: "DynamoDBClient",
) -> None:
    table = LedgerTable("ledger", dynamodb)
    table.write(plain_record(), expected=0, report={"at": 1})
    key = {"pk": {"S": str(subject_key())}, "sk": {"S": "current"}}
    stored = dynamodb.get_item(TableName="ledger", Key=key)["Item"]
    poison = {"entries": {"B": b"no report"}}
    dynamodb.put_item(TableName="ledger", Item={**stored, **poison})
    assert table.current(subject_key()) == plain_record()
    with pytest.raises(Unavailable, match=str(subject_key())):
        table.history(subject_key())
    with pytest.raises(Unavailable, match=str(subject_key())):
        table.write(plain_record(2), expected=1, report={"at": 2})
    table.write(plain_record(2), expected=1)
    stored = dynamodb.get_item(TableName="ledger", Key=key)["Item"]
    assert stored["entries"] == {"B": b"no report"}


def test_a_report_too_large_to_keep_does_not_keep_the_verdict_out(
    dynamodb: "DynamoDBClient",
) -> None:
    table = LedgerTable("ledger", dynamodb)
    noise = [f"{number:x}-{hash((number, 'x'))}" for number in range(80_000)]
    table.write(plain_record(), expected=0, report={"noise": noise})
    assert table.current(subject_key()) == plain_record()
    (entry,) = table.history(subject_key())
    assert entry.report["bytes"] == len(
        json.dumps({"noise": noise}, separators=(",", ":"))
    )


def test_a_record_of_the_version_before_is_read_and_written_on(
    dynamodb: "DynamoDBClient",
) -> None:
    """As version 1 wrote it, index attributes included."""
    text = "2026-11-21T12:00:00.123456Z"
    written: dict[str, Any] = {
        "pk": str(subject_key()),
        "sk": "current",
        "schema": 1,
        "repository": "app",
        "digest": DIGEST,
        "version": 1,
        "verdict": "untrusted",
        "reason": "not-anchored",
        "detail": "",
        "strict_verdict": "untrusted",
        "statement": "prod",
        "statement_hash": "sha256:5a",
        "bundle_serial": 7,
        "bundle_digest": "sha256:b1",
        "evidence": "sha256:e1",
        "descriptor": {"media_type": "application/x", "digest": DIGEST, "size": 5},
        "tags": ["v1"],
        "first_seen": text,
        "ever_trusted": True,
        "looks": 3,
        "due": text,
        "due_shard": "1",
        "due_at": text,
        "signer": "x509.subject: CN=build",
        "by_signer": "x509.subject: CN=build",
        "by_statement": "sha256:5a",
        "by_state": "untrusted",
        "proposal": "",
        "exposure_ms": 12,
        "updated_at": text,
    }
    history = {
        "pk": str(subject_key()),
        "sk": f"h#000000000001#{text}",
        "version": 1,
        "at": text,
        "verdict": "untrusted",
        "report": zlib.compress(b'{"checks": []}'),
    }
    for item in (written, history):
        dynamodb.put_item(TableName="ledger", Item=attribute_values(item))
    expected = plain_record(
        verdict=Verdict.UNTRUSTED,
        strict_verdict=Verdict.UNTRUSTED,
        reason="not-anchored",
        detail="",
        descriptor=Descriptor(media_type="application/x", digest=DIGEST, size=5),
        tags=("v1",),
        ever_trusted=True,
        looks=3,
        due=NOW,
        signer="x509.subject: CN=build",
        exposure=Exposure(seconds=0.012),
    )
    table = LedgerTable("ledger", dynamodb)
    assert table.current(subject_key()) == expected
    second = replace(expected, version=2, updated_at=NOW + timedelta(minutes=1))
    table.write(second, expected=1, report={"checks": [1]})
    assert table.current(subject_key()) == second
    found = [entry.report for entry in table.history(subject_key())]
    assert found == [{"checks": []}, {"checks": [1]}]


def test_a_record_of_the_version_before_under_another_key_is_none(
    dynamodb: "DynamoDBClient",
) -> None:
    item = {
        "pk": str(subject_key()),
        "sk": "current",
        "schema": 1,
        "repository": "other",
    }
    dynamodb.put_item(
        TableName="ledger", Item=attribute_values({**item, "digest": DIGEST})
    )
    with pytest.raises(Unavailable, match="the record is of other@"):
        LedgerTable("ledger", dynamodb).current(subject_key())


@pytest.mark.parametrize(
    "poison",
    [
        {"schema": {"N": "99"}},
        {"verdict": {"S": "splendid"}},
        {"version": {"S": "one"}},
        {"due_at": {"S": "tomorrow"}},
        {"tags": {"NULL": True}},
        {"looks": {"N": "1.5"}},
        {"descriptor": {"M": {}}},
    ],
)
def test_a_row_that_is_no_record_is_never_a_verdict(
    dynamodb: "DynamoDBClient", poison: dict[str, Any]
) -> None:
    table = LedgerTable("ledger", dynamodb)
    table.write(full_record(), expected=0)
    key = {"pk": {"S": str(subject_key())}, "sk": {"S": "current"}}
    stored = dynamodb.get_item(TableName="ledger", Key=key)["Item"]
    dynamodb.put_item(TableName="ledger", Item={**stored, **poison})
    with pytest.raises(Unavailable, match=str(subject_key())):
        table.current(subject_key())


def test_a_missing_table_is_for_a_person_to_mend(dynamodb: "DynamoDBClient") -> None:
    table = LedgerTable("no-such-table", dynamodb)
    with pytest.raises(Denied, match="ResourceNotFoundException"):
        table.current(subject_key())


def test_sparse_indexes_hold_what_they_are_for(dynamodb: "DynamoDBClient") -> None:
    table = LedgerTable("ledger", dynamodb)
    table.write(full_record(), expected=0, report={})
    table.write(
        plain_record(
            key=subject_key("quiet"), verdict=Verdict.TRUSTED, statement_hash=""
        ),
        expected=0,
    )
    for index in ("due", "signer", "statement", "state"):
        rows = dynamodb.scan(TableName="ledger", IndexName=index)["Items"]
        assert [row["pk"]["S"] for row in rows] == [str(subject_key())], index
