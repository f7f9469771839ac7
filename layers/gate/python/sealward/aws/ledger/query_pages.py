"""Query, page by page: what is read from the table in one order, however much it is."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from sealward.aws.errors import translated
from sealward.subjects import SubjectKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LAST: Final = "~"
"""Sorts after every key: repositories and digests are of smaller characters."""


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


def query_subjects(
    client: "DynamoDBClient",
    table: str,
    index: str,
    value: str,
    *,
    after: str = "",
    until: str = LAST,
    page: int,
) -> Iterator[SubjectKey]:
    """Yield the subjects of an index, sorted as text; read as far as they are taken.

    Args:
        client: a botocore client of ``dynamodb``.
        table: the table's name.
        index: its name; what it is sorted by is ``by_<name>``.
        value: of ``by_<name>``.
        after: the key, as text, to go on after.
        until: the last one that may come.
        page: keys of one Query.

    Raises:
        PortError: one of ``sealward.ports.failures``.
    """
    items = query_items(
        client,
        f"the index {index}",
        TableName=table,
        IndexName=index,
        KeyConditionExpression=f"by_{index} = :value AND pk BETWEEN :low AND :high",
        ExpressionAttributeValues={
            ":value": {"S": value},
            ":low": {"S": after or " "},
            ":high": {"S": until},
        },
        Limit=page,
    )
    for item in items:
        # BETWEEN includes the key that was the last one.
        if item["pk"]["S"] > after:
            yield SubjectKey.from_text(item["pk"]["S"])
