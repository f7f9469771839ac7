"""The ledger: one DynamoDB table, conditional writes, consistent reads.

Items: ``pk = <repository>@<digest>`` with ``sk`` ``current`` (the record, and the
latest of what ``history_table`` keeps) and ``judged`` (referrers that need not be read
again), and what ``lineage_table`` keeps. Sparse indexes, in the template from the first
day: ``due``, ``signer``, ``statement``, ``state``.
"""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import attribute_values, plain_values
from sealward.aws.ledger.conditions import at_version
from sealward.aws.ledger.history_table import (
    CURRENT,
    HistoryTable,
    carried_by,
    entries_of,
    own_item,
)
from sealward.aws.ledger.items import put_item
from sealward.aws.ledger.lineage_table import LineageTable
from sealward.aws.ledger.override_table import OverrideTable
from sealward.aws.ledger.proposal_table import ProposalTable
from sealward.aws.ledger.query_pages import query_items
from sealward.aws.ledger.reports import pack, unpack
from sealward.aws.ledger.unsigned_count_table import UnsignedCountTable
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
from sealward.ledger.indexes import signer_key
from sealward.ports.failures import Unavailable
from sealward.ports.ledger import Due, HistoryEntry, Intent
from sealward.subjects import SubjectKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SHARDS: Final = 4
"""Partitions of the due index: each takes 1,000 writes a second."""
DUE_INDEX: Final = "due"
SIGNER_INDEX: Final = "signer"
_JUDGED: Final = "judged"


class LedgerTable(LineageTable, OverrideTable, ProposalTable, UnsignedCountTable):
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
        self._history = HistoryTable(table_name, client)

    def current(self, key: SubjectKey) -> Record | None:
        """Return the record of ``key``, or None.

        Raises:
            Unavailable: as named, or what is stored is no record this version reads.
            Denied: as named.
        """
        with translated(f"GetItem {key}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": str(key)}, "sk": {"S": CURRENT}},
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
        self._history.carry(key, record.version, carried_by(item))
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
        new = tuple(entries_of(record, report, intent))
        placed = self._history.place(record.key, expected, new)
        self._history.put(record.key, placed.moved)
        item = self._item(record)
        if placed.carried:
            item["entries"] = placed.carried
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": attribute_values(item),
            **at_version(expected),
        }
        beside = [
            {
                "Put": {
                    "TableName": self._table,
                    "Item": own_item(record.key, entry),
                    **at_version(0),
                }
            }
            for entry in placed.beside
        ]
        with translated(f"write of {record.key} at version {record.version}"):
            if beside:
                self._client.transact_write_items(
                    TransactItems=[{"Put": put}, *beside]  # type: ignore[list-item,typeddict-item]
                )
            else:
                # Half the price of a transaction, and as safe for one item.
                self._client.put_item(**put)
        self._history.carry(record.key, record.version, placed.carried)

    def history(self, key: SubjectKey) -> Sequence[HistoryEntry]:
        """Return the verdict changes of ``key``, oldest first.

        Raises:
            Unavailable, Denied: as named.
        """
        return self._history.history(key)

    def intents(self, key: SubjectKey) -> Sequence[Intent]:
        """Return the intents ever written for ``key``, oldest first.

        Raises:
            Unavailable, Denied: as named.
        """
        return self._history.intents(key)

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
        put_item(self._client, self._table, item, f"what was judged of {key}")

    def signed(
        self, repository: str, identity: str, *, limit: int
    ) -> Sequence[SubjectKey]:
        """Return up to ``limit`` images of ``repository`` that ``identity`` signed.

        Raises:
            Unavailable, Denied: as named.
        """
        items = query_items(
            self._client,
            f"what is signed in {repository}",
            TableName=self._table,
            IndexName=SIGNER_INDEX,
            KeyConditionExpression="by_signer = :signer AND begins_with(pk, :prefix)",
            ExpressionAttributeValues={
                ":signer": {"S": signer_key(identity)},
                ":prefix": {"S": f"{repository}@"},
            },
            Limit=limit,
        )
        return [SubjectKey.from_text(item["pk"]["S"]) for item in islice(items, limit)]

    def due(
        self, before: datetime, *, after: datetime | None = None, limit: int
    ) -> Sequence[Due]:
        """Return up to ``limit`` subjects whose due time is at or before ``before``.

        The index follows the table within about a second; a subject missed now is found
        by the next tick. Earliest first over all shards.

        Raises:
            Unavailable, Denied: as named.
        """
        # The next instant that ``to_text`` tells apart, so that both ends may count.
        start = to_text(after + timedelta(microseconds=1)) if after else " "
        found: list[Due] = []
        for shard in range(self._shards):
            found += self._due_of(shard, start, to_text(before), limit)
        return sorted(found)[:limit]

    def _due_of(self, shard: int, start: str, end: str, limit: int) -> list[Due]:
        items = query_items(
            self._client,
            f"what is due, shard {shard}",
            TableName=self._table,
            IndexName=DUE_INDEX,
            KeyConditionExpression=(
                "due_shard = :shard AND due_at BETWEEN :start AND :end"
            ),
            ExpressionAttributeValues={
                ":shard": {"S": str(shard)},
                ":start": {"S": start},
                ":end": {"S": end},
            },
            Limit=limit,
        )
        return [
            Due(
                at=from_text(item["due_at"]["S"]),
                key=SubjectKey.from_text(item["pk"]["S"]),
            )
            for item in islice(items, limit)
        ]

    def _item(self, record: Record) -> dict[str, Any]:
        item: dict[str, Any] = {**to_item(record), "sk": CURRENT}
        if record.due is not None:
            # crc32 is the same in every Python; hash() is not.
            shard = zlib.crc32(str(record.key).encode()) % self._shards
            item["due_shard"] = str(shard)
        if record.signer:
            item["by_signer"] = signer_key(record.signer)
        if state := indexed_state(record):
            item["by_state"] = state
        return item
