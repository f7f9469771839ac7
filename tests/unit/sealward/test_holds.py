"""Holds: archived, kept, released; and how long what is held was exposed."""

from datetime import timedelta

import pytest

from sealward.decisions import Step
from sealward.ledger import HoldState, Verdict
from sealward.ledger.records import Record
from simulator.behaviours import Behaviours
from simulator.errors import ServiceError
from simulator.faults import Fault
from tests.unit.sealward.stand import Stand, bundle

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
THROTTLED = ServiceError("ThrottlingException", "Rate exceeded")
REFUSED = ServiceError(
    "ImageStorageClassUpdateNotSupportedException", "referenced by an index"
)
DENIED = ServiceError("AccessDeniedException", "not authorized")


@pytest.fixture
def stand() -> Stand:
    """A stand whose policy gives no grace: what is bad is held at the first look."""
    return Stand(current=bundle(grace="0s"))


def test_the_hold_is_remembered_with_its_intent_before_the_registry_is_asked(
    stand: Stand,
) -> None:
    image = stand.push()
    seen: list[tuple[Record, str]] = []
    stand.ledger.before_write = lambda record: seen.append(
        (record, stand.status(image))
    )
    stand.look(image)
    first, status = seen[0]
    assert first.hold is not None
    assert (first.hold.state, status) == (HoldState.HOLDING, "ACTIVE")
    assert [intent.action for intent in stand.ledger.intents] == ["archive"]
    assert stand.record(image).hold is not None
    assert (seen[-1][0].hold, seen[-1][1]) == (stand.record(image).hold, "ARCHIVED")


def test_a_held_image_keeps_its_descriptor_and_its_tags(stand: Stand) -> None:
    image = stand.push(tag="v1")
    stand.look(image)
    stand.clock.advance(MINUTE)
    stand.look(image)
    record = stand.record(image)
    assert (record.descriptor, record.tags) == (image, ("v1",))


def test_a_push_of_a_held_digest_is_archived_again(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.clock.advance(MINUTE)
    stand.push()
    assert stand.status(image) == "ACTIVE"
    result = stand.look(image)
    assert (result.step, result.hold) == (Step.ARCHIVE, HoldState.HELD)
    assert stand.status(image) == "ARCHIVED"
    hold = stand.record(image).hold
    assert hold is not None
    assert hold.applied == 2


def test_a_push_of_a_held_digest_is_found_without_any_event(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.clock.advance(MINUTE)
    stand.push()
    stand.aws.events.drain()
    stand.pass_time(HOUR)
    assert stand.status(image) == "ARCHIVED"


def test_a_digest_held_again_is_looked_at_hourly_again(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.pass_time(timedelta(days=3, hours=5))
    stand.push()
    assert stand.look(image).hold is HoldState.HELD
    due = stand.record(image).due
    assert due is not None
    assert due <= stand.clock.now + HOUR


def test_a_held_digest_that_was_deleted_and_pushed_again_is_held_again(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.look(image)
    stand.delete(image)
    stand.clock.advance(MINUTE)
    gone = stand.look(image)
    assert (gone.reason, gone.hold) == ("gone", HoldState.HELD)
    # That somebody deleted it is told (threat 23).
    assert [each["RecordState"] for each in stand.findings] == ["ACTIVE"]
    stand.push()
    stand.clock.advance(MINUTE)
    assert stand.look(image).hold is HoldState.HELD
    assert [each["RecordState"] for each in stand.findings] == ["ACTIVE"]


def test_a_held_digest_that_was_deleted_is_looked_for_without_any_event(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.look(image)
    stand.delete(image)
    stand.look(image)
    stand.pass_time(timedelta(hours=5))
    stand.push()
    stand.aws.events.drain()
    stand.pass_time(HOUR)
    assert stand.status(image) == "ARCHIVED"
    stand.delete(image)
    stand.pass_time(timedelta(days=9))
    stand.push()
    stand.aws.events.drain()
    stand.pass_time(timedelta(days=1))
    assert stand.status(image) == "ARCHIVED"


def test_a_deleted_digest_that_was_not_held_is_not_looked_for() -> None:
    stand = Stand()
    image = stand.push()
    stand.look(image)
    stand.delete(image)
    assert (stand.look(image).reason, stand.record(image).due) == ("gone", None)


def test_holding_lasts_until_the_registry_says_archived() -> None:
    stand = Stand(
        current=bundle(grace="0s"),
        behaviours=Behaviours(archive_delay=timedelta(seconds=4)),
    )
    image = stand.push()
    result = stand.look(image)
    assert result.hold is HoldState.HOLDING
    assert result.due == stand.clock.now + timedelta(seconds=2)
    stand.pass_time(timedelta(seconds=10))
    hold = stand.record(image).hold
    assert hold is not None
    assert (hold.state, hold.applied) == (HoldState.HELD, 1)


@pytest.mark.parametrize("error", [REFUSED, DENIED])
def test_a_refused_archive_is_remembered_critical_and_tried_again(
    stand: Stand, error: ServiceError
) -> None:
    image = stand.push()
    fault = stand.aws.faults.add(
        Fault(operation="UpdateImageStorageClass", error=error)
    )
    result = stand.look(image)
    assert result.hold is HoldState.REFUSED
    (finding,) = stand.findings
    assert finding["Severity"]["Label"] == "CRITICAL"
    assert "can still be pulled" in finding["Description"]
    stand.pass_time(10 * MINUTE)
    assert stand.status(image) == "ACTIVE"
    stand.aws.faults.remove(fault)
    stand.pass_time(10 * MINUTE)
    assert stand.status(image) == "ARCHIVED"
    hold = stand.record(image).hold
    assert hold is not None
    assert hold.state is HoldState.HELD


def test_a_throttled_archive_is_tried_again_within_seconds(stand: Stand) -> None:
    image = stand.push()
    stand.aws.faults.add(
        Fault(operation="UpdateImageStorageClass", error=THROTTLED, times=1)
    )
    assert stand.look(image).hold is HoldState.HOLDING
    stand.pass_time(timedelta(seconds=2))
    assert stand.status(image) == "ARCHIVED"


def test_a_lost_answer_to_the_archive_call_changes_nothing(stand: Stand) -> None:
    image = stand.push()
    stand.aws.faults.add(
        Fault(operation="UpdateImageStorageClass", after=THROTTLED, times=1)
    )
    stand.look(image)
    stand.pass_time(timedelta(seconds=5))
    hold = stand.record(image).hold
    assert hold is not None
    assert (hold.state, hold.applied) == (HoldState.HELD, 1)


def test_a_function_that_dies_before_archiving_is_finished_by_the_next_look(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = stand.push()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(stand.gate.registry), "archive", die)
        with pytest.raises(KeyboardInterrupt):
            stand.look(image)
    assert stand.status(image) == "ACTIVE"
    stand.pass_time(timedelta(seconds=5))
    assert stand.status(image) == "ARCHIVED"


class TestALateSignature:
    def test_it_releases_the_image_and_resolves_the_finding(self, stand: Stand) -> None:
        image = stand.push()
        stand.look(image)
        stand.clock.advance(MINUTE)
        signature = stand.attach(image)
        result = stand.look(signature)
        assert (result.verdict, result.step, result.hold) == (
            Verdict.TRUSTED,
            Step.RESTORE,
            HoldState.RELEASING,
        )
        assert [each["RecordState"] for each in stand.findings] == ["ACTIVE"]
        stand.pass_time(timedelta(minutes=25))
        assert stand.status(image) == "ACTIVE"
        assert stand.record(image).hold is None
        (finding,) = stand.findings
        assert (finding["RecordState"], finding["Compliance"]["Status"]) == (
            "ARCHIVED",
            "PASSED",
        )

    def test_it_counts_without_its_event(self, stand: Stand) -> None:
        image = stand.push()
        stand.look(image)
        stand.attach(image)
        stand.pass_time(2 * HOUR)
        assert stand.record(image).verdict is Verdict.TRUSTED
        assert stand.status(image) == "ACTIVE"

    def test_it_counts_though_the_registry_lists_no_referrers_of_archived_images(
        self,
    ) -> None:
        stand = Stand(
            current=bundle(grace="0s"),
            behaviours=Behaviours(archived_subject_lists_referrers=False),
        )
        image = stand.push()
        stand.look(image)
        stand.clock.advance(MINUTE)
        signature = stand.attach(image)
        assert stand.look(signature).verdict is Verdict.TRUSTED
        stand.pass_time(HOUR)
        assert (stand.status(image), stand.record(image).verdict) == (
            "ACTIVE",
            Verdict.TRUSTED,
        )

    def test_a_bad_one_releases_nothing(self, stand: Stand) -> None:
        image = stand.push()
        stand.look(image)
        stand.clock.advance(MINUTE)
        result = stand.look(stand.junk(image))
        assert (result.verdict, result.hold) == (Verdict.UNTRUSTED, HoldState.HELD)

    def test_a_throttled_restore_is_tried_again(self, stand: Stand) -> None:
        image = stand.push()
        stand.look(image)
        stand.aws.faults.add(
            Fault(operation="UpdateImageStorageClass", error=THROTTLED, times=2)
        )
        stand.clock.advance(MINUTE)
        stand.look(stand.attach(image))
        stand.pass_time(timedelta(minutes=25))
        assert stand.status(image) == "ACTIVE"


class TestExposure:
    def test_it_counts_from_the_push_to_the_archive(self, stand: Stand) -> None:
        image = stand.push()
        stand.clock.advance(timedelta(seconds=3))
        assert stand.look(image).exposure_seconds == pytest.approx(3.0)
        stand.pass_time(2 * HOUR)
        assert stand.record(image).exposure.total(stand.clock.now) == pytest.approx(3.0)

    @pytest.mark.parametrize("moves", [True, False])
    def test_a_push_that_undoes_the_hold_adds_to_it(self, *, moves: bool) -> None:
        stand = Stand(
            current=bundle(grace="0s"),
            behaviours=Behaviours(
                repush_moves_pushed_at=moves, archive_delay=timedelta(seconds=1)
            ),
        )
        image = stand.push()
        stand.pass_time(timedelta(seconds=1))
        stand.look(image)
        stand.pass_time(MINUTE)
        before = stand.record(image).exposure.seconds
        stand.push()
        stand.look(image)
        stand.pass_time(MINUTE)
        after = stand.record(image).exposure
        assert after.open_since is None
        assert after.seconds > before

    def test_an_image_that_is_only_reported_stays_exposed(self) -> None:
        stand = Stand(current=bundle(grace="0s", enforcement="report"))
        image = stand.push()
        stand.look(image)
        stand.pass_time(HOUR)
        assert stand.record(image).exposure.total(stand.clock.now) == 3600

    def test_a_trusted_image_was_never_exposed(self, stand: Stand) -> None:
        image = stand.push()
        stand.attach(image)
        stand.clock.advance(MINUTE)
        assert stand.look(image).exposure_seconds == 0


def test_a_signature_that_overtakes_the_archive_still_ends_active() -> None:
    """The registry says ACTIVE for a while after it was asked to archive."""
    stand = Stand(
        current=bundle(grace="0s"),
        behaviours=Behaviours(archive_delay=timedelta(seconds=30)),
    )
    image = stand.push()
    assert stand.look(image).hold is HoldState.HOLDING
    stand.clock.advance(timedelta(seconds=1))
    result = stand.look(stand.attach(image))
    assert (result.verdict, result.hold) == (Verdict.TRUSTED, HoldState.RELEASING)
    stand.pass_time(HOUR)
    assert stand.status(image) == "ACTIVE"
    assert stand.record(image).hold is None


def test_intents_of_two_images_do_not_collide(stand: Stand) -> None:
    for name in ("one", "two"):
        assert stand.look(stand.push(name)).hold is HoldState.HELD
    assert len({intent.id for intent in stand.ledger.intents}) == 2
