"""Items of the ledger's table: one read, one put, in plain types.

Whatever a table keeps, an item is fetched by its two keys, counts as unavailable where
it cannot be read, and is put whole; where two may write, on one of ``conditions``.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from sealward.aws.errors import translated
from sealward.aws.ledger.attribute_values import attribute_values, plain_values
from sealward.ports.failures import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_Read = TypeVar("_Read")


def item_at(
    client: "DynamoDBClient",
    table: str,
    keys: tuple[str, str],
    what: str,
    read: Callable[[Mapping[str, Any]], _Read],
    *,
    consistent: bool = True,
) -> _Read | None:
    """Return what ``read`` makes of one item; None where there is none.

    Args:
        client: a botocore client of ``dynamodb``.
        table: the table's name.
        keys: its ``pk`` and ``sk``.
        what: it is, for the errors.
        read: makes something of the item in plain types.
        consistent: whether what was written a moment ago counts; else half the price.

    Raises:
        Unavailable: as named in ``sealward.ports.failures``, or it cannot be read.
        Denied: as named.
    """
    pk, sk = keys
    with translated(f"GetItem of {what}"):
        answer = client.get_item(
            TableName=table,
            Key={"pk": {"S": pk}, "sk": {"S": sk}},
            ConsistentRead=consistent,
        )
    stored = answer.get("Item")
    return read_item(stored, what, read) if stored else None


def read_item(
    stored: Mapping[str, Any], what: str, read: Callable[[Mapping[str, Any]], _Read]
) -> _Read:
    """Return what ``read`` makes of ``stored``, an item in DynamoDB's values.

    Raises:
        Unavailable: it cannot be read.
    """
    try:
        return read(plain_values(stored))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable(f"ledger: {what}: {error!r}") from error


def put_item(
    client: "DynamoDBClient",
    table: str,
    item: Mapping[str, Any],
    what: str,
    **condition: Any,  # noqa: ANN401 - PutItem's own
) -> None:
    """Put ``item``, given in plain types with its ``pk`` and ``sk``.

    Args:
        client: a botocore client of ``dynamodb``.
        table: the table's name.
        item: all of it.
        what: it is, for the errors.
        condition: as ``conditions`` gives it; none: in place of whatever is there.

    Raises:
        Conflict: the condition does not hold.
        Unavailable, Denied: as named.
    """
    with translated(f"PutItem of {what}"):
        client.put_item(TableName=table, Item=attribute_values(item), **condition)
