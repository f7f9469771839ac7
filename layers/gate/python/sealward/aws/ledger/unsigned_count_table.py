"""The count of digests that ended unsigned or gone: one item for each repository.

Item: ``pk = repo#<repository>``, ``sk = unsigned``. Each write is conditional on the
version that was read, so that no two looks count as one.
"""

from typing import TYPE_CHECKING, Final

from sealward.aws.ledger.conditions import at_version
from sealward.aws.ledger.items import item_at, put_item
from sealward.ledger.unsigned_count import UnsignedCount, count_from, count_item

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
        count = item_at(
            self._client,
            self._table,
            (f"repo#{repository}", _UNSIGNED),
            f"the unsigned count of {repository}",
            count_from,
            consistent=False,
        )
        return count or UnsignedCount()

    def keep_unsigned_count(
        self, repository: str, count: UnsignedCount, *, expected: int
    ) -> None:
        """Write ``count`` if the stored version is ``expected``, 0 for none.

        Raises:
            Conflict: it is not.
            Unavailable, Denied: as named.
        """
        item = {"pk": f"repo#{repository}", "sk": _UNSIGNED, **count_item(count)}
        what = f"the unsigned count of {repository}"
        put_item(self._client, self._table, item, what, **at_version(expected))
