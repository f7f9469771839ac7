"""Repositories over their share, in the ledger's table: ``pk = floods``, by name."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sealward.aws.ledger.items import item_at, put_item, read_item
from sealward.aws.ledger.query_pages import query_items
from sealward.ledger.floods import Flood, flood_from, flood_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PARTITION: Final = "floods"


class FloodTable:
    """``sealward.ports.floods.FloodLedger`` in the ledger's table.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table = table_name
        self._client = client

    def flood(self, repository: str) -> Flood | None:
        """Return the note of ``repository``, or None.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        return item_at(
            self._client,
            self._table,
            (_PARTITION, repository),
            f"the flood of {repository}",
            flood_from,
        )

    def floods(self) -> Sequence[Flood]:
        """Return all notes.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        items = query_items(
            self._client,
            "the repositories over their share",
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": _PARTITION}},
            ConsistentRead=True,
        )
        return [read_item(item, "a flood", flood_from) for item in items]

    def keep_flood(self, flood: Flood) -> None:
        """Write ``flood`` in place of what was noted of its repository.

        Raises:
            Unavailable, Denied: as named.
        """
        item = {"pk": _PARTITION, "sk": flood.repository, **flood_item(flood)}
        put_item(self._client, self._table, item, f"the flood of {flood.repository}")
