"""How much evidence a repository had today, in the ledger's table.

One item a repository, ``pk = evidence#<repository>``, ``sk = quota``: the day and the
bytes. It bounds what a flood of pushes costs, so that two that count at once may count
as one.
"""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.ledger.items import item_at, put_item

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
        spent = item_at(
            self._client,
            self._table,
            (_pk(repository), _SK),
            f"the evidence of {repository}",
            lambda item: _spent(item, day),
            consistent=False,
        )
        return spent or 0

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
        put_item(self._client, self._table, item, f"the evidence of {repository}")


def _spent(item: Mapping[str, Any], day: date) -> int:
    try:
        return int(item["spent"]) if item.get("day") == day.isoformat() else 0
    except (KeyError, TypeError, ValueError):
        return 0


def _pk(repository: str) -> str:
    return f"evidence#{repository}"
