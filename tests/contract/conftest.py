"""Ledgers for the contract suites: the table (on moto) and the one in memory."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.ports.ledger import Ledger
from simulator.in_process.ledger import InProcessLedger
from tests.ledger_on_moto import ledger_on_moto

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture
def dynamodb() -> Iterator["DynamoDBClient"]:
    with ledger_on_moto() as client:
        yield client


@pytest.fixture(params=["table", "memory"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    if request.param == "memory":
        return InProcessLedger()
    return LedgerTable("ledger", request.getfixturevalue("dynamodb"))
