"""Query, page by page: what is read from the table in one order, however much it is."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sealward.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def query_pages(
    client: "DynamoDBClient",
    what: str,
    **query: Any,  # noqa: ANN401 - Query's own
) -> Iterator[Mapping[str, Any]]:
    """Yield the answers of one Query; the next page is asked for when it is wanted.

    Args:
        client: a botocore client of ``dynamodb``.
        what: is read, for the error's text.
        query: the parameters of Query, ``TableName`` among them.

    Raises:
        PortError: one of ``sealward.ports.failures``.
    """
    start: dict[str, Any] = {}
    while True:
        with translated(f"Query of {what}"):
            answer = client.query(**query, **start)
        yield answer
        following = answer.get("LastEvaluatedKey")
        if not following:
            return
        start = {"ExclusiveStartKey": following}


def query_items(
    client: "DynamoDBClient",
    what: str,
    **query: Any,  # noqa: ANN401 - Query's own
) -> Iterator[dict[str, Any]]:
    """Yield the items of one Query, as ``query_pages`` gives them.

    Raises:
        PortError: one of ``sealward.ports.failures``.
    """
    for answer in query_pages(client, what, **query):
        yield from answer["Items"]
