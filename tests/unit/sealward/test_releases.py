"""Releases: a held image let go to be signed, or to be used, and taken back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.ledger import HoldState, Record, Verdict
from sealward.policy.bundle import Capability
from sealward.ports.failures import Conflict, PortError, Unavailable
from simulator.behaviours import Behaviours
from simulator.errors import ServiceError
from simulator.faults import Fault
from simulator.in_process.ledger import InProcessLedger
from tests.unit.sealward.asked import ALICE, Asked
from tests.unit.sealward.stand import Stand, bundle

SECOND, MINUTE, HOUR = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
)
DENIED = ServiceError("AccessDeniedException", "explicit deny")
RESTORING = timedelta(minutes=12)


@pytest.fixture
def slow() -> Stand:
    """A stand whose registry takes its time to bring an image back."""
    return Stand(
        current=bundle(grace="0s"), behaviours=Behaviours(restore_delay=RESTORING)
    )


@pytest.fixture
def at_once() -> Stand:
    """A stand whose policy gives no grace, and whose registry is quick."""
    quick = Behaviours(restore_delay=2 * SECOND)
    return Stand(current=bundle(grace="0s"), behaviours=quick)


class Overtaken:
    """A ledger in which writes of one image always fail."""

    def __init__(
        self, ledger: InProcessLedger, digest: str, error: PortError | None = None
    ) -> None:
        self._ledger, self._digest = ledger, digest
        self._error = error or Conflict("another look wrote")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def write(self, record: Record, **said: Any) -> None:
        if record.key.digest == self._digest:
            raise self._error
        self._ledger.write(record, **said)


def held(stand: Stand, name: str = "app") -> Descriptor:
    image = stand.push(name)
    stand.look(image)
    assert stand.status(image) == "ARCHIVED"
    return image


@pytest.mark.parametrize("to_sign", [True, False])
def test_what_the_registry_no_longer_has_is_not_released(
    at_once: Stand,
    to_sign: bool,  # noqa: FBT001 - pytest's way
) -> None:
    """Or a deleted image's digest could be pulled whenever somebody pushes it."""
    image = held(at_once)
    at_once.delete(image)
    at_once.look(image)
    asked = Asked(at_once)
    release = asked.to_sign if to_sign else asked.break_glass
    assert release(image.digest)["code"] == "gone"
    at_once.push()
    at_once.look(image)
    at_once.pass_time(MINUTE)
    assert at_once.status(image) == "ARCHIVED"
    assert release(image.digest)["done"]


class TestToSign:
    def test_a_held_image_is_mended_by_a_signature(self, slow: Stand) -> None:
        image = held(slow)
        assert Asked(slow).to_sign(image.digest)["done"]
        slow.pass_time(RESTORING + MINUTE)
        assert slow.status(image) == "ACTIVE"
        slow.look(slow.attach(image))
        record = slow.record(image)
        assert (record.verdict, record.hold) == (Verdict.TRUSTED, None)
        slow.pass_time(HOUR)
        assert slow.status(image) == "ACTIVE"
        (finding,) = slow.findings
        assert finding["RecordState"] == "ARCHIVED"

    def test_the_clock_starts_when_it_can_be_pulled(self, slow: Stand) -> None:
        image = held(slow)
        asked_at = slow.clock.now
        Asked(slow).to_sign(image.digest, minutes=5)
        slow.pass_time(RESTORING + 4 * MINUTE)
        assert slow.status(image) == "ACTIVE"
        release = slow.record(image).release
        assert release is not None
        assert release.started_at is not None
        assert asked_at + RESTORING <= release.started_at
        assert release.started_at <= asked_at + RESTORING + MINUTE * 2
        assert release.until == release.started_at + 5 * MINUTE

    def test_without_a_good_signature_it_is_archived_again(self, slow: Stand) -> None:
        image = held(slow)
        before = slow.record(image).exposure.seconds
        Asked(slow).to_sign(image.digest, minutes=5)
        slow.pass_time(RESTORING + 2 * MINUTE)
        slow.look(slow.junk(image))
        assert slow.status(image) == "ACTIVE"
        slow.pass_time(10 * MINUTE)
        assert slow.status(image) == "ARCHIVED"
        record = slow.record(image)
        assert record.hold is not None
        assert record.hold.state is HoldState.HELD
        assert 290 <= record.exposure.seconds - before <= 310

    def test_its_finding_stays_and_says_until_when(self, slow: Stand) -> None:
        image = held(slow)
        Asked(slow).to_sign(image.digest)
        slow.pass_time(RESTORING + 3 * MINUTE)
        (finding,) = slow.findings
        assert finding["RecordState"] == "ACTIVE"
        assert "so that it can be signed" in finding["Description"]

    def test_three_times_a_digest_and_never_again(self, at_once: Stand) -> None:
        image, asked = held(at_once), Asked(at_once)
        for _ in range(3):
            assert asked.to_sign(image.digest, minutes=1)["done"]
            at_once.pass_time(HOUR)
            assert at_once.status(image) == "ARCHIVED"
        answer = asked.to_sign(image.digest)
        assert (answer["done"], answer["code"]) == (False, "used-up")
        at_once.pass_time(HOUR)
        assert at_once.status(image) == "ARCHIVED"

    def test_what_is_not_held_cannot_be_released(self, stand: Stand) -> None:
        image = stand.push()
        stand.look(stand.attach(image))
        asked = Asked(stand)
        assert asked.to_sign(image.digest)["code"] == "not-held"
        assert asked.to_sign(f"sha256:{'a' * 64}")["code"] == "unknown-image"

    def test_it_is_not_released_twice_at_once(self, slow: Stand) -> None:
        image, asked = held(slow), Asked(slow)
        asked.to_sign(image.digest)
        slow.pass_time(MINUTE)
        assert asked.to_sign(image.digest)["code"] == "not-held"

    def test_a_stack_that_only_observes_restores_nothing(self) -> None:
        stand = Stand(current=bundle(grace="0s"), capability=Capability.OBSERVE)
        image = stand.push()
        stand.look(image)
        assert Asked(stand).to_sign(image.digest)["code"] == "not-held"

    def test_looks_in_between_lose_no_release(self, at_once: Stand) -> None:
        image = held(at_once)
        Asked(at_once).to_sign(image.digest)
        for _ in range(3):
            at_once.look(image)
        at_once.pass_time(2 * MINUTE)
        assert at_once.status(image) == "ACTIVE"
        release = at_once.record(image).release
        assert release is not None
        assert release.by == ALICE


class TestBreakGlass:
    def test_it_is_exempt_until_the_end_then_held_again(self, at_once: Stand) -> None:
        image = held(at_once)
        answer = Asked(at_once).break_glass(image.digest)
        assert answer["done"]
        at_once.pass_time(HOUR)
        record = at_once.record(image)
        assert (record.verdict, record.reason) == (Verdict.EXEMPT, "break-glass")
        assert not record.ever_trusted
        assert at_once.status(image) == "ACTIVE"
        at_once.pass_time(8 * HOUR)
        assert at_once.status(image) == "ARCHIVED"
        record = at_once.record(image)
        assert (record.verdict, record.proposal) == (Verdict.UNSIGNED, "")

    def test_it_is_a_finding_that_names_the_person(self, at_once: Stand) -> None:
        image = held(at_once)
        Asked(at_once).break_glass(image.digest)
        at_once.pass_time(HOUR)
        (finding,) = at_once.findings
        assert finding["Severity"]["Label"] == "HIGH"
        assert ALICE in finding["Description"]
        assert "checkout is down" in finding["Description"]
        assert "#break-glass" in finding["Remediation"]["Recommendation"]["Text"]

    def test_what_is_good_by_then_is_let_go_for_good_at_once(self) -> None:
        stand = Stand(
            current=bundle(grace="0s"), behaviours=Behaviours(restore_delay=0 * SECOND)
        )
        image = held(stand)
        Asked(stand).break_glass(image.digest)
        stand.look(stand.attach(image))
        record = stand.record(image)
        assert (record.verdict, record.hold) == (Verdict.TRUSTED, None)
        (finding,) = stand.findings
        assert finding["RecordState"] == "ARCHIVED"

    def test_it_counts_as_exposure(self, at_once: Stand) -> None:
        image = held(at_once)
        Asked(at_once).break_glass(image.digest, hours=1)
        at_once.pass_time(3 * HOUR)
        assert at_once.record(image).exposure.seconds >= 3500

    def test_before_the_verdict_it_keeps_the_image_until_the_end(
        self, stand: Stand
    ) -> None:
        image = stand.push()
        stand.look(image)
        assert Asked(stand).break_glass(image.digest, hours=1)["done"]
        stand.pass_time(30 * MINUTE)
        assert stand.status(image) == "ACTIVE"
        stand.pass_time(2 * HOUR)
        assert stand.status(image) == "ARCHIVED"

    def test_a_signature_ends_it_well(self, at_once: Stand) -> None:
        image = held(at_once)
        Asked(at_once).break_glass(image.digest)
        at_once.pass_time(HOUR)
        at_once.look(at_once.attach(image))
        record = at_once.record(image)
        assert (record.verdict, record.hold) == (Verdict.TRUSTED, None)
        at_once.pass_time(10 * HOUR)
        assert at_once.status(image) == "ACTIVE"

    def test_nothing_is_covered_by_it(self, at_once: Stand) -> None:
        child = held(at_once, "child")
        index = at_once.push_document(
            {
                "mediaType": "application/vnd.oci.image.index.v1+json",
                "manifests": [
                    {
                        "mediaType": child.media_type,
                        "digest": child.digest,
                        "size": child.size,
                    }
                ],
            }
        )
        at_once.look(index)
        assert at_once.status(index) == "ARCHIVED"
        Asked(at_once).break_glass(index.digest)
        at_once.pass_time(MINUTE)
        record = at_once.record(child)
        assert record.verdict is not Verdict.COVERED
        # What the person asked for is all of it: its images come along, exempt.
        assert (record.reason, at_once.status(child)) == ("break-glass", "ACTIVE")
        at_once.pass_time(9 * HOUR)
        assert at_once.status(child) == at_once.status(index) == "ARCHIVED"

    def test_an_image_of_the_index_that_is_overtaken_keeps_nothing_back(
        self, at_once: Stand
    ) -> None:
        child = held(at_once, "child")
        index = at_once.push_document(
            {
                "mediaType": "application/vnd.oci.image.index.v1+json",
                "manifests": [
                    {
                        "mediaType": child.media_type,
                        "digest": child.digest,
                        "size": child.size,
                    }
                ],
            }
        )
        at_once.look(index)
        asked = Asked(at_once)
        asked.desk = replace(asked.desk, ledger=Overtaken(at_once.ledger, child.digest))
        assert asked.break_glass(index.digest)["done"]
        assert ("operated", True) in [each[:2] for each in asked.journal]
        at_once.pass_time(MINUTE)
        assert at_once.status(index) == "ACTIVE"

    def test_what_an_outage_cuts_short_is_in_the_log_with_a_name(
        self, at_once: Stand
    ) -> None:
        image = held(at_once)
        asked = Asked(at_once)
        failing = Overtaken(at_once.ledger, image.digest, Unavailable("PutItem"))
        asked.desk = replace(asked.desk, ledger=failing)
        with pytest.raises(Unavailable):
            asked.break_glass(image.digest)
        ((message, done, fields),) = asked.journal
        assert (message, done) == ("refused", False)
        assert fields["code"] == "unfinished"
        assert fields["by"] == ALICE
        assert fields["digest"] == image.digest

    def test_an_outage_takes_nothing_back(self, at_once: Stand) -> None:
        image = held(at_once)
        Asked(at_once).break_glass(image.digest)
        at_once.pass_time(MINUTE)
        at_once.aws.faults.add(Fault(operation="ListImageReferrers", error=DENIED))
        at_once.pass_time(HOUR)
        assert at_once.status(image) == "ACTIVE"


class TestPushedAgain:
    @pytest.fixture
    def graced(self) -> Stand:
        return Stand(current=bundle(grace="10m"))

    def held_after_grace(self, stand: Stand) -> Descriptor:
        image = stand.push()
        stand.look(image)
        stand.pass_time(11 * MINUTE)
        assert stand.status(image) == "ARCHIVED"
        return image

    def test_a_push_opens_the_window_once(self, graced: Stand) -> None:
        image = self.held_after_grace(graced)
        graced.clock.advance(MINUTE)
        graced.push()
        graced.look(image)
        assert graced.status(image) == "ACTIVE"
        graced.pass_time(9 * MINUTE)
        assert graced.status(image) == "ACTIVE"
        graced.pass_time(2 * MINUTE)
        assert graced.status(image) == "ARCHIVED"
        graced.clock.advance(MINUTE)
        graced.push()
        graced.look(image)
        graced.pass_time(10 * SECOND)
        assert graced.status(image) == "ARCHIVED"

    def test_signed_in_the_window_it_is_trusted(self, graced: Stand) -> None:
        image = self.held_after_grace(graced)
        graced.clock.advance(MINUTE)
        graced.push()
        graced.look(image)
        graced.look(graced.attach(image))
        assert graced.record(image).verdict is Verdict.TRUSTED
        assert graced.record(image).hold is None

    def test_of_what_somebody_else_signed_it_opens_none(self, graced: Stand) -> None:
        image = graced.push()
        graced.look(graced.attach(image, by="Mallory"))
        graced.pass_time(11 * MINUTE)
        assert graced.record(image).verdict is Verdict.UNTRUSTED
        graced.clock.advance(MINUTE)
        graced.push()
        graced.look(image)
        graced.pass_time(10 * SECOND)
        assert graced.status(image) == "ARCHIVED"
