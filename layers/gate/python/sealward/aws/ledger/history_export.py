"""The ledger's history as an export reads it: the whole table, a page at a time.

History is found by no index: nothing is paid for one all year, and an export is made
once a month. A page is read with the consistency that costs half.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import plain_values
from sealward.aws.ledger.history_table import CURRENT
from sealward.aws.ledger.reports import unpack
from sealward.ports.failures import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class HistoryExport:
    """Reads every verdict and every action of a month.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``; where it checks the seal, items
            that Sealward did not write are left out.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table = table_name
        self._client = client
        self.units = 0.0
        """Read units used so far."""

    def of_month(self, month: str) -> Iterator[dict[str, Any]]:
        """Yield the entries of ``month`` (``2026-11``), in no order.

        An entry on its way out of its record comes twice, and is the same both times.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        for item in self._items():
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            for entry in _entries(item, pk, sk):
                at = str(entry.get("at") or entry.get("decided_at") or "")
                if at.startswith(f"{month}-"):
                    yield _told(pk, at, entry)

    def _items(self) -> Iterator[Mapping[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            with translated("Scan of the ledger"):
                answer = self._client.scan(
                    TableName=self._table, ReturnConsumedCapacity="TOTAL", **start
                )
            capacity = answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0)
            self.units += float(capacity)
            yield from answer["Items"]
            if not answer.get("LastEvaluatedKey"):
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _entries(item: Mapping[str, Any], pk: str, sk: str) -> Iterator[dict[str, Any]]:
    try:
        if sk == CURRENT and "entries" in item and "@" in pk:
            yield from unpack(item["entries"]["B"])["entries"]
        elif sk.startswith(("h#", "intent#")):
            entry = plain_values(item)
            if isinstance(entry.get("report"), bytes):
                entry["report"] = unpack(entry["report"])
            yield entry
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(f"history of {pk}: {sk}: {error!r}") from error


def _told(pk: str, at: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    repository, _, digest = pk.rpartition("@")
    told: dict[str, Any] = {"repository": repository, "digest": digest, "at": at}
    if "report" in entry:
        return {
            **told,
            "version": entry["version"],
            "verdict": entry["verdict"],
            "report": entry["report"],
        }
    return {**told, "action": entry["action"], "reason": entry["reason"]}
