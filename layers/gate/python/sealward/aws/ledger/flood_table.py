"""Repositories over their share, in the ledger's table: ``pk = floods``, by name."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import attribute_values, plain_values
from sealward.aws.ledger.query_pages import query_items
from sealward.ledger.floods import Flood, flood_from, flood_item
from sealward.ports.failures import Unavailable

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
        with translated(f"GetItem of the flood of {repository}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": _PARTITION}, "sk": {"S": repository}},
                ConsistentRead=True,
            )
        stored = answer.get("Item")
        return _flood(stored) if stored else None

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
        return [_flood(item) for item in items]

    def keep_flood(self, flood: Flood) -> None:
        """Write ``flood`` in place of what was noted of its repository.

        Raises:
            Unavailable, Denied: as named.
        """
        item = {"pk": _PARTITION, "sk": flood.repository, **flood_item(flood)}
        with translated(f"PutItem of the flood of {flood.repository}"):
            self._client.put_item(TableName=self._table, Item=attribute_values(item))


def _flood(stored: Mapping[str, Any]) -> Flood:
    try:
        return flood_from(plain_values(stored))
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(f"ledger: a flood: {error!r}") from error
