"""The ledger's table as a sweep reads it: many records at once, and by its indexes.

Its own item: ``pk = sweep#progress``, ``sk = current``, with a version.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import attribute_values, plain_values
from sealward.aws.ledger.conditions import at_version
from sealward.aws.ledger.query_pages import query_items
from sealward.aws.ledger.reports import pack, unpack
from sealward.ledger import Record, UnreadableRecord, from_item
from sealward.ledger.indexes import signer_key
from sealward.ports.failures import Unavailable
from sealward.subjects import SubjectKey
from sealward.sweep.progress import Progress, progress_from, progress_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PARTITION: Final = "sweep#progress"
_CURRENT: Final = "current"
_BATCH: Final = 100
"""Items of one BatchGetItem."""
_TRIES: Final = 5
"""Calls for one batch: DynamoDB hands back what it had no capacity for."""


class SweepTable:
    """``sealward.sweep.ports.SweepLedger`` in the ledger's table.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table = table_name
        self._client = client

    def records(self, keys: Sequence[SubjectKey]) -> Mapping[SubjectKey, Record]:
        """Return the records of those of ``keys`` that have a readable one.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        found: dict[SubjectKey, Record] = {}
        wanted = list(dict.fromkeys(keys))
        for start in range(0, len(wanted), _BATCH):
            left: Any = {
                self._table: {
                    "Keys": [
                        {"pk": {"S": str(key)}, "sk": {"S": _CURRENT}}
                        for key in wanted[start : start + _BATCH]
                    ]
                }
            }
            for _ in range(_TRIES):
                with translated("BatchGetItem of the sweep"):
                    answer = self._client.batch_get_item(RequestItems=left)
                for item in answer["Responses"].get(self._table, []):
                    record = _record(item)
                    if record is not None:
                        found[record.key] = record
                left = answer.get("UnprocessedKeys")
                if not left:
                    break
            else:
                raise Unavailable("ledger: BatchGetItem of the sweep: no capacity")
        return found

    def under_statement(
        self, statement: str, *, repository: str = "", after: str = "", limit: int
    ) -> Sequence[SubjectKey]:
        """Return up to ``limit`` subjects judged by ``statement``, sorted as text.

        Raises:
            Unavailable, Denied: as named.
        """
        # A digest's first letter sorts after the @ that ends a repository's name.
        low, high = (after or " ", "~")
        if repository:
            low, high = max(after, f"{repository}@"), f"{repository}@~"
        return self._keys("statement", statement, low, high, limit)

    def signed_by(
        self, identity: str, *, after: str = "", limit: int
    ) -> Sequence[SubjectKey]:
        """Return up to ``limit`` subjects that ``identity`` made trusted, sorted.

        Raises:
            Unavailable, Denied: as named.
        """
        return self._keys("signer", signer_key(identity), after or " ", "~", limit)

    def progress(self) -> Progress | None:
        """Return how far the sweep is, or None before the first.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        item = self._item(PARTITION, _CURRENT)
        if item is None:
            return None
        try:
            return progress_from(unpack(item["progress"]))
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"ledger: {PARTITION}: {error}") from error

    def keep_progress(self, progress: Progress) -> None:
        """Store ``progress`` in place of the version before its own.

        Raises:
            Conflict: another step stored its own in between.
            Unavailable, Denied: as named.
        """
        item = {
            "pk": PARTITION,
            "sk": _CURRENT,
            "version": progress.version,
            "progress": pack(progress_item(progress)),
        }
        with translated("PutItem of the sweep's progress"):
            self._client.put_item(
                TableName=self._table,
                Item=attribute_values(item),
                **at_version(progress.version - 1),
            )

    def _keys(
        self, index: str, value: str, low: str, high: str, limit: int
    ) -> list[SubjectKey]:
        """Return subjects of an index whose key, as text, is over ``low``."""
        items = query_items(
            self._client,
            f"the index {index}",
            TableName=self._table,
            IndexName=index,
            KeyConditionExpression=f"by_{index} = :value AND pk BETWEEN :low AND :high",
            ExpressionAttributeValues={
                ":value": {"S": value},
                ":low": {"S": low},
                ":high": {"S": high},
            },
            # One more: BETWEEN includes the key that was the last one.
            Limit=limit + 1,
        )
        over = (item["pk"]["S"] for item in items if item["pk"]["S"] > low)
        return [_key(pk) for pk in islice(over, limit)]

    def _item(self, pk: str, sk: str) -> dict[str, Any] | None:
        with translated(f"GetItem {pk} {sk}"):
            answer = self._client.get_item(
                TableName=self._table,
                Key={"pk": {"S": pk}, "sk": {"S": sk}},
                ConsistentRead=True,
            )
        try:
            return plain_values(answer.get("Item", {})) or None
        except (TypeError, ValueError) as error:
            raise Unavailable(f"ledger: {pk} {sk}: {error}") from error


def _record(item: Mapping[str, Any]) -> Record | None:
    """Return a record, or None: what cannot be read is for a look to say."""
    try:
        return from_item(plain_values(item))
    except (TypeError, ValueError, UnreadableRecord):
        return None


def _key(text: str) -> SubjectKey:
    repository, _, digest = text.rpartition("@")
    return SubjectKey(repository=repository, digest=digest)
