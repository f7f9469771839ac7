"""Looks when AWS does not answer: no verdict by accident, and none for ever."""

from datetime import timedelta

import pytest

from sealward.decisions import Unknown
from sealward.ledger import Verdict
from sealward.ports.failures import Unavailable
from simulator.errors import ServiceError
from simulator.faults import Fault
from tests.unit.sealward.stand import (
    Stand,
    bundle,
)

MINUTE = timedelta(minutes=1)
THROTTLED = ServiceError("ThrottlingException", "Rate exceeded")
DENIED = ServiceError("AccessDeniedException", "explicit deny")


@pytest.mark.parametrize(
    "operation", ["DescribeImages", "BatchGetImage", "ListImageReferrers"]
)
def test_a_throttled_call_is_inconclusive_and_retried_from_the_ledger(
    stand: Stand, operation: str
) -> None:
    image = stand.push()
    stand.attach(image)
    stand.aws.faults.add(Fault(operation=operation, error=THROTTLED, times=1))
    result = stand.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.INCONCLUSIVE,
        Unknown.REGISTRY_UNAVAILABLE,
    )
    assert result.due == stand.clock.now + timedelta(seconds=10)
    stand.pass_time(timedelta(seconds=10))
    assert stand.record(image).verdict is Verdict.TRUSTED


def test_an_envelope_that_cannot_be_read_now_is_no_evidence(at_once: Stand) -> None:
    image = at_once.push()
    at_once.attach(image)
    at_once.aws.faults.add(
        Fault(operation="GetDownloadUrlForLayer", error=THROTTLED, times=1)
    )
    result = at_once.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.INCONCLUSIVE,
        "signature-unreadable",
    )


def test_a_settled_verdict_stands_while_it_cannot_be_checked(stand: Stand) -> None:
    image = stand.push()
    stand.attach(image)
    stand.look(image)
    stand.aws.faults.add(Fault(operation="DescribeImages", error=THROTTLED))
    stand.clock.advance(MINUTE)
    assert stand.look(image).verdict is Verdict.TRUSTED
    stand.pass_time(timedelta(hours=1))
    record = stand.record(image)
    assert (record.verdict, record.hold) == (Verdict.INCONCLUSIVE, None)
    stand.aws.faults.clear()
    stand.pass_time(timedelta(hours=1))
    assert stand.record(image).verdict is Verdict.TRUSTED
    assert stand.status(image) == "ACTIVE"


def test_a_digest_remembered_unread_that_is_a_signature_is_settled_as_none(
    stand: Stand,
) -> None:
    image = stand.push()
    signature = stand.attach(image)
    fault = stand.aws.faults.add(Fault(service="ecr", error=THROTTLED))
    assert stand.look(signature).digest == signature.digest
    stand.aws.faults.remove(fault)
    stand.pass_time(timedelta(seconds=10))
    record = stand.record(signature)
    assert (record.verdict, record.reason, record.due) == (
        Verdict.EXEMPT,
        "not-an-image",
        None,
    )
    assert stand.record(image).verdict is Verdict.TRUSTED


def test_unknown_for_too_long_is_critical_and_a_never_trusted_image_is_held() -> None:
    stand = Stand(
        current=bundle(
            grace="0s", holdUnknown=True, unknownFor="1h", level={"level": "strict"}
        )
    )
    image = stand.push()
    stand.attach(image, revocable=True)
    stand.look(image)
    stand.pass_time(timedelta(minutes=59))
    assert stand.status(image) == "ACTIVE"
    assert stand.findings == []
    stand.pass_time(MINUTE)
    assert stand.status(image) == "ARCHIVED"
    assert [each["Severity"]["Label"] for each in stand.findings] == ["CRITICAL"]


def test_unknown_for_too_long_is_critical_and_not_held_where_not_asked_for() -> None:
    stand = Stand(current=bundle(grace="0s", level={"level": "strict"}))
    image = stand.push()
    stand.attach(image, revocable=True)
    stand.look(image)
    stand.pass_time(timedelta(hours=2))
    assert stand.status(image) == "ACTIVE"
    assert [each["Severity"]["Label"] for each in stand.findings] == ["CRITICAL"]


def test_a_repository_that_shuts_sealward_out_is_critical_at_once(
    at_once: Stand,
) -> None:
    image = at_once.push()
    at_once.aws.faults.add(Fault(operation="BatchGetImage", error=DENIED))
    result = at_once.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.INCONCLUSIVE,
        Unknown.ACCESS_DENIED,
    )
    assert [each["Severity"]["Label"] for each in at_once.findings] == ["CRITICAL"]


def test_a_ledger_that_does_not_answer_gives_the_message_back(stand: Stand) -> None:
    image = stand.push()
    stand.ledger.failures.append(Unavailable("throttled"))
    with pytest.raises(Unavailable):
        stand.look(image)
