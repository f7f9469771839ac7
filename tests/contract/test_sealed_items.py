"""Ledger poisoning: what somebody else writes into the table counts for nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from sealward.aws.ledger.attribute_values import attribute_values
from sealward.aws.ledger.ledger_key import LedgerKey
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.revocation_table import RevocationTable
from sealward.aws.ledger.sealed_items import sealed as sealed_items
from sealward.ledger import JudgedReferrers, Verdict, to_item
from sealward.ports.failures import Conflict, Denied, Unavailable
from sealward.ports.ledger import Intent
from sealward.subjects import SubjectKey
from tests.ledger_records import plain_record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KEY = SubjectKey(repository="prod/app", digest=f"sha256:{'a' * 64}")
OTHER = SubjectKey(repository="prod/app", digest=f"sha256:{'b' * 64}")
RECORD = plain_record(
    key=KEY,
    verdict=Verdict.UNTRUSTED,
    reason="identity-not-allowed",
    detail="größer",
    strict_verdict=Verdict.UNTRUSTED,
    tags=("1.0",),
    first_seen=NOW,
    pushed_at=NOW,
    settled_at=NOW,
    looks=3,
    due=NOW + timedelta(hours=1),
    updated_at=NOW,
)
Poison = Callable[["DynamoDBClient", dict[str, Any]], dict[str, Any]]


class Sealed:
    """A ledger whose items are sealed, and what it was told of forged ones."""

    def __init__(self, client: "DynamoDBClient", key: bytes = b"k" * 32) -> None:
        self.forged: list[tuple[str, str]] = []
        self.items = sealed_items(
            client, lambda: key, lambda pk, sk: self.forged.append((pk, sk))
        )
        self.ledger = LedgerTable("ledger", self.items)


@pytest.fixture
def sealed(dynamodb: "DynamoDBClient") -> Sealed:
    return Sealed(dynamodb)


def stored(client: "DynamoDBClient", key: SubjectKey = KEY) -> dict[str, Any]:
    return dict(
        client.get_item(
            TableName="ledger", Key={"pk": {"S": str(key)}, "sk": {"S": "current"}}
        )["Item"]
    )


def test_what_the_gate_writes_it_reads(sealed: Sealed) -> None:
    sealed.ledger.write(RECORD, expected=0, report={"why": "größer"}, intent=INTENT)
    assert sealed.ledger.current(KEY) == RECORD
    following = replace(RECORD, version=2, detail="other")
    sealed.ledger.write(following, expected=1, report={"why": "x" * 20_000})
    assert sealed.ledger.current(KEY) == following
    assert len(sealed.ledger.history(KEY)) == 2
    judged = JudgedReferrers(material="m1")
    sealed.ledger.keep_judged(KEY, judged)
    assert sealed.ledger.judged(KEY) == judged
    sealed.ledger.record_children(KEY, [OTHER.digest], trusted=True)
    assert sealed.ledger.children(KEY) == (OTHER.digest,)
    assert sealed.ledger.parents(OTHER, limit=5) == (KEY.digest,)
    assert sealed.forged == []


INTENT = Intent(id="i", action="archive", decided_at=NOW, reason="no-signature")


def without_a_mac(_: object, _item: dict[str, Any]) -> dict[str, Any]:
    changed = replace(RECORD, verdict=Verdict.TRUSTED, ever_trusted=True)
    return {**attribute_values({**to_item(changed), "sk": "current"})}


def changed_under_its_mac(_: object, item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "verdict": {"S": "trusted"}}


def grace_begun_later(_: object, item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "first_seen": {"S": "2026-06-02T00:00:00.000000Z"}}


def an_attribute_more(_: object, item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "ever_trusted": {"BOOL": True}}


def an_attribute_less(_: object, item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "settled_at"}


def a_newer_version(_: object, item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "version": {"N": "9"}}


def with_a_mac_of_its_own(client: Any, item: dict[str, Any]) -> dict[str, Any]:
    forger = Sealed(client, b"f" * 32)
    forger.ledger.write(replace(RECORD, key=OTHER), expected=0)
    forged = stored(client, OTHER)
    return {**forged, "pk": item["pk"]}


def with_the_mac_of_another_key(client: Any, item: dict[str, Any]) -> dict[str, Any]:
    Sealed(client).ledger.write(
        replace(RECORD, key=OTHER, verdict=Verdict.TRUSTED), expected=0
    )
    return {**stored(client, OTHER), "pk": item["pk"]}


def with_a_mac_that_is_no_bytes(_: object, item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "mac": {"S": "none"}}


POISONS = [
    without_a_mac,
    changed_under_its_mac,
    grace_begun_later,
    an_attribute_more,
    an_attribute_less,
    a_newer_version,
    with_a_mac_of_its_own,
    with_the_mac_of_another_key,
    with_a_mac_that_is_no_bytes,
]


@pytest.mark.parametrize("poison", POISONS)
def test_a_forged_record_is_absent_told_and_written_over(
    dynamodb: "DynamoDBClient", sealed: Sealed, poison: Poison
) -> None:
    sealed.ledger.write(RECORD, expected=0)
    dynamodb.put_item(TableName="ledger", Item=poison(dynamodb, stored(dynamodb)))
    assert sealed.ledger.current(KEY) is None
    assert sealed.forged == [(str(KEY), "current")]
    # The look that follows knows nothing, and writes what it finds.
    sealed.ledger.write(RECORD, expected=0)
    assert sealed.ledger.current(KEY) == RECORD
    assert len(sealed.forged) == 1


@pytest.mark.parametrize("poison", [without_a_mac, changed_under_its_mac])
def test_a_forged_record_that_another_look_replaced_is_not_written_over(
    dynamodb: "DynamoDBClient", sealed: Sealed, poison: Poison
) -> None:
    sealed.ledger.write(RECORD, expected=0)
    dynamodb.put_item(TableName="ledger", Item=poison(dynamodb, stored(dynamodb)))
    assert sealed.ledger.current(KEY) is None
    other = Sealed(dynamodb)
    assert other.ledger.current(KEY) is None
    other.ledger.write(replace(RECORD, detail="the other's"), expected=0)
    with pytest.raises(Conflict):
        sealed.ledger.write(RECORD, expected=0)


def test_a_record_nobody_read_is_never_written_over(
    dynamodb: "DynamoDBClient", sealed: Sealed
) -> None:
    sealed.ledger.write(RECORD, expected=0)
    with pytest.raises(Conflict):
        Sealed(dynamodb).ledger.write(RECORD, expected=0)


def test_forged_history_children_and_refusals_are_absent(
    dynamodb: "DynamoDBClient", sealed: Sealed
) -> None:
    sealed.ledger.write(RECORD, expected=0)
    sealed.ledger.record_children(KEY, [OTHER.digest], trusted=True)
    sealed.ledger.keep_judged(KEY, JudgedReferrers(material="m1"))
    for item in dynamodb.scan(TableName="ledger")["Items"]:
        changed = {**item, "mac": {"B": b"0" * 16}}
        dynamodb.put_item(TableName="ledger", Item=changed)
    assert sealed.ledger.children(KEY) == ()
    assert sealed.ledger.judged(KEY) is None
    assert sealed.ledger.history(KEY) == []
    assert {sk for _, sk in sealed.forged} == {"children", "judged", "current"}


def test_forged_knowledge_of_revocation_is_absent(
    dynamodb: "DynamoDBClient", sealed: Sealed
) -> None:
    item = {"pk": "revocation", "sk": "memory#0", "schema": 1, "version": 1}
    dynamodb.put_item(TableName="ledger", Item=attribute_values(item))
    assert RevocationTable("ledger", sealed.items).recall() is None
    assert sealed.forged == [("revocation", "memory#0")]


def test_an_answer_that_nobody_sealed_is_no_answer(
    dynamodb: "DynamoDBClient", sealed: Sealed
) -> None:
    item = {"pk": {"S": "proposal#1"}, "sk": {"S": "answer#1"}}
    dynamodb.put_item(TableName="ledger", Item=item)
    answer = sealed.items.query(
        TableName="ledger",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": item["pk"]},
    )
    assert answer["Items"] == []
    assert sealed.forged == [("proposal#1", "answer#1")]


@pytest.fixture
def secrets(dynamodb: "DynamoDBClient") -> Any:
    assert dynamodb is not None  # moto is on
    return botocore.session.Session().create_client(
        "secretsmanager", region_name="us-east-1"
    )


class TestTheKey:
    def test_it_is_asked_for_once_and_derived(self, secrets: Any) -> None:
        text = "s" * 64
        arn = secrets.create_secret(Name="seal", SecretString=text)["ARN"]
        key = LedgerKey(arn, secrets)
        first = key()
        secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
        assert key() is first
        assert len(first) == 32
        assert text.encode() not in first

    def test_one_too_short_is_none(self, secrets: Any) -> None:
        secrets.create_secret(Name="seal", SecretString="short")
        with pytest.raises(Unavailable, match="shorter than 32"):
            LedgerKey("seal", secrets)()

    def test_one_that_is_not_there_is_for_a_person_to_mend(self, secrets: Any) -> None:
        with pytest.raises(Denied, match="the ledger's key"):
            LedgerKey("seal", secrets)()
