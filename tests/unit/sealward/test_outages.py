"""Outages: AWS or the bundle fails for a while; what was known and held stays so."""

from datetime import timedelta

import pytest

from sealward.ledger import HoldState, Verdict
from sealward.policy.bundle import InvalidBundle, load_bundle
from sealward.ports.failures import Conflict, Unavailable
from simulator.behaviours import Behaviours
from simulator.errors import ServiceError
from simulator.faults import Fault
from tests.unit.sealward.stand import Stand, bundle

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
THROTTLED = ServiceError("ThrottlingException", "Rate exceeded")
DENIED = ServiceError("AccessDeniedException", "explicit deny")


@pytest.fixture
def stand() -> Stand:
    """A stand whose policy gives no grace: what is bad is held at the first look."""
    return Stand(current=bundle(grace="0s"))


def invalid() -> InvalidBundle:
    with pytest.raises(InvalidBundle) as caught:
        load_bundle(b'{"schema": 99}')
    return caught.value


def break_bundle(stand: Stand, error: Exception) -> None:
    stand.bundles.current = error  # type: ignore[assignment] # raised by the source


class TestTheBundle:
    @pytest.mark.parametrize("error", [invalid(), Unavailable("S3 is throttled")])
    def test_a_finding_says_what_it_said_while_there_is_no_bundle(
        self, stand: Stand, error: Exception
    ) -> None:
        image = stand.push()
        stand.attach(image, by="Other")
        stand.look(image)
        (before,) = stand.findings
        assert before["Severity"]["Label"] == "CRITICAL"
        break_bundle(stand, error)
        stand.clock.advance(MINUTE)
        stand.look(image)
        after = next(each for each in stand.findings if each["Id"] == before["Id"])
        assert after == before

    def test_the_time_without_a_bundle_does_not_count_as_unknown(self) -> None:
        good = bundle(grace="0s", holdUnknown=True)
        stand = Stand(current=good)
        break_bundle(stand, invalid())
        image = stand.push()
        stand.attach(image)
        stand.look(image)
        stand.pass_time(2 * HOUR)
        stand.bundles.current = good
        stand.aws.faults.add(
            Fault(operation="GetDownloadUrlForLayer", error=THROTTLED, times=1)
        )
        stand.clock.advance(MINUTE)
        assert stand.look(image).hold is None
        stand.aws.faults.add(
            Fault(operation="ListImageReferrers", error=THROTTLED, times=1)
        )
        stand.clock.advance(timedelta(seconds=5))
        assert stand.look(image).hold is None
        stand.pass_time(MINUTE)
        assert stand.record(image).verdict is Verdict.TRUSTED

    def test_its_finding_is_resolved_when_the_same_bundle_is_back(
        self, stand: Stand
    ) -> None:
        good = stand.bundles.current
        image = stand.push()
        stand.attach(image)
        stand.look(image)
        break_bundle(stand, invalid())
        stand.clock.advance(MINUTE)
        stand.look(image)
        assert [each["RecordState"] for each in stand.findings] == ["ACTIVE"]
        stand.bundles.current = good
        stand.pass_time(HOUR)
        assert [each["RecordState"] for each in stand.findings] == ["ARCHIVED"]

    def test_one_that_cannot_be_read_for_an_hour_is_one_critical_finding(
        self, stand: Stand
    ) -> None:
        good = stand.bundles.current
        break_bundle(stand, Unavailable("GetObject: NoSuchKey"))
        for name in ("a", "b"):
            stand.look(stand.push(name))
        stand.pass_time(HOUR - MINUTE)
        assert stand.findings == []
        stand.pass_time(HOUR)
        (finding,) = stand.findings
        assert finding["Severity"]["Label"] == "CRITICAL"
        assert finding["Id"].endswith("policy-bundle")
        stand.bundles.current = good
        stand.pass_time(HOUR)
        states = {each["Id"]: each["RecordState"] for each in stand.findings}
        assert states[finding["Id"]] == "ARCHIVED"


class TestTheRegistry:
    def test_an_image_whose_referrers_are_kept_secret_is_held_after_unknown_for(
        self,
    ) -> None:
        stand = Stand(current=bundle(grace="0s", holdUnknown=True))
        image = stand.push()
        stand.aws.faults.add(Fault(operation="ListImageReferrers", error=DENIED))
        stand.look(image)
        stand.pass_time(HOUR)
        assert stand.status(image) == "ARCHIVED"
        assert stand.record(image).descriptor == image

    @pytest.mark.parametrize("operation", ["BatchGetImage", "ListImageReferrers"])
    def test_a_hold_is_kept_though_the_image_cannot_be_read(
        self, stand: Stand, operation: str
    ) -> None:
        image = stand.push()
        assert stand.look(image).hold is HoldState.HELD
        stand.clock.advance(MINUTE)
        stand.aws.faults.add(Fault(operation=operation, error=DENIED))
        stand.push()
        stand.pass_time(timedelta(seconds=20))
        assert stand.look(image).hold is HoldState.HELD
        assert stand.status(image) == "ARCHIVED"

    def test_a_release_is_not_undone_because_the_image_cannot_be_read(
        self, stand: Stand
    ) -> None:
        image = stand.push()
        stand.look(image)
        stand.clock.advance(MINUTE)
        stand.look(stand.attach(image))
        stand.aws.faults.add(
            Fault(operation="ListImageReferrers", error=THROTTLED, times=3)
        )
        stand.pass_time(30 * MINUTE)
        assert stand.status(image) == "ACTIVE"
        assert stand.record(image).hold is None

    def test_one_that_has_the_manifest_but_not_the_image_is_asked_again(
        self, stand: Stand
    ) -> None:
        image = stand.push()
        stand.aws.faults.add(
            Fault(
                operation="DescribeImages",
                error=ServiceError("ImageNotFoundException", "not there yet"),
                times=1,
            )
        )
        assert stand.look(image).due == stand.clock.now + timedelta(seconds=10)
        stand.pass_time(timedelta(seconds=10))
        assert stand.record(image).verdict is Verdict.UNSIGNED

    def test_a_settled_verdict_stands_while_its_signature_cannot_be_read(
        self, stand: Stand
    ) -> None:
        image = stand.push()
        stand.attach(image)
        stand.look(image)
        fault = stand.aws.faults.add(
            Fault(operation="GetDownloadUrlForLayer", error=THROTTLED)
        )
        stand.clock.advance(MINUTE)
        result = stand.look(image)
        assert (result.verdict, result.changed) == (Verdict.TRUSTED, False)
        assert result.due == stand.clock.now + timedelta(seconds=10)
        stand.pass_time(HOUR)
        assert stand.record(image).verdict is Verdict.INCONCLUSIVE
        assert [each["Severity"]["Label"] for each in stand.findings] == ["CRITICAL"]
        stand.aws.faults.remove(fault)
        stand.pass_time(HOUR)
        assert stand.record(image).verdict is Verdict.TRUSTED

    def test_an_ungoverned_image_that_cannot_be_read_is_nobodys_finding(
        self, stand: Stand
    ) -> None:
        image = stand.push(repository="dev/app")
        stand.aws.faults.add(Fault(operation="BatchGetImage", error=DENIED))
        stand.look(image, repository="dev/app")
        assert stand.findings == []


def test_a_look_that_can_neither_finish_nor_be_put_off_gives_its_message_back(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_: object, **__: object) -> None:
        raise Conflict("another look wrote in between")

    def refused(*_: object) -> None:
        raise Unavailable("SendMessage: throttled")

    image = stand.push()
    signature = stand.attach(image)
    monkeypatch.setattr(type(stand.ledger), "write", overtaken)
    monkeypatch.setattr(type(stand.queue), "later", refused)
    with pytest.raises(Unavailable):
        stand.look(signature)


def test_an_archive_that_comes_after_the_policy_changed_is_not_forgotten() -> None:
    stand = Stand(
        current=bundle(grace="0s"), behaviours=Behaviours(archive_delay=4 * MINUTE)
    )
    image = stand.push()
    stand.look(image)
    stand.bundles.current = bundle(grace="0s", enforcement="report", serial=2)
    stand.pass_time(10 * MINUTE)
    assert stand.status(image) == "ARCHIVED"
    record = stand.record(image)
    assert record.hold is not None
    assert record.proposal == "release"
    stand.look(stand.attach(image))
    stand.pass_time(30 * MINUTE)
    assert stand.status(image) == "ACTIVE"
