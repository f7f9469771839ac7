"""Sealed items: every item of the ledger carries a MAC; one without counts as absent.

Stands between the tables and DynamoDB's client, so that no table can forget it. The MAC
is HMAC-SHA256, cut to 128 bits, over the whole item: key, version and content. What an
index or a projection answers is keys without content; those lead to looks and prove
nothing, so they are not sealed.
"""

import base64
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from sealward.aws.ledger.conditions import ABSENT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAC: Final = "mac"
OTHERS: Final = ("sweep#",)
"""Partitions that others than the gate write: the place of the sweep."""
_LENGTH: Final = 16
_REMEMBERED: Final = 256
"""Forged items that may be written over: of looks that are under way."""

Item = Mapping[str, Any]
"""An item in DynamoDB's attribute values."""


def sealed(
    client: "DynamoDBClient",
    key: Callable[[], bytes],
    forged: Callable[[str, str], None],
) -> "DynamoDBClient":
    """Return ``SealedItems`` as the client that the ledger's tables take."""
    return cast("DynamoDBClient", SealedItems(client, key, forged))


class SealedItems:
    """DynamoDB's client, as far as the ledger's tables use it.

    Args:
        client: a botocore client of ``dynamodb``.
        key: returns the key; raises port errors where it cannot be had.
        forged: told of the keys of each item whose MAC is missing or wrong.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        key: Callable[[], bytes],
        forged: Callable[[str, str], None],
    ) -> None:
        self._client = client
        self._key = key
        self._forged = forged
        self._lock = threading.Lock()
        self._overwritable: OrderedDict[tuple[str, str], Any] = OrderedDict()

    # Requests and answers are those of botocore's client, names and all.
    # ruff: noqa: ANN401, N803

    def get_item(self, **request: Any) -> dict[str, Any]:
        """Return the answer, without the item where it is forged."""
        answer: dict[str, Any] = dict(self._client.get_item(**request))
        if "Item" in answer and not self._holds(answer["Item"]):
            del answer["Item"]
        return answer

    def query(self, **request: Any) -> dict[str, Any]:
        """Return the answer, without forged items."""
        answer: dict[str, Any] = dict(self._client.query(**request))
        if "IndexName" not in request and "ProjectionExpression" not in request:
            answer["Items"] = [item for item in answer["Items"] if self._holds(item)]
        return answer

    def scan(self, **request: Any) -> dict[str, Any]:
        """Return the answer, without forged items."""
        answer: dict[str, Any] = dict(self._client.scan(**request))
        answer["Items"] = [item for item in answer["Items"] if self._holds(item)]
        return answer

    def put_item(self, **request: Any) -> dict[str, Any]:
        """Put the item, sealed; one that was found forged is written over."""
        return dict(self._client.put_item(**self._put(request)))

    def transact_write_items(
        self, *, TransactItems: Sequence[Mapping[str, Any]], **request: Any
    ) -> dict[str, Any]:
        """Put all items, sealed."""
        sealed: Any = [{"Put": self._put(each["Put"])} for each in TransactItems]
        return dict(self._client.transact_write_items(TransactItems=sealed, **request))

    def batch_write_item(
        self, *, RequestItems: Mapping[str, Sequence[Any]], **request: Any
    ) -> dict[str, Any]:
        """Put all items, sealed."""
        sealed: Any = {
            table: [
                {"PutRequest": {"Item": self._sealed(each["PutRequest"]["Item"])}}
                for each in requests
            ]
            for table, requests in RequestItems.items()
        }
        return dict(self._client.batch_write_item(RequestItems=sealed, **request))

    def _put(self, request: Mapping[str, Any]) -> Any:
        put = {**request, "Item": self._sealed(request["Item"])}
        with self._lock:
            names = _names(request["Item"])
            if request.get("ConditionExpression") != ABSENT or (
                names not in self._overwritable
            ):
                return put
            stored = self._overwritable[names]
        # Absent to the gate, but there: written over unless it has changed since.
        if stored is None:
            other = f"attribute_not_exists({MAC})"
        else:
            other = f"{MAC} = :forged"
            put["ExpressionAttributeValues"] = {":forged": stored}
        put["ConditionExpression"] = f"{ABSENT} OR {other}"
        return put

    def _sealed(self, item: Item) -> dict[str, Any]:
        content = {name: value for name, value in item.items() if name != MAC}
        if _is_of_others(content):
            return content
        return {**content, MAC: {"B": self._mac(content)}}

    def _holds(self, item: Item) -> bool:
        if _is_of_others(item):
            return True
        content = {name: value for name, value in item.items() if name != MAC}
        stored = item.get(MAC, {}).get("B")
        if isinstance(stored, bytes) and _equal(stored, self._mac(content)):
            return True
        names = _names(item)
        with self._lock:
            self._overwritable[names] = item.get(MAC)
            while len(self._overwritable) > _REMEMBERED:
                self._overwritable.popitem(last=False)
        self._forged(*names)
        return False

    def _mac(self, content: Item) -> bytes:
        # Only here: a start that reads no ledger needs none of it.
        from cryptography.hazmat.primitives import hashes, hmac  # noqa: PLC0415

        mac = hmac.HMAC(self._key(), hashes.SHA256())
        mac.update(_canonical(content))
        return mac.finalize()[:_LENGTH]


def _equal(stored: bytes, expected: bytes) -> bool:
    from cryptography.hazmat.primitives import constant_time  # noqa: PLC0415

    return constant_time.bytes_eq(stored, expected)


def _canonical(content: Item) -> bytes:
    """Return one byte string for one content, whatever order DynamoDB answers in."""
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), default=_as_text
    ).encode()


def _as_text(value: object) -> str:
    if not isinstance(value, bytes):
        raise TypeError(f"no attribute value: {type(value).__name__}")
    return base64.b64encode(value).decode("ascii")


def _names(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _is_of_others(item: Item) -> bool:
    return bool(item["pk"]["S"].startswith(OTHERS))
