"""ECR's managed signing: told while it goes on and where it fails, never a verdict."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sealward.ledger import Verdict
from sealward.ledger.managed_signing import SigningState
from sealward.policy.bundle import Capability
from simulator.ecr.signing_ends import SigningEnd
from simulator.errors import access_denied, internal_error, throttled
from simulator.faults import Fault
from simulator.signer.state import PLATFORM
from tests.unit.sealward.stand import REPOSITORY, Stand, bundle
from tests.unit.sealward.trips import Trips, counted_stand

GRACE = timedelta(minutes=10)
SOON = timedelta(seconds=10)
FAILED = "ACCESS_DENIED"


def sign_by_ecr(stand: Stand, *profiles: str) -> None:
    """Have ECR sign what is pushed."""
    rules = []
    for profile in profiles or ("release",):
        arn = stand.aws.call(
            "signer",
            "PutSigningProfile",
            {"profileName": profile, "platformId": PLATFORM},
            place=stand.place,
        )["arn"]
        rules.append({"signingProfileArn": arn})
    stand.aws.call(
        "ecr",
        "PutSigningConfiguration",
        {"signingConfiguration": {"rules": rules}},
        place=stand.place,
    )


def let_it_fail(stand: Stand, *, after: timedelta = timedelta(seconds=5)) -> None:
    stand.aws.signing_ends.add(
        SigningEnd(
            repositories=REPOSITORY,
            after=after,
            failure_code=FAILED,
            failure_reason="the pusher may not call signer:SignPayload",
        )
    )


def severity(finding: Any) -> str:
    return str(finding["FindingProviderFields"]["Severity"]["Label"])


def asked(stand: Stand) -> int:
    return sum(
        each.operation == "DescribeImageSigningStatus" for each in stand.aws.operations
    )


def test_while_it_goes_on_the_pending_image_says_so(stand: Stand) -> None:
    sign_by_ecr(stand)
    let_it_fail(stand, after=timedelta(hours=1))
    image = stand.push()
    assert "managed signing" not in stand.look(image).detail
    stand.pass_time(SOON)
    record = stand.record(image)
    assert (record.verdict, record.reason) == (Verdict.PENDING, "grace")
    assert record.detail.endswith("managed signing by release is in progress")
    assert stand.findings == []


def test_in_progress_puts_the_end_of_the_grace_off_by_nothing(stand: Stand) -> None:
    sign_by_ecr(stand)
    let_it_fail(stand, after=timedelta(hours=1))
    image = stand.push()
    stand.look(image)
    stand.pass_time(GRACE)
    record = stand.record(image)
    assert (record.verdict, record.reason) == (Verdict.UNSIGNED, "no-signature")
    assert stand.status(image) == "ARCHIVED"


def test_a_failure_is_told_at_once_and_ends_no_grace(stand: Stand) -> None:
    sign_by_ecr(stand)
    let_it_fail(stand)
    image = stand.push()
    stand.look(image)
    stand.pass_time(SOON)
    record = stand.record(image)
    assert (record.verdict, record.reason) == (
        Verdict.PENDING,
        "managed-signing-failed",
    )
    assert f"managed signing by release failed: {FAILED}, the pusher" in record.detail
    assert stand.status(image) == "ACTIVE"
    (finding,) = stand.findings
    assert (severity(finding), finding["RecordState"]) == ("MEDIUM", "ACTIVE")
    assert FAILED in finding["Description"]
    assert "signer:SignPayload" in finding["Remediation"]["Recommendation"]["Text"]


def test_who_signs_by_hand_before_the_grace_ends_has_a_trusted_image(
    stand: Stand,
) -> None:
    sign_by_ecr(stand)
    let_it_fail(stand)
    image = stand.push()
    stand.look(image)
    stand.pass_time(SOON)
    result = stand.look(stand.attach(image))
    assert result.verdict is Verdict.TRUSTED
    assert stand.record(image).signing is None
    assert [each["RecordState"] for each in stand.findings] == ["ARCHIVED"]


def test_when_the_grace_is_over_the_code_is_the_reason(stand: Stand) -> None:
    sign_by_ecr(stand)
    let_it_fail(stand)
    image = stand.push()
    stand.look(image)
    stand.pass_time(GRACE)
    record = stand.record(image)
    assert (record.verdict, record.reason) == (
        Verdict.UNSIGNED,
        "managed-signing-failed",
    )
    assert FAILED in record.detail
    assert stand.status(image) == "ARCHIVED"
    (finding,) = stand.findings
    assert severity(finding) == "HIGH"


def test_junk_beside_it_is_the_reason_and_the_code_stands_in_the_detail(
    stand: Stand,
) -> None:
    sign_by_ecr(stand)
    let_it_fail(stand)
    image = stand.push()
    stand.junk(image)
    stand.look(image)
    stand.pass_time(GRACE)
    record = stand.record(image)
    assert (record.verdict, record.reason) == (
        Verdict.UNTRUSTED,
        "envelope-malformed",
    )
    assert record.detail.count(FAILED) == 1


def test_of_two_profiles_the_one_that_failed_is_named(stand: Stand) -> None:
    sign_by_ecr(stand, "first", "second")
    image = stand.push()
    stand.aws.call(
        "signer", "CancelSigningProfile", {"profileName": "second"}, place=stand.place
    )
    stand.look(image)
    stand.pass_time(SOON)
    assert "managed signing by second failed: " in stand.record(image).detail


def test_observing_tells_of_no_failure_before_the_verdict() -> None:
    stand = Stand(capability=Capability.OBSERVE)
    sign_by_ecr(stand)
    let_it_fail(stand)
    image = stand.push()
    stand.look(image)
    stand.pass_time(SOON)
    assert stand.record(image).reason == "managed-signing-failed"
    assert stand.findings == []


def test_what_was_heard_is_kept_though_a_later_look_hears_nothing(
    stand: Stand,
) -> None:
    sign_by_ecr(stand)
    let_it_fail(stand)
    image = stand.push()
    stand.look(image)
    stand.pass_time(SOON)
    before = asked(stand)
    result = stand.look(stand.junk(image))
    assert result.reason == "managed-signing-failed"
    assert asked(stand) == before, "an event asks nothing"


@pytest.mark.parametrize(
    "error", [access_denied("it", ""), throttled(), internal_error()]
)
def test_an_answer_that_cannot_be_had_changes_no_verdict(
    stand: Stand, error: Any
) -> None:
    sign_by_ecr(stand)
    let_it_fail(stand)
    stand.aws.faults.add(Fault(operation="DescribeImageSigningStatus", error=error))
    image = stand.push()
    stand.look(image)
    stand.pass_time(GRACE)
    record = stand.record(image)
    assert asked(stand) > 0
    assert (record.verdict, record.reason) == (Verdict.UNSIGNED, "no-signature")
    assert stand.status(image) == "ARCHIVED"
    (finding,) = stand.findings
    assert severity(finding) == "HIGH"


def test_a_verdict_that_fell_before_anything_was_known_hears_of_it_afterwards() -> None:
    """The grace is none: at the first look the signing was under way, or not begun."""
    stand = Stand(current=bundle(grace="0s"))
    sign_by_ecr(stand)
    let_it_fail(stand)
    image = stand.push()
    assert stand.look(image).detail.endswith("in progress")
    stand.pass_time(timedelta(hours=1))
    assert stand.record(image).reason == "managed-signing-failed"
    calls = asked(stand)
    stand.pass_time(timedelta(hours=5))
    assert asked(stand) == calls


def test_a_trusted_image_is_never_asked_about(stand: Stand) -> None:
    sign_by_ecr(stand)
    image = stand.push()
    stand.attach(image)
    stand.look(image)
    stand.pass_time(timedelta(days=2))
    assert stand.record(image).verdict is Verdict.TRUSTED
    assert asked(stand) == 0


def test_asking_costs_no_round_trip() -> None:
    taken = []
    for signed in (False, True):
        trips = Trips()
        stand = counted_stand(trips)
        if signed:
            sign_by_ecr(stand)
            let_it_fail(stand)
        image = stand.push()
        stand.look(image)
        stand.clock.advance(SOON)
        scheduled = replace(stand.hint(image.digest), scheduled=True)
        stand.attach(image)
        trips.taken, trips.at = 0, {}
        assert stand.gate.look(scheduled).verdict is Verdict.TRUSTED
        assert trips.at["signings"] == trips.at["describe"]
        taken.append(trips.taken)
    assert taken[0] == taken[1]


def test_hostile_texts_are_remembered_short(stand: Stand) -> None:
    sign_by_ecr(stand)
    stand.aws.signing_ends.add(
        SigningEnd(
            repositories=REPOSITORY,
            after=timedelta(0),
            failure_code="C" * 5000,
            failure_reason="\x1b[31m" + "R" * 5000,
        )
    )
    image = stand.push()
    stand.look(image)
    stand.pass_time(SOON)
    record = stand.record(image)
    assert record.signing is not None
    assert record.signing.state is SigningState.FAILED
    assert len(record.detail) <= 600
    (finding,) = stand.findings
    assert "\x1b" not in finding["Description"]


def test_a_first_look_after_the_grace_asks_before_it_says_unsigned(
    stand: Stand,
) -> None:
    """Nobody looks again before the verdict; an image held is not looked into."""
    sign_by_ecr(stand)
    let_it_fail(stand)
    image = stand.push(tag="v1")
    stand.clock.advance(GRACE)
    found = stand.look(image)
    assert (found.verdict, found.reason) == (
        Verdict.UNSIGNED,
        "managed-signing-failed",
    )
    assert asked(stand) == 1


def test_of_what_was_pushed_days_ago_nobody_asks(stand: Stand) -> None:
    """A sweep meets thousands of old images: none costs a call more."""
    sign_by_ecr(stand)
    let_it_fail(stand)
    image = stand.push(tag="v1")
    stand.clock.advance(timedelta(days=2))
    assert stand.look(image).reason == "no-signature"
    assert asked(stand) == 0
