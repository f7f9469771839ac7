"""One suite for ledgers of revocation: the table (on moto) and the one in memory."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from notation_verifier.revocation import (
    Revocation,
    RevocationMemory,
    SeenCrl,
    Standing,
)
from sealward.aws.ledger.revocation_table import RevocationTable
from sealward.ledger.revocation_items import MOST_SEEN, by_shard
from sealward.ports.failures import Denied, Unavailable
from sealward.ports.revocation import RevocationLedger
from simulator.in_process.revocation import InProcessRevocationLedger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def key(name: str) -> str:
    return sha256(name.encode()).hexdigest()


MEMORY = RevocationMemory(
    crls={
        key("ca"): SeenCrl(number=2**159, this_update=NOW),
        key("other"): SeenCrl(number=None, this_update=NOW - DAY),
    },
    ocsp={key("leaf"): NOW},
    revocations={
        key("gone"): Revocation(
            standing=Standing.REVOKED,
            this_update=NOW,
            revoked_at=NOW - DAY,
            reason="key_compromise",
            invalidity_date=NOW - 2 * DAY,
        ),
        key("held"): Revocation(
            standing=Standing.HELD,
            this_update=NOW,
            revoked_at=NOW - DAY,
            reason="certificate_hold",
        ),
    },
)


@pytest.fixture(params=["table", "memory"])
def ledger(
    request: pytest.FixtureRequest, dynamodb: "DynamoDBClient"
) -> RevocationLedger:
    if request.param == "table":
        return RevocationTable("ledger", dynamodb)
    return InProcessRevocationLedger()


def test_nothing_is_known_to_begin_with(ledger: RevocationLedger) -> None:
    assert ledger.recall() is None


def test_what_was_learnt_is_recalled(ledger: RevocationLedger) -> None:
    ledger.learn(MEMORY)
    assert ledger.recall() == MEMORY


def test_knowledge_never_goes_backwards(ledger: RevocationLedger) -> None:
    ledger.learn(MEMORY)
    older = RevocationMemory(
        crls={key("ca"): SeenCrl(number=7, this_update=NOW - DAY)},
        ocsp={key("leaf"): NOW - DAY},
        revocations={
            key("gone"): replace(
                MEMORY.revocations[key("gone")], standing=Standing.RELEASED
            )
        },
    )
    ledger.learn(older)
    assert ledger.recall() == MEMORY


def test_what_two_functions_learn_comes_together(ledger: RevocationLedger) -> None:
    ledger.learn(RevocationMemory(ocsp=MEMORY.ocsp))
    ledger.learn(RevocationMemory(crls=MEMORY.crls))
    ledger.learn(RevocationMemory(revocations=MEMORY.revocations))
    assert ledger.recall() == MEMORY


def test_each_shard_keeps_its_newest(ledger: RevocationLedger) -> None:
    many = {f"0{number:063x}": NOW + number * DAY for number in range(MOST_SEEN + 3)}
    ledger.learn(RevocationMemory(ocsp=many))
    found = ledger.recall()
    assert found is not None
    assert len(found.ocsp) == MOST_SEEN
    assert min(found.ocsp.values()) == NOW + 3 * DAY
    ledger.learn(RevocationMemory(ocsp={f"0{0:063x}": NOW}))
    assert ledger.recall() == found


class Overtaken:
    """A client of DynamoDB that lets another function write before each put."""

    def __init__(self, client: "DynamoDBClient", other: Callable[[], None]) -> None:
        self._client, self._other = client, other

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **arguments: Any) -> Any:
        self._other()
        return self._client.put_item(**arguments)


def test_a_lost_race_is_merged(dynamodb: "DynamoDBClient") -> None:
    others = iter(
        [RevocationMemory(ocsp={f"a{number:063x}": NOW}) for number in (1, 2)]
    )

    def other() -> None:
        for memory in others:
            RevocationTable("ledger", dynamodb).learn(memory)
            return

    overtaken: Any = Overtaken(dynamodb, other)
    RevocationTable("ledger", overtaken).learn(
        RevocationMemory(ocsp={f"a{3:063x}": NOW})
    )
    found = RevocationTable("ledger", dynamodb).recall()
    assert found is not None
    assert set(found.ocsp) == {f"a{number:063x}" for number in (1, 2, 3)}


def test_a_race_lost_for_ever_is_unavailable(dynamodb: "DynamoDBClient") -> None:
    numbers = iter(range(100))

    def other() -> None:
        ocsp = {f"a{next(numbers):063x}": NOW}
        RevocationTable("ledger", dynamodb).learn(RevocationMemory(ocsp=ocsp))

    overtaken: Any = Overtaken(dynamodb, other)
    with pytest.raises(Unavailable, match="others keep writing"):
        RevocationTable("ledger", overtaken).learn(
            RevocationMemory(ocsp={f"a{200:063x}": NOW})
        )


def test_equal_knowledge_writes_nothing(dynamodb: "DynamoDBClient") -> None:
    RevocationTable("ledger", dynamodb).learn(MEMORY)

    def nobody() -> None:
        raise AssertionError("written again")

    overtaken: Any = Overtaken(dynamodb, nobody)
    RevocationTable("ledger", overtaken).learn(MEMORY)


def test_an_item_of_another_schema_is_no_answer(dynamodb: "DynamoDBClient") -> None:
    RevocationTable("ledger", dynamodb).learn(MEMORY)
    shard = next(iter(by_shard(MEMORY)))
    dynamodb.update_item(
        TableName="ledger",
        Key={"pk": {"S": "revocation"}, "sk": {"S": f"memory#{shard}"}},
        UpdateExpression="SET #schema = :two",
        ExpressionAttributeNames={"#schema": "schema"},
        ExpressionAttributeValues={":two": {"N": "2"}},
    )
    with pytest.raises(Unavailable, match=r"revocation / memory#.*schema 2"):
        RevocationTable("ledger", dynamodb).recall()


def test_a_table_that_is_gone_is_denied(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(Denied):
        RevocationTable("other", dynamodb).recall()
