"""How much evidence a repository had today, in the ledger's table.

One item a repository, ``pk = evidence#<repository>``, ``sk = quota``: the day and the
bytes. It bounds what a flood of pushes costs, so that two that count at once may count
as one.
"""

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import attribute_values, plain_values

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SK: Final = "quota"


class EvidenceQuotaTable:
    """``sealward.ports.evidence_store.EvidenceQuota`` in the ledger's table.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table = table_name
        self._client = client

    def spent(self, repository: str, day: date) -> int:
        """Return what was taken so far on ``day``; nothing where that is unreadable.

        Raises:
            Denied, Unavailable: as named in ``sealward.ports.failures``.
        """
        with translated(f"GetItem of the evidence of {repository}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": _pk(repository)}, "sk": {"S": _SK}},
            )
        item = answer.get("Item")
        try:
            said = plain_values(item) if item else {}
            return int(said["spent"]) if said.get("day") == day.isoformat() else 0
        except (KeyError, TypeError, ValueError):
            return 0

    def take(self, repository: str, day: date, size: int) -> None:
        """Add ``size`` bytes to what was taken on ``day``.

        Raises:
            Denied, Unavailable: as named.
        """
        item: dict[str, Any] = {
            "pk": _pk(repository),
            "sk": _SK,
            "day": day.isoformat(),
            "spent": self.spent(repository, day) + size,
        }
        with translated(f"PutItem of the evidence of {repository}"):
            self._client.put_item(TableName=self._table, Item=attribute_values(item))


def _pk(repository: str) -> str:
    return f"evidence#{repository}"
