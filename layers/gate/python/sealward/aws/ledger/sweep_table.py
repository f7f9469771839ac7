"""The ledger's table as a sweep reads it: many records at once, and by its indexes.

Its own item: ``pk = sweep#progress``, ``sk = current``, with a version.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import plain_values
from sealward.aws.ledger.conditions import at_version
from sealward.aws.ledger.items import item_at, put_item
from sealward.aws.ledger.query_pages import LAST, query_subjects
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
        low, high = after, LAST
        if repository:
            low, high = max(after, f"{repository}@"), f"{repository}@{LAST}"
        return self._keys("statement", statement, low, high, limit)

    def signed_by(
        self, identity: str, *, after: str = "", limit: int
    ) -> Sequence[SubjectKey]:
        """Return up to ``limit`` subjects that ``identity`` made trusted, sorted.

        Raises:
            Unavailable, Denied: as named.
        """
        return self._keys("signer", signer_key(identity), after, LAST, limit)

    def progress(self) -> Progress | None:
        """Return how far the sweep is, or None before the first.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        return item_at(
            self._client,
            self._table,
            (PARTITION, _CURRENT),
            PARTITION,
            lambda item: progress_from(unpack(item["progress"])),
        )

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
        before = at_version(progress.version - 1)
        put_item(self._client, self._table, item, PARTITION, **before)

    def _keys(
        self, index: str, value: str, low: str, high: str, limit: int
    ) -> list[SubjectKey]:
        """Return subjects of an index whose key, as text, is over ``low``."""
        found = query_subjects(
            self._client,
            self._table,
            index,
            value,
            after=low,
            until=high,
            # One more: the key that was the last one comes again.
            page=limit + 1,
        )
        return list(islice(found, limit))


def _record(item: Mapping[str, Any]) -> Record | None:
    """Return a record, or None: what cannot be read is for a look to say."""
    try:
        return from_item(plain_values(item))
    except (TypeError, ValueError, UnreadableRecord):
        return None
