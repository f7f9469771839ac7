"""The wire: what a fault of each kind does to a call, and to what it asks for."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from simulator.clock import ManualClock
from tests.faults.faults import Fault, Kind
from tests.faults.services import Services
from tests.faults.wire import Died, Wire
from tests.functions.event_files import REGION
from tests.functions.moto_aws import moto_aws
from tests.ledger_on_moto import create_ledger_table

_KEY = {"pk": {"S": "image"}, "sk": {"S": "current"}}


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    with moto_aws():
        create_ledger_table(botocore.session.Session().create_client("dynamodb"))
        yield Wire(Services(ManualClock()))


def clients(wire: Wire, service: str) -> Any:
    session = botocore.session.Session()
    wire.attach(session)
    return session.create_client(service)


def there(table: Any) -> bool:
    return "Item" in table.get_item(TableName="ledger", Key=_KEY)


def put(wire: Wire, kind: Kind) -> tuple[type[BaseException] | None, bool]:
    """Put an item while that befalls it; return what it raised, and if it is there."""
    table = clients(wire, "dynamodb")
    wire.begin()
    wire.fault = Fault(operation="dynamodb:PutItem", number=1, kind=kind)
    raised = None
    try:
        table.put_item(TableName="ledger", Item=_KEY)
    except BaseException as error:  # noqa: BLE001 - a death is one
        raised = type(error)
    assert wire.struck > 0
    wire.dead = False
    wire.heal()
    return raised, there(table)


@pytest.mark.parametrize("kind", [Kind.THROTTLED, Kind.SERVER_ERROR, Kind.DENIED])
def test_what_is_declined_is_not_done(wire: Wire, kind: Kind) -> None:
    raised, done = put(wire, kind)
    assert raised is not None
    assert issubclass(raised, ClientError)
    assert not done


@pytest.mark.parametrize(
    ("kind", "raised", "done"),
    [
        (Kind.LOST_BEFORE, ReadTimeoutError, False),
        (Kind.LOST_AFTER, ReadTimeoutError, True),
        (Kind.LOST_ONCE, None, True),
        (Kind.DIES_BEFORE, Died, False),
        (Kind.DIES_AFTER, Died, True),
    ],
)
def test_an_answer_is_lost_before_the_effect_or_after_it(
    wire: Wire, kind: Kind, raised: type[BaseException] | None, *, done: bool
) -> None:
    assert put(wire, kind) == (raised, done)


def test_the_dead_call_nobody(wire: Wire) -> None:
    table = clients(wire, "dynamodb")
    wire.begin()
    wire.fault = Fault(operation="dynamodb:GetItem", number=1, kind=Kind.DIES_BEFORE)
    with pytest.raises(Died):
        there(table)
    with pytest.raises(Died):
        clients(wire, "s3").get_object(Bucket="policy", Key="bundle.json")


def test_another_call_of_the_operation_is_answered(wire: Wire) -> None:
    table = clients(wire, "dynamodb")
    wire.begin()
    wire.fault = Fault(operation="dynamodb:PutItem", number=2, kind=Kind.DENIED)
    table.put_item(TableName="ledger", Item=_KEY)
    assert wire.calls == [("dynamodb:PutItem", 1)]
    with pytest.raises(ClientError, match="AccessDenied"):
        table.put_item(TableName="ledger", Item=_KEY)


def test_parts_of_a_batch_fail_and_are_not_done(wire: Wire) -> None:
    bus = clients(wire, "events")
    wire.begin()
    wire.fault = Fault(operation="events:PutEvents", number=None, kind=Kind.PARTIAL)
    entry = {"Source": "sealward", "DetailType": "x", "Detail": "{}"}
    assert bus.put_events(Entries=[entry])["FailedEntryCount"] == 1
    wire.heal()
    assert bus.put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_what_is_declined_without_a_fault_is_declined_in_the_services_words(
    wire: Wire,
) -> None:
    table = clients(wire, "dynamodb")
    new = {"TableName": "ledger", "Item": _KEY}
    condition = "attribute_not_exists(pk)"
    table.put_item(**new, ConditionExpression=condition)
    with pytest.raises(table.exceptions.ConditionalCheckFailedException):
        table.put_item(**new, ConditionExpression=condition)
    ecr = clients(wire, "ecr")
    with pytest.raises(ecr.exceptions.RepositoryNotFoundException):
        ecr.describe_images(repositoryName="none")
