"""Knowledge of revocation, in the ledger's table: one partition, an item for a shard.

Items: ``pk = revocation``, ``sk = memory#<shard>``, with a version. A lost race means:
read again, merge, write again; merging takes nothing back.
"""

import zlib
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import plain_values
from sealward.aws.ledger.conditions import at_version
from sealward.aws.ledger.items import put_item
from sealward.aws.ledger.query_pages import query_items
from sealward.aws.ledger.reports import pack, unpack
from sealward.ledger.revocation_items import by_shard, from_document, to_document
from sealward.ports.failures import Conflict, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from notation_verifier.revocation import RevocationMemory

ATTEMPTS: Final = 5
"""Writes of one shard while others write it in between."""
_PARTITION: Final = "revocation"
_PREFIX: Final = "memory#"
_SCHEMA: Final = 1


class RevocationTable:
    """``sealward.ports.revocation.RevocationLedger`` in the ledger's table.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table = table_name
        self._client = client

    def recall(self) -> "RevocationMemory | None":
        """Return all that is stored, None where nothing is.

        Raises:
            Unavailable: as named, or what is stored is none that this version reads.
            Denied: as named.
        """
        memory: RevocationMemory | None = None
        for item in query_items(
            self._client,
            "what is known of revocation",
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": _PARTITION},
                ":prefix": {"S": _PREFIX},
            },
            ConsistentRead=True,
        ):
            shard, _ = _read(item)
            memory = shard if memory is None else memory.merged(shard)
        return memory

    def learn(self, memory: "RevocationMemory") -> None:
        """Merge ``memory`` into what is stored.

        Raises:
            Unavailable: as named, or others wrote a shard ``ATTEMPTS`` times meanwhile.
            Denied: as named.
        """
        for shard, learnt in by_shard(memory).items():
            self._learn(shard, learnt)

    def _learn(self, shard: str, learnt: "RevocationMemory") -> None:
        for _ in range(ATTEMPTS):
            stored, version = self._stored(shard)
            merged = learnt if stored is None else stored.merged(learnt)
            merged = by_shard(merged)[shard]
            if merged == stored:
                return
            try:
                self._put(shard, merged, version)
            except Conflict:
                continue
            return
        raise Unavailable(f"revocation memory, shard {shard}: others keep writing it")

    def _stored(self, shard: str) -> "tuple[RevocationMemory | None, int]":
        with translated(f"GetItem of revocation memory, shard {shard}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": _PARTITION}, "sk": {"S": _PREFIX + shard}},
                ConsistentRead=True,
            )
        item = answer.get("Item")
        return _read(item) if item else (None, 0)

    def _put(self, shard: str, memory: "RevocationMemory", version: int) -> None:
        item = {
            "pk": _PARTITION,
            "sk": _PREFIX + shard,
            "schema": _SCHEMA,
            "version": version + 1,
            "memory": pack(to_document(memory)),
        }
        what = f"revocation memory, shard {shard}"
        put_item(self._client, self._table, item, what, **at_version(version))


def _read(stored: Any) -> "tuple[RevocationMemory, int]":  # noqa: ANN401 - DynamoDB's item
    try:
        item = plain_values(stored)
        if item["schema"] != _SCHEMA:
            raise ValueError(f"schema {item['schema']}")  # noqa: TRY301
        return from_document(unpack(item["memory"])), int(item["version"])
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        name = stored.get("sk", {}).get("S")
        raise Unavailable(
            f"the ledger's item {_PARTITION} / {name} is damaged ({error}); "
            "docs/revocation.md says what to do"
        ) from error
