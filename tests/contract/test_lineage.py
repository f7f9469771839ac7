"""One suite for every memory of indexes and their children: on moto, and in memory."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.ports.failures import Denied, Unavailable
from sealward.ports.lineage import CHILDREN_LIMIT, Lineage, ListingNote
from sealward.subjects import SubjectKey
from simulator.in_process.ledger import InProcessLedger

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


def digest(number: int) -> str:
    return f"sha256:{number:064x}"


def key(number: int, repository: str = "prod/app") -> SubjectKey:
    return SubjectKey(repository=repository, digest=digest(number))


@pytest.fixture(params=["table", "in memory"])
def lineage(request: pytest.FixtureRequest) -> Lineage:
    if request.param == "in memory":
        return InProcessLedger()
    return LedgerTable("ledger", request.getfixturevalue("dynamodb"))


def test_what_nobody_recorded_has_neither_parents_nor_children(
    lineage: Lineage,
) -> None:
    assert list(lineage.parents(key(1), limit=10)) == []
    assert list(lineage.children(key(1))) == []
    assert lineage.listing_note("prod/app") is None


def test_an_index_is_found_from_each_child_and_gives_them_in_its_order(
    lineage: Lineage,
) -> None:
    children = [digest(3), digest(1), digest(2), digest(3)]
    lineage.record_children(key(9), children, trusted=False)
    assert list(lineage.children(key(9))) == [digest(3), digest(1), digest(2)]
    for number in (1, 2, 3):
        assert list(lineage.parents(key(number), limit=10)) == [digest(9)]
    assert list(lineage.parents(key(1, "prod/other"), limit=10)) == []


def test_trusted_indexes_come_first_each_once_and_stay_trusted(
    lineage: Lineage,
) -> None:
    for number in (10, 11, 12):
        lineage.record_children(key(number), [digest(1)], trusted=False)
    lineage.record_children(key(12), [digest(1)], trusted=True)
    lineage.record_children(key(12), [digest(1)], trusted=False)
    found = [digest(12), digest(10), digest(11)]
    assert list(lineage.parents(key(1), limit=10)) == found
    assert list(lineage.parents(key(1), limit=2)) == found[:2]


def test_no_more_children_are_remembered_than_the_bound(lineage: Lineage) -> None:
    many = [digest(number) for number in range(CHILDREN_LIMIT + 7)]
    lineage.record_children(key(10**6), many, trusted=False)
    assert list(lineage.children(key(10**6))) == many[:CHILDREN_LIMIT]
    last = key(CHILDREN_LIMIT - 1)
    assert list(lineage.parents(last, limit=1)) == [digest(10**6)]
    assert list(lineage.parents(key(CHILDREN_LIMIT), limit=1)) == []


def test_an_index_without_children_is_remembered_as_that(lineage: Lineage) -> None:
    lineage.record_children(key(9), [], trusted=False)
    assert list(lineage.children(key(9))) == []


def test_the_last_note_of_a_listing_counts(lineage: Lineage) -> None:
    first = ListingNote(since=NOW - timedelta(hours=1), at=NOW, pages=3)
    last = ListingNote(since=NOW, at=NOW + timedelta(minutes=1), pages=100)
    lineage.note_listing("prod/app", first)
    lineage.note_listing("prod/app", last)
    assert lineage.listing_note("prod/app") == last
    assert lineage.listing_note("prod/other") is None


class TestTheTable:
    def test_what_dynamodb_hands_back_is_written_again(
        self, dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = dynamodb.batch_write_item

        def half(**request: dict[str, list[Any]]) -> Any:
            ((table, items),) = request["RequestItems"].items()
            whole(RequestItems={table: items[:10]})
            left = {table: items[10:]} if items[10:] else {}
            return {"UnprocessedItems": left}

        monkeypatch.setattr(dynamodb, "batch_write_item", half)
        table = LedgerTable("ledger", dynamodb)
        many = [digest(number) for number in range(40)]
        table.record_children(key(99), many, trusted=False)
        assert list(table.parents(key(39), limit=1)) == [digest(99)]

    def test_what_is_handed_back_for_ever_is_unavailable(
        self, dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            dynamodb,
            "batch_write_item",
            lambda **request: {"UnprocessedItems": request["RequestItems"]},
        )
        with pytest.raises(Unavailable, match="not all written"):
            LedgerTable("ledger", dynamodb).record_children(
                key(9), [digest(1)], trusted=False
            )

    @pytest.mark.parametrize(
        ("item", "read"),
        [
            (
                {"pk": f"prod/app@{digest(9)}", "sk": "children"},
                lambda table: table.children(key(9)),
            ),
            (
                {"pk": "repo#prod/app", "sk": "listing", "since": "yesterday"},
                lambda table: table.listing_note("prod/app"),
            ),
        ],
    )
    def test_what_cannot_be_read_is_unavailable(
        self, dynamodb: "DynamoDBClient", item: dict[str, str], read: Any
    ) -> None:
        dynamodb.put_item(
            TableName="ledger", Item={name: {"S": text} for name, text in item.items()}
        )
        with pytest.raises(Unavailable, match="ledger"):
            read(LedgerTable("ledger", dynamodb))

    def test_a_table_that_is_not_there_is_denied(
        self, dynamodb: "DynamoDBClient"
    ) -> None:
        table = LedgerTable("elsewhere", dynamodb)
        with pytest.raises(Denied):
            table.parents(key(1), limit=1)
        with pytest.raises(Denied):
            table.record_children(key(9), [digest(1)], trusted=False)
