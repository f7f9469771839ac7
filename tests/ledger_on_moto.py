"""The ledger's table on moto, as the template makes it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import botocore.session
from moto import mock_aws

from tests.template.rendering import load, render

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CREATED_WITH = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
)


@cache
def _table() -> Mapping[str, Any]:
    """Return what the template says of the table; it is read once."""
    properties = render(load())["LedgerTable"]["Properties"]
    return {name: properties[name] for name in _CREATED_WITH}


def create_ledger_table(client: Any, name: str = "ledger") -> None:
    """Make the table by ``client``."""
    client.create_table(TableName=name, **_table())


@contextmanager
def ledger_on_moto() -> Iterator["DynamoDBClient"]:
    """Yield a client of a DynamoDB that holds the table ``ledger``."""
    credentials = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with patch.dict(os.environ, credentials), mock_aws():
        client: Any = botocore.session.Session().create_client(
            "dynamodb", region_name="us-east-1"
        )
        create_ledger_table(client)
        yield client
