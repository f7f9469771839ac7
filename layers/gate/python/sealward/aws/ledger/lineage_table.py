"""The ledger's lineage in the table: which index lists which image.

Items: ``pk = <repository>@<child>`` with ``sk = parent#<index digest>`` and, where the
index was trusted, ``parent#+<index digest>``, which sorts first;
``pk = <repository>@<index>`` with ``sk = children``; ``pk = repo#<repository>`` with
``sk = listing``.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import attribute_values
from sealward.aws.ledger.items import item_at, put_item
from sealward.aws.ledger.query_pages import query_items
from sealward.ledger import from_text, to_text
from sealward.ports.failures import Unavailable
from sealward.ports.lineage import CHILDREN_LIMIT, ListingNote
from sealward.subjects import SubjectKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_PARENT: Final = "parent#"
_TRUSTED: Final = "+"
"""Sorts before every digest."""
_CHILDREN: Final = "children"
_LISTING: Final = "listing"
_BATCH: Final = 25
"""Items of one BatchWriteItem."""
_TRIES: Final = 5
"""Calls for one batch: DynamoDB hands back what it had no capacity for."""
_DIGESTS_LIMIT: Final = CHILDREN_LIMIT * 80
"""Bytes of a children item, unpacked."""


class LineageTable:
    """The memory of indexes and their children, in the ledger's table.

    Args:
        table_name: the table's name.
        client: a botocore client of ``dynamodb``.
    """

    def __init__(self, table_name: str, client: "DynamoDBClient") -> None:
        self._table = table_name
        self._client = client

    def parents(
        self, key: SubjectKey, *, limit: int, consistent: bool = True
    ) -> Sequence[str]:
        """Return the digests of up to ``limit`` indexes that list ``key``.

        Raises:
            Unavailable, Denied: as named in ``sealward.ports.failures``.
        """
        found: dict[str, None] = {}
        for item in query_items(
            self._client,
            f"the indexes that list {key}",
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": str(key)},
                ":prefix": {"S": _PARENT},
            },
            ProjectionExpression="sk",
            ConsistentRead=consistent,
            # One trusted index has two items.
            Limit=2 * limit,
        ):
            sort_key = item["sk"]["S"].removeprefix(_PARENT)
            found[sort_key.removeprefix(_TRUSTED)] = None
            if len(found) == limit:
                break
        return tuple(found)

    def children(self, index: SubjectKey) -> Sequence[str]:
        """Return the digests remembered as listed by ``index``, in its order.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        keys = (str(index), _CHILDREN)
        what = f"the children of {index}"
        return item_at(self._client, self._table, keys, what, _digests) or ()

    def record_children(
        self, index: SubjectKey, children: Sequence[str], *, trusted: bool
    ) -> None:
        """Remember that ``index`` lists ``children``: at most ``CHILDREN_LIMIT``.

        Raises:
            Unavailable, Denied: as named.
        """
        kept = tuple(dict.fromkeys(children))[:CHILDREN_LIMIT]
        items = list(_items(index, kept, trusted=trusted))
        for start in range(0, len(items), _BATCH):
            self._put_all(index, items[start : start + _BATCH])

    def listing_note(self, repository: str) -> ListingNote | None:
        """Return when ``repository`` was last listed, or None.

        Raises:
            Unavailable: as named, or what is stored cannot be read.
            Denied: as named.
        """
        keys = (f"repo#{repository}", _LISTING)
        what = f"the listing of {repository}"
        return item_at(self._client, self._table, keys, what, _note)

    def note_listing(self, repository: str, note: ListingNote) -> None:
        """Remember that ``repository`` was listed; the last one counts.

        Raises:
            Unavailable, Denied: as named.
        """
        item = {
            "pk": f"repo#{repository}",
            "sk": _LISTING,
            "since": to_text(note.since),
            "at": to_text(note.at),
            "pages": note.pages,
        }
        put_item(self._client, self._table, item, f"the listing of {repository}")

    def _put_all(self, index: SubjectKey, items: Sequence[dict[str, Any]]) -> None:
        left: Any = {
            self._table: [
                {"PutRequest": {"Item": attribute_values(item)}} for item in items
            ]
        }
        for _ in range(_TRIES):
            with translated(f"BatchWriteItem of the children of {index}"):
                answer = self._client.batch_write_item(RequestItems=left)
            left = answer.get("UnprocessedItems")
            if not left:
                return
        raise Unavailable(f"ledger: the children of {index} were not all written")


def _items(
    index: SubjectKey, children: Sequence[str], *, trusted: bool
) -> Iterator[dict[str, Any]]:
    yield {
        "pk": str(index),
        "sk": _CHILDREN,
        "digests": zlib.compress(" ".join(children).encode()),
    }
    mark = _TRUSTED if trusted else ""
    for digest in children:
        child = SubjectKey(repository=index.repository, digest=digest)
        yield {"pk": str(child), "sk": f"{_PARENT}{mark}{index.digest}"}


def _digests(item: Mapping[str, Any]) -> tuple[str, ...]:
    packed = zlib.decompressobj()
    try:
        text = packed.decompress(item["digests"], _DIGESTS_LIMIT).decode()
    except zlib.error as error:
        raise ValueError(str(error)) from error
    return tuple(text.split())


def _note(item: Mapping[str, Any]) -> ListingNote:
    return ListingNote(
        since=from_text(item["since"]),
        at=from_text(item["at"]),
        pages=int(item["pages"]),
    )
