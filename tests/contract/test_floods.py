"""Contract: notes of repositories over their share, in memory and in the table."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sealward.aws.ledger.flood_table import FloodTable
from sealward.ledger.floods import Flood
from sealward.ledger.records import FindingState, FindingStatus
from sealward.ports.floods import FloodLedger
from simulator.in_process.floods import InProcessFloods
from tests.ledger_on_moto import ledger_on_moto

NOW = datetime(2027, 1, 15, 3, tzinfo=UTC)
FLOOD = Flood(
    repository="prod/api",
    since=NOW,
    at=NOW + timedelta(minutes=10),
    finding=FindingState(
        id="flood",
        status=FindingStatus.OPEN,
        content="0" * 64,
        created_at=NOW,
        updated_at=NOW,
        delivered=True,
    ),
)


@pytest.fixture(params=["memory", "table"])
def floods(request: pytest.FixtureRequest) -> Iterator[FloodLedger]:
    if request.param == "memory":
        yield InProcessFloods()
        return
    with ledger_on_moto() as client:
        yield FloodTable("ledger", client)


def test_a_flood_is_kept_as_it_is(floods: FloodLedger) -> None:
    assert floods.flood("prod/api") is None
    floods.keep_flood(FLOOD)
    assert floods.flood("prod/api") == FLOOD
    later = replace(FLOOD, at=NOW + timedelta(hours=1), finding=None)
    floods.keep_flood(later)
    assert floods.flood("prod/api") == later


def test_all_are_listed_by_name(floods: FloodLedger) -> None:
    assert not floods.floods()
    for name in ("prod/web", "dev/x", "prod/api"):
        floods.keep_flood(replace(FLOOD, repository=name))
    listed = [each.repository for each in floods.floods()]
    assert listed == ["dev/x", "prod/api", "prod/web"]
