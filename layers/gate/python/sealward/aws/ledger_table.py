"""The ledger: one DynamoDB table, conditional writes, consistent reads.

Items: ``pk = <repository>@<digest>`` with ``sk`` ``current`` (the record),
``h#<version>#<time>`` (a verdict change and its report, compressed),
``intent#<id>#<time>`` (an action before it happens) and ``judged`` (referrers that need
not be read again), and what ``lineage_table`` keeps. Sparse indexes, in the template
from the first day: ``due``, ``signer``, ``statement``, ``state``.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.attribute_values import attribute_values, plain_values
from sealward.aws.errors import translated
from sealward.aws.lineage_table import LineageTable
from sealward.aws.proposal_table import ProposalTable
from sealward.aws.reports import pack, unpack
from sealward.ledger import (
    JudgedReferrers,
    Record,
    from_item,
    from_text,
    indexed_state,
    judged_from,
    judged_item,
    to_item,
    to_text,
)
from sealward.ports import HistoryEntry, Intent, Unavailable
from sealward.subjects import SubjectKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS: Final = 4
"""Partitions of the due index: each takes 1,000 writes a second."""
DUE_INDEX: Final = "due"
_CURRENT: Final = "current"
_JUDGED: Final = "judged"


class LedgerTable(LineageTable, ProposalTable):
    """The ledger in one table.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``.
        shards: how many partitions of the due index are written and read; may grow
            between releases, never shrink.
    """

    def __init__(
        self, table_name: str, client: "DynamoDBClient", shards: int = SHARDS
    ) -> None:
        super().__init__(table_name, client)
        self._shards = shards

    def current(self, key: SubjectKey) -> Record | None:
        """Return the record of ``key``, or None.

        Raises:
            Unavailable: as named, or what is stored is no record this version reads.
            Denied: as named.
        """
        with translated(f"GetItem {key}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": str(key)}, "sk": {"S": _CURRENT}},
                ConsistentRead=True,
            )
        item = answer.get("Item")
        if not item:
            return None
        try:
            record = from_item(plain_values(item))
        except (TypeError, ValueError) as error:  # UnreadableRecord is one
            raise Unavailable(f"ledger: {key}: {error}") from error
        if record.key != key:
            raise Unavailable(f"ledger: {key}: the record is of {record.key}")
        return record

    def write(
        self,
        record: Record,
        *,
        expected: int,
        report: Mapping[str, Any] | None = None,
        intent: Intent | None = None,
    ) -> None:
        """Write ``record``, with its report and intent, all or nothing.

        Raises:
            ValueError: ``record.version`` is not ``expected + 1``.
            Conflict: the stored version is not ``expected``.
            Unavailable, Denied: as named.
        """
        if record.version != expected + 1:
            raise ValueError(f"version {record.version} cannot follow {expected}")
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": attribute_values(self._item(record)),
            **_condition(expected),
        }
        beside = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": attribute_values(item),
                    **_condition(0),
                }
            }
            for item in _items_beside(record, report, intent)
        ]
        with translated(f"write of {record.key} at version {record.version}"):
            if beside:
                self._client.transact_write_items(
                    TransactItems=[{"Put": put}, *beside]  # type: ignore[list-item,typeddict-item]
                )
            else:
                # Half the price of a transaction, and as safe for one item.
                self._client.put_item(**put)

    def history(self, key: SubjectKey) -> Sequence[HistoryEntry]:
        """Return the verdict changes of ``key``, oldest first.

        Raises:
            Unavailable, Denied: as named.
        """
        found = [_entry(item) for item in self._with_prefix(key, "h#")]
        return sorted(found, key=lambda entry: entry.at)

    def intents(self, key: SubjectKey) -> Sequence[Intent]:
        """Return the intents ever written for ``key``, oldest first.

        Raises:
            Unavailable, Denied: as named.
        """
        found = [_intent(item) for item in self._with_prefix(key, "intent#")]
        return sorted(found, key=lambda intent: intent.decided_at)

    def judged(self, key: SubjectKey) -> JudgedReferrers | None:
        """Return which referrers of ``key`` were refused before, or None.

        Raises:
            Unavailable, Denied: as named.
        """
        with translated(f"GetItem {key} {_JUDGED}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": str(key)}, "sk": {"S": _JUDGED}},
            )
        item = answer.get("Item")
        if not item:
            return None
        try:
            return judged_from(unpack(plain_values(item)["judged"]))
        except (KeyError, TypeError, ValueError):
            return None

    def keep_judged(self, key: SubjectKey, judged: JudgedReferrers) -> None:
        """Keep ``judged`` in place of what was kept of ``key``.

        Raises:
            Unavailable, Denied: as named.
        """
        item = {
            "pk": str(key),
            "sk": _JUDGED,
            "judged": pack(judged_item(judged)),
        }
        with translated(f"PutItem {key} {_JUDGED}"):
            self._client.put_item(TableName=self._table, Item=attribute_values(item))

    def due(self, before: datetime, *, limit: int) -> Sequence[SubjectKey]:
        """Return up to ``limit`` subjects whose due time is at or before ``before``.

        The index follows the table within about a second; a subject missed now is found
        by the next tick. Earliest first over all shards.

        Raises:
            Unavailable, Denied: as named.
        """
        found: list[tuple[str, str]] = []
        for shard in range(self._shards):
            with translated(f"Query of what is due, shard {shard}"):
                answer = self._client.query(
                    TableName=self._table,
                    IndexName=DUE_INDEX,
                    KeyConditionExpression="due_shard = :shard AND due_at <= :before",
                    ExpressionAttributeValues={
                        ":shard": {"S": str(shard)},
                        ":before": {"S": to_text(before)},
                    },
                    Limit=limit,
                )
            found += [
                (item["due_at"]["S"], item["pk"]["S"]) for item in answer["Items"]
            ]
        return [_key(text) for _, text in sorted(found)[:limit]]

    def _item(self, record: Record) -> dict[str, Any]:
        item: dict[str, Any] = {
            **to_item(record),
            "pk": str(record.key),
            "sk": _CURRENT,
        }
        if record.due is not None:
            # crc32 is the same in every Python; hash() is not.
            shard = zlib.crc32(str(record.key).encode()) % self._shards
            item |= {"due_shard": str(shard), "due_at": to_text(record.due)}
        if record.signer:
            item["by_signer"] = record.signer
        if record.statement_hash:
            item["by_statement"] = record.statement_hash
        if state := indexed_state(record):
            item["by_state"] = state
        return item

    def _with_prefix(self, key: SubjectKey, prefix: str) -> Iterator[dict[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            with translated(f"Query {key} {prefix}"):
                answer = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                    ExpressionAttributeValues={
                        ":pk": {"S": str(key)},
                        ":prefix": {"S": prefix},
                    },
                    ConsistentRead=True,
                    **start,
                )
            yield from answer["Items"]
            if not answer.get("LastEvaluatedKey"):
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _condition(expected: int) -> dict[str, Any]:
    if expected == 0:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {
        "ConditionExpression": "#version = :expected",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":expected": {"N": str(expected)}},
    }


def _items_beside(
    record: Record, report: Mapping[str, Any] | None, intent: Intent | None
) -> Iterator[dict[str, Any]]:
    if report is not None:
        yield {
            "pk": str(record.key),
            # With the time: where a record was removed, its history must not keep the
            # next one, which counts from 1 again, from ever being written.
            "sk": f"h#{record.version:012d}#{to_text(record.updated_at)}",
            "version": record.version,
            "at": to_text(record.updated_at),
            "verdict": record.verdict.value,
            "report": pack(report),
        }
    if intent is not None:
        yield {
            "pk": str(record.key),
            "sk": f"intent#{intent.id}#{to_text(intent.decided_at)}",
            "id": intent.id,
            "action": intent.action,
            "decided_at": to_text(intent.decided_at),
            "reason": intent.reason,
        }


def _entry(stored: Mapping[str, Any]) -> HistoryEntry:
    try:
        item = plain_values(stored)
        return HistoryEntry(
            version=int(item["version"]),
            at=from_text(item["at"]),
            verdict=str(item["verdict"]),
            report=unpack(item["report"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(f"history of {stored.get('pk')}: {error}") from error


def _intent(stored: Mapping[str, Any]) -> Intent:
    try:
        item = plain_values(stored)
        return Intent(
            id=item["id"],
            action=item["action"],
            decided_at=from_text(item["decided_at"]),
            reason=item["reason"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(f"intent of {stored.get('pk')}: {error}") from error


def _key(text: str) -> SubjectKey:
    repository, _, digest = text.rpartition("@")
    return SubjectKey(repository=repository, digest=digest)
