"""The count of digests that ended unsigned or gone: one item for each repository.

Item: ``pk = repo#<repository>``, ``sk = unsigned``. Each write is conditional on the
version that was read, so that no two looks count as one.
"""

from typing import TYPE_CHECKING, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import attribute_values, plain_values
from sealward.aws.ledger.conditions import at_version
from sealward.ledger.unsigned_count import UnsignedCount, count_from, count_item
from sealward.ports.failures import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_UNSIGNED: Final = "unsigned"


class UnsignedCountTable:
    """The counts, in the ledger's table.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table = table_name
        self._client = client

    def unsigned_count(self, repository: str) -> UnsignedCount:
        """Return the count of ``repository``; it may be a second old.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        with translated(f"GetItem of the unsigned count of {repository}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": f"repo#{repository}"}, "sk": {"S": _UNSIGNED}},
            )
        item = answer.get("Item")
        if not item:
            return UnsignedCount()
        try:
            return count_from(plain_values(item))
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"ledger: count of {repository}: {error}") from error

    def keep_unsigned_count(
        self, repository: str, count: UnsignedCount, *, expected: int
    ) -> None:
        """Write ``count`` if the stored version is ``expected``, 0 for none.

        Raises:
            Conflict: it is not.
            Unavailable, Denied: as named.
        """
        item = {"pk": f"repo#{repository}", "sk": _UNSIGNED, **count_item(count)}
        with translated(f"PutItem of the unsigned count of {repository}"):
            self._client.put_item(
                TableName=self._table,
                Item=attribute_values(item),
                **at_version(expected),
            )
