"""The re-push race: a held image pushed again and again (docs/threat-model.md, 11)."""

import json
from datetime import timedelta

import pytest

from notation_verifier import Descriptor
from sealward.actions.pull_denial import (
    UnusablePolicy,
    denies,
    with_denial,
    without_denial,
)
from sealward.ledger import HoldState, PullDenial
from tests.unit.sealward.stand import REPOSITORY, Stand, bundle

SECOND, MINUTE, HOUR = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
)
ROLE = "arn:aws:iam::123456789012:role/sealward/VerifyPush"
DIGEST = f"sha256:{'ab' * 32}"


@pytest.fixture
def denying() -> Stand:
    return Stand(current=bundle(grace="0s", escalation="deny-pulls"))


def push_again(stand: Stand, times: int) -> Descriptor:
    """Hold an image, then push it as often again, a minute apart, and look."""
    image = stand.push()
    stand.look(image)
    for _ in range(times):
        stand.clock.advance(MINUTE)
        stand.push()
        stand.look(image)
    return image


class TestEscalation:
    def test_the_third_time_within_an_hour_is_critical(self, at_once: Stand) -> None:
        image = push_again(at_once, 2)
        (finding,) = at_once.findings
        assert finding["Severity"]["Label"] == "HIGH"
        at_once.clock.advance(MINUTE)
        at_once.push()
        at_once.look(image)
        (finding,) = at_once.findings
        assert finding["Severity"]["Label"] == "CRITICAL"
        assert "pushed again 3 times" in finding["Description"]
        assert "PutImage" in finding["Remediation"]["Recommendation"]["Text"]

    def test_three_times_in_more_than_an_hour_is_not(self, at_once: Stand) -> None:
        image = at_once.push()
        at_once.look(image)
        for _ in range(3):
            at_once.clock.advance(31 * MINUTE)
            at_once.push()
            at_once.look(image)
        (finding,) = at_once.findings
        assert finding["Severity"]["Label"] == "HIGH"

    def test_without_the_setting_no_policy_is_touched(self, at_once: Stand) -> None:
        image = push_again(at_once, 4)
        assert not at_once.pulls.denied(REPOSITORY, image.digest)
        assert at_once.record(image).pulls is None

    def test_with_it_pulls_are_denied_and_an_intent_says_so_first(
        self, denying: Stand
    ) -> None:
        image = push_again(denying, 3)
        assert denying.pulls.denied(REPOSITORY, image.digest)
        record = denying.record(image)
        assert record.pulls is PullDenial.DENIED
        assert record.hold is not None
        assert record.hold.state is HoldState.HELD

    def test_a_quiet_hour_allows_them_again(self, denying: Stand) -> None:
        image = push_again(denying, 3)
        denying.pass_time(3 * HOUR)
        assert not denying.pulls.denied(REPOSITORY, image.digest)
        assert denying.record(image).pulls is None
        assert denying.status(image) == "ARCHIVED"

    def test_a_good_signature_allows_them_again(self, denying: Stand) -> None:
        image = push_again(denying, 3)
        denying.look(denying.attach(image))
        assert not denying.pulls.denied(REPOSITORY, image.digest)

    def test_an_image_that_is_deleted_allows_them_again(self, denying: Stand) -> None:
        image = push_again(denying, 3)
        denying.delete(image)
        denying.look(image)
        assert not denying.pulls.denied(REPOSITORY, image.digest)

    def test_what_cannot_be_denied_is_asked_for_again(self, denying: Stand) -> None:
        denying.pulls.refuse = True
        image = push_again(denying, 3)
        record = denying.record(image)
        assert record.pulls is PullDenial.DENYING
        assert denying.status(image) == "ARCHIVED"
        denying.pulls.refuse = False
        denying.pass_time(2 * MINUTE)
        assert denying.pulls.denied(REPOSITORY, image.digest)

    def test_what_cannot_be_allowed_again_is_tried_until_it_is(
        self, denying: Stand
    ) -> None:
        image = push_again(denying, 3)
        denying.pulls.refuse = True
        denying.pass_time(2 * HOUR)
        assert denying.record(image).pulls is PullDenial.DENIED
        denying.pulls.refuse = False
        denying.pass_time(2 * HOUR)
        assert not denying.pulls.denied(REPOSITORY, image.digest)


def live(denying: Stand, *, delay: timedelta) -> float:
    """Push a held image ten times a second for ten minutes; return seconds alive.

    Events arrive ``delay`` late, and each look takes a quarter of a second.
    """
    stand, tick = denying, timedelta(milliseconds=100)
    image = stand.push()
    stand.look(image)
    alive, next_look = 0.0, stand.clock.now + delay
    end = stand.clock.now + 10 * MINUTE
    while stand.clock.now < end:
        if stand.status(image) != "ACTIVE":
            stand.push()
        if not stand.pulls.denied(REPOSITORY, image.digest):
            alive += tick.total_seconds()
        stand.clock.advance(tick)
        if stand.clock.now >= next_look:
            stand.look(image)
            next_look = stand.clock.now + delay
    told = stand.record(image).exposure.total(stand.clock.now)
    assert told <= alive + 5, "what is told is what was"
    return alive


@pytest.mark.parametrize("delay", [SECOND, 3 * SECOND])
def test_re_pushed_ten_times_a_second_for_ten_minutes_it_lives_under_30_s(
    denying: Stand, delay: timedelta
) -> None:
    assert live(denying, delay=delay) < 30


class TestTheStatement:
    def test_what_others_wrote_stays(self) -> None:
        former = {
            "Version": "2012-10-17",
            "Statement": [{"Sid": "pull", "Effect": "Allow", "Principal": "*"}],
        }
        denied = with_denial(json.dumps(former), DIGEST, role=ROLE)
        assert denies(denied, DIGEST)
        left = without_denial(denied, DIGEST)
        assert left is not None
        assert json.loads(left) == former

    def test_sealward_itself_goes_on_pulling(self) -> None:
        (statement,) = json.loads(with_denial(None, DIGEST, role=ROLE))["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [
            ROLE,
            "arn:aws:sts::123456789012:assumed-role/VerifyPush/*",
        ]

    def test_each_image_has_its_own(self) -> None:
        other = f"sha256:{'cd' * 32}"
        both = with_denial(with_denial(None, DIGEST, role=ROLE), other, role=ROLE)
        left = without_denial(both, DIGEST)
        assert left is not None
        assert (denies(left, DIGEST), denies(left, other)) == (False, True)
        assert without_denial(left, other) is None

    @pytest.mark.parametrize(
        "policy", ["", "[]", '{"Statement": 1}', '{"Statement": [1]}']
    )
    def test_what_is_no_policy_is_left_alone(self, policy: str) -> None:
        with pytest.raises(UnusablePolicy):
            with_denial(policy, DIGEST, role=ROLE)
