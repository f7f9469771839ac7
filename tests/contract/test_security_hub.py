"""One suite for every Security Hub: in process, and the adapter over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from sealward.ports.security_hub import Delivered, NotDelivered
from simulator.clock import START
from simulator.errors import ServiceError, access_denied, internal_error, throttled
from simulator.faults import Fault
from tests.contract.faces import ACCOUNT, FACES, Face, face


@pytest.fixture(params=FACES)
def aws(request: pytest.FixtureRequest) -> Iterator[Face]:
    with face(request.param) as found:
        found.aws.hub(found.place).enabled_at = START
        yield found


def finding(aws: Face, **changes: Any) -> dict[str, Any]:
    product = aws.place.arn("securityhub", f"product/{ACCOUNT}/default")
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "prod/app@sha256:aa/signature",
        "ProductArn": product,
        "GeneratorId": "sealward/unsigned",
        "AwsAccountId": ACCOUNT,
        "CreatedAt": "2026-11-21T20:00:00.000Z",
        "UpdatedAt": "2026-11-21T20:00:00.000Z",
        "Title": "An image has no trusted signature",
        "Description": "prod/app@sha256:aa: no signature.\nSign it, or ask its owner.",
        "FindingProviderFields": {
            "Severity": {"Label": "HIGH"},
            "Types": ["Software and Configuration Checks/Image Signature"],
        },
        "Compliance": {"Status": "FAILED"},
        "Resources": [{"Type": "AwsEcrContainerImage", "Id": "prod/app@sha256:aa"}],
        "RecordState": "ACTIVE",
    } | changes


def stored(aws: Face) -> list[dict[str, Any]]:
    return list(aws.aws.hub(aws.place).findings.values())


def test_a_finding_is_delivered(aws: Face) -> None:
    assert aws.security_hub.publish(finding(aws)) == Delivered()
    (found,) = stored(aws)
    assert found["Title"] == "An image has no trusted signature"
    assert found["Severity"]["Label"] == "HIGH"


def test_a_newer_one_replaces_it(aws: Face) -> None:
    aws.security_hub.publish(finding(aws))
    newer = finding(aws, UpdatedAt="2026-11-21T20:00:00.001Z", RecordState="ARCHIVED")
    assert aws.security_hub.publish(newer) == Delivered()
    (found,) = stored(aws)
    assert found["RecordState"] == "ARCHIVED"


def test_one_no_newer_is_ignored_without_a_word(aws: Face) -> None:
    aws.security_hub.publish(finding(aws))
    same_time = finding(aws, RecordState="ARCHIVED")
    assert aws.security_hub.publish(same_time) == Delivered()
    (found,) = stored(aws)
    assert found["RecordState"] == "ACTIVE"


@pytest.mark.parametrize(
    "changes",
    [
        {"Title": "x" * 257},
        {"UpdatedAt": "yesterday"},
        {"Resources": []},
        {"ProductArn": "arn:aws:securityhub:us-east-1:999999999999:product/x/y"},
        {"FindingProviderFields": {"Types": ["Nonsense/x"]}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_invalid_one_is_refused_for_good(aws: Face, changes: dict[str, Any]) -> None:
    outcome = aws.security_hub.publish(finding(aws, **changes))
    assert isinstance(outcome, NotDelivered)
    assert not outcome.retry
    assert "InvalidInput" in outcome.reason
    assert stored(aws) == []


@pytest.mark.parametrize("name", ["Id", "Title", "Resources", "UpdatedAt"])
def test_one_that_lacks_a_required_field_is_refused(aws: Face, name: str) -> None:
    lacking = finding(aws)
    del lacking[name]
    outcome = aws.security_hub.publish(lacking)
    assert isinstance(outcome, NotDelivered)
    assert not outcome.retry
    assert name in outcome.reason


def test_one_of_another_account_is_refused(aws: Face) -> None:
    outcome = aws.security_hub.publish(finding(aws, AwsAccountId="999999999999"))
    assert isinstance(outcome, NotDelivered)
    assert "InvalidAccess" in outcome.reason


def test_a_hub_that_is_off_may_be_turned_on(aws: Face) -> None:
    aws.aws.hub(aws.place).enabled_at = None
    outcome = aws.security_hub.publish(finding(aws))
    assert isinstance(outcome, NotDelivered)
    assert outcome.retry
    assert "not subscribed" in outcome.reason


@pytest.mark.parametrize(
    "error",
    [throttled(), internal_error(), access_denied("securityhub:X", "a role")],
    ids=["throttled", "internal error", "denied"],
)
def test_nothing_is_raised(aws: Face, error: ServiceError) -> None:
    aws.aws.faults.add(Fault(service="securityhub", error=error))
    outcome = aws.security_hub.publish(finding(aws))
    assert isinstance(outcome, NotDelivered)
    assert outcome.retry
    assert error.code in outcome.reason
