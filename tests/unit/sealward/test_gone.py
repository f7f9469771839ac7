"""Gone: what is told of an image that the registry no longer has."""

from datetime import timedelta

import pytest

from notation_verifier import Descriptor
from sealward.ledger.records import HoldState, Verdict
from sealward.policy.bundle import Capability
from simulator.behaviours import Behaviours
from simulator.errors import ServiceError
from simulator.faults import Fault
from tests.unit.sealward.asked import Asked
from tests.unit.sealward.stand import REPOSITORY, Stand, bundle


class TestAnImageDeletedWhileItsSignatureWasAwaited:
    """Run within the grace, then vanish: it leaves a finding."""

    def test_it_is_told_once_and_loudly(self) -> None:
        stand = Stand()
        image = stand.push()
        stand.look(image)
        stand.delete(image)
        stand.look(image)
        stand.look(image)
        (finding,) = stand.findings
        assert finding["Severity"]["Label"] == "HIGH"
        assert finding["RecordState"] == "ACTIVE"
        assert "awaited" in finding["Description"]
        assert finding["Title"] == f"Image was deleted: {REPOSITORY}"
        assert stand.record(image).verdict is Verdict.PENDING

    def test_it_is_resolved_when_the_image_comes_back_and_is_signed(self) -> None:
        stand = Stand()
        image = stand.push()
        stand.look(image)
        stand.delete(image)
        stand.look(image)
        stand.push()
        stand.attach(image)
        stand.look(image)
        (finding,) = stand.findings
        assert finding["RecordState"] == "ARCHIVED"

    @pytest.mark.parametrize("enforcement", ["report", "quarantine"])
    def test_where_nothing_is_acted_upon_nothing_is_told(
        self, enforcement: str
    ) -> None:
        observes = Capability.OBSERVE
        acts = Capability.QUARANTINE
        stand = Stand(
            capability=acts if enforcement == "report" else observes,
            current=bundle(enforcement=enforcement),
        )
        image = stand.push()
        stand.look(image)
        stand.delete(image)
        stand.look(image)
        assert not stand.findings

    def test_it_is_told_though_aws_did_not_answer_before_it_went(self) -> None:
        stand = Stand()
        image = stand.push()
        throttled = ServiceError("ThrottlingException", "Rate exceeded")
        stand.aws.faults.add(Fault(operation="DescribeImages", error=throttled))
        assert stand.look(image).verdict is Verdict.INCONCLUSIVE
        stand.aws.faults.clear()
        stand.delete(image)
        stand.look(image)
        (finding,) = stand.findings
        assert finding["Severity"]["Label"] == "HIGH"
        assert "awaited" in finding["Description"]
        # The same as of one that AWS had told of: what it is called says it is gone.
        assert finding["Title"] == f"Image was deleted: {REPOSITORY}"
        assert finding["Compliance"]["Status"] == "FAILED"

    def test_it_stays_told_when_the_policy_only_reports_later(self) -> None:
        stand = Stand()
        image = stand.push()
        stand.look(image)
        stand.delete(image)
        stand.look(image)
        stand.bundles.current = bundle(enforcement="report", serial=8)
        stand.look(image)
        (finding,) = stand.findings
        assert finding["RecordState"] == "ACTIVE"


class TestAHeldImageThatMayBePulledForAWhile:
    """Deleted while it is let go, to be signed or to be used."""

    @pytest.fixture
    def graced(self) -> Stand:
        return Stand(current=bundle(grace="10m"))

    def held_after_grace(self, stand: Stand) -> Descriptor:
        image = stand.push()
        stand.look(image)
        stand.pass_time(timedelta(minutes=11))
        assert stand.status(image) == "ARCHIVED"
        return image

    def test_one_that_came_back_is_told_at_once_and_stays_told(
        self, graced: Stand
    ) -> None:
        image = self.held_after_grace(graced)
        graced.push()
        graced.look(image)
        assert graced.record(image).hold.state is HoldState.RELEASED  # type: ignore[union-attr]
        graced.delete(image)
        graced.look(image)
        assert self.told(graced) == ("ACTIVE", "HIGH")
        graced.pass_time(timedelta(hours=3))
        assert self.told(graced) == ("ACTIVE", "HIGH")

    def test_one_that_a_person_let_go_is_not_told_of_however_often_it_is_looked_at(
        self, graced: Stand
    ) -> None:
        image = self.held_after_grace(graced)
        Asked(graced).break_glass(image.digest)
        graced.pass_time(timedelta(hours=1))
        assert graced.record(image).hold.state is HoldState.RELEASED  # type: ignore[union-attr]
        graced.delete(image)
        graced.look(image)
        assert self.told(graced)[0] == "ARCHIVED"
        graced.pass_time(timedelta(hours=3))
        assert self.told(graced)[0] == "ARCHIVED"

    def test_it_is_held_still_when_it_is_pushed_again(self) -> None:
        slow = Behaviours(restore_delay=timedelta(minutes=20))
        stand = Stand(current=bundle(grace="10m"), behaviours=slow)
        image = self.held_after_grace(stand)
        Asked(stand).to_sign(image.digest)
        stand.look(image)
        assert stand.record(image).hold.state is HoldState.RELEASING  # type: ignore[union-attr]
        stand.delete(image)
        stand.look(image)
        assert stand.record(image).hold is not None
        stand.clock.advance(timedelta(hours=2))
        stand.push()
        stand.look(image)
        stand.pass_time(timedelta(minutes=30))
        assert stand.status(image) == "ARCHIVED"

    def told(self, stand: Stand) -> tuple[str, str]:
        (finding,) = stand.findings
        label = finding["FindingProviderFields"]["Severity"]["Label"]
        return finding["RecordState"], label


def test_what_somebody_else_archived_and_deleted_is_told_of_by_nobody(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.look(image)
    stand.aws.call(
        "ecr",
        "UpdateImageStorageClass",
        {
            "repositoryName": REPOSITORY,
            "imageId": {"imageDigest": image.digest},
            "targetStorageClass": "ARCHIVE",
        },
        place=stand.place,
    )
    stand.pass_time(timedelta(minutes=11))
    hold = stand.record(image).hold
    assert hold is not None
    assert not hold.ours
    stand.delete(image)
    stand.pass_time(timedelta(hours=3))
    (finding,) = stand.findings
    assert finding["RecordState"] == "ARCHIVED"


def test_one_that_was_trusted_is_gone_without_a_word() -> None:
    stand = Stand()
    image = stand.push()
    stand.attach(image)
    stand.look(image)
    stand.delete(image)
    stand.look(image)
    assert stand.record(image).reason == "gone"
    assert not stand.findings


def test_a_bad_image_that_was_pulled_stays_told_when_it_goes(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stored = stand.aws.registry(stand.place).repositories[REPOSITORY]
    stored.images[image.digest].last_pulled_at = stand.clock.now
    stand.pass_time(timedelta(minutes=10))
    assert stand.status(image) == "ARCHIVED"
    stand.delete(image)
    stand.look(image)
    (finding,) = stand.findings
    assert finding["RecordState"] == "ACTIVE"
    assert finding["FindingProviderFields"]["Severity"]["Label"] == "HIGH"
    assert "was pulled: ECR's last record" in finding["Description"]
    stand.look(image)
    assert [each["RecordState"] for each in stand.findings] == ["ACTIVE"]


def test_a_held_image_that_nobody_pulled_is_told_when_somebody_deletes_it(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.look(image)
    stand.pass_time(timedelta(minutes=10))
    stand.delete(image)
    stand.look(image)
    (finding,) = stand.findings
    assert finding["RecordState"] == "ACTIVE"
    assert "somebody else deleted it" in finding["Description"]
    assert "was pulled" not in finding["Description"]
