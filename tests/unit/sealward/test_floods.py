"""A repository over its share: one finding, resolved when it is over."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from unittest.mock import create_autospec

import pytest

from sealward.aws.intake import Intake
from sealward.aws.telemetry import Telemetry
from sealward.findings import Place
from sealward.look.telling.floods import Floods
from sealward.ports.failures import Unavailable
from sealward.subjects.turns import SHARE, Shares
from simulator.in_process.floods import InProcessFloods
from tests.unit.sealward.stand import ACCOUNT, REGION, Stand

HOUR = timedelta(hours=1)
PLACE = Place(partition="aws", account=ACCOUNT, region=REGION)


class Flooded:
    """Floods over a stand's hub."""

    def __init__(self, *, hub_on: bool = True) -> None:
        self.stand = Stand(hub_on=hub_on)
        self.notes = InProcessFloods()
        self.floods = Floods(
            ledger=self.notes,
            hub=self.stand.gate.security_hub,
            place=PLACE,
            now=self.stand.clock,
        )

    def states(self) -> list[tuple[str, str]]:
        """Return severity and record state of each finding."""
        return [
            (each["Severity"]["Label"], each["RecordState"])
            for each in self.stand.findings
        ]


def test_it_is_told_once_and_resolved_an_hour_after_the_last() -> None:
    made = Flooded()
    for _ in range(20):
        made.floods.over("prod/app")
        made.stand.clock.advance(timedelta(minutes=1))
    assert made.states() == [("MEDIUM", "ACTIVE")]
    assert made.floods.tidy() == 0
    made.stand.clock.advance(HOUR)
    assert made.floods.tidy() == 1
    assert made.states() == [("INFORMATIONAL", "ARCHIVED")]
    assert made.floods.tidy() == 0


def test_another_flood_opens_the_same_finding_again() -> None:
    made = Flooded()
    made.floods.over("prod/app")
    made.stand.clock.advance(HOUR)
    made.floods.tidy()
    made.floods.over("prod/app")
    assert made.states() == [("MEDIUM", "ACTIVE")]


def test_each_repository_has_its_own() -> None:
    made = Flooded()
    made.floods.over("prod/app")
    made.floods.over("dev/x")
    assert len(made.states()) == 2


def test_what_security_hub_did_not_take_is_sent_again() -> None:
    made = Flooded(hub_on=False)
    made.floods.over("prod/app")
    assert not made.states()
    made.stand.enable_hub()
    assert made.floods.tidy() == 0
    assert made.states() == [("MEDIUM", "ACTIVE")]


def message(number: int) -> Mapping[str, Any]:
    detail = {
        "repository-name": "prod/app",
        "image-digest": f"sha256:{number:064x}",
        "action-type": "PUSH",
        "result": "SUCCESS",
    }
    event = {
        "source": "aws.ecr",
        "detail-type": "ECR Image Action",
        "account": ACCOUNT,
        "region": REGION,
        "detail": detail,
    }
    return {"messageId": str(number), "body": json.dumps(event)}


@pytest.mark.parametrize("fails", [False, True])
def test_the_intake_tells_when_a_repository_goes_over_and_waits_for_nothing(
    *, fails: bool
) -> None:
    stand, told = Stand(), []

    def flooded(repository: str) -> None:
        told.append(repository)
        if fails:
            raise Unavailable("the ledger")

    intake = Intake(
        account=ACCOUNT,
        region=REGION,
        queue=stand.queue,
        look=stand.gate.look,
        telemetry=create_autospec(Telemetry, instance=True),
        shares=Shares(stand.clock),
        flooded=flooded,
    )
    for number in range(2 * SHARE):
        answer = intake.take({"Records": [message(number)]}, lambda: 100_000)
        assert answer == {"batchItemFailures": []}
    assert told == ["prod/app"]
