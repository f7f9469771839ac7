"""The breaker: reversals only (docs/threat-model.md, 3)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from sealward.decisions import Step
from sealward.decisions.breaker import REVERSALS_ALLOWED
from sealward.ledger import HoldState, Verdict
from sealward.ports.delivery import NotDelivered
from sealward.proposals import Answer, Approval, Cause
from tests.unit.sealward.asked import Asked
from tests.unit.sealward.rollout import Rollout
from tests.unit.sealward.stand import Stand, bundle

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Died(BaseException):
    """The process ends."""


class Refusing:
    """Security Hub, while it takes nothing."""

    def publish(self, _finding: Mapping[str, Any]) -> NotDelivered:
        """Refuse."""
        return NotDelivered(reason="switched off", retry=True)


def breaker_findings(stand: Stand) -> list[str]:
    return [
        str(each["Severity"]["Label"])
        for each in stand.findings
        if each["GeneratorId"] == "sealward/breaker"
    ]


def approve(stand: Stand) -> None:
    for proposal in stand.ledger.proposals():
        stand.ledger.approve(
            Approval(
                proposal_id=proposal.id,
                answer=Answer.APPROVED,
                by="arn:aws:sts::123456789012:assumed-role/platform/ann",
                at=stand.clock.now,
                until=stand.clock.now + DAY,
            )
        )


def rolled_out(images: int, *, repositories: int) -> Rollout:
    """Return signed images whose signer a new bundle no longer trusts."""
    rollout = Rollout(images, repositories=repositories, current=bundle(grace="0s"))
    rollout.sign()
    rollout.look()
    rollout.stand.clock.advance(DAY)
    rollout.stand.bundles.current = bundle(serial=2, grace="0s", identities=["Other"])
    return rollout


class TestNewImages:
    def test_a_thousand_unsigned_pushes_trip_nothing_and_the_next_is_held(self) -> None:
        stand = Stand(current=bundle(grace="0s"))
        for number in range(1_000):
            stand.look(
                stand.push(f"n{number}", repository="prod/x"), repository="prod/x"
            )
        assert stand.ledger.last_trip() is None
        image = stand.push("real", repository="prod/y")
        result = stand.look(image, repository="prod/y")
        assert (result.verdict, result.hold) == (Verdict.UNSIGNED, HoldState.HELD)
        assert result.exposure_seconds < 1

    def test_the_same_while_a_rollout_removes_an_identity(self) -> None:
        rollout = rolled_out(REVERSALS_ALLOWED + 5, repositories=3)
        rollout.look()
        stand = rollout.stand
        assert stand.ledger.last_trip() is not None
        image = stand.push("real", repository="prod/y")
        result = stand.look(image, repository="prod/y")
        assert (result.verdict, result.hold) == (Verdict.UNSIGNED, HoldState.HELD)
        record = stand.record(image, repository="prod/y")
        assert record.bundle_serial == 2, "nothing rolls a policy back"


class TestReversals:
    def test_too_many_in_several_repositories_are_one_critical_finding(self) -> None:
        rollout = rolled_out(REVERSALS_ALLOWED + 5, repositories=3)
        rollout.look()
        assert breaker_findings(rollout.stand) == ["CRITICAL"]
        assert rollout.figures().archived == 0
        (proposal,) = rollout.stand.ledger.proposals()
        assert proposal.cause is Cause.POLICY_CHANGE

    def test_another_trip_is_seen_though_the_first_was_resolved(self) -> None:
        rollout = rolled_out(2 * (REVERSALS_ALLOWED + 5), repositories=3)
        stand = rollout.stand
        half = REVERSALS_ALLOWED + 5
        for repository, image in rollout.images[:half]:
            stand.look(image, repository=repository)
        (first,) = stand.findings_of("sealward/breaker")
        stand.clock.advance(2 * HOUR)
        for repository, image in rollout.images[half:]:
            stand.look(image, repository=repository)
        assert [
            each["Id"] == first["Id"] for each in stand.findings_of("sealward/breaker")
        ] == [True, False]

    def test_what_security_hub_refuses_the_next_reversal_tells(self) -> None:
        rollout = rolled_out(REVERSALS_ALLOWED + 1, repositories=3)
        hub = rollout.stand.gate.security_hub
        rollout.stand.gate = replace(rollout.stand.gate, security_hub=Refusing())
        for repository, image in rollout.images[:-1]:
            rollout.stand.look(image, repository=repository)
        assert rollout.stand.ledger.last_trip() is not None
        assert breaker_findings(rollout.stand) == []
        rollout.stand.gate = replace(rollout.stand.gate, security_hub=hub)
        repository, image = rollout.images[-1]
        rollout.stand.look(image, repository=repository)
        assert breaker_findings(rollout.stand) == ["CRITICAL"]

    def test_where_no_reversal_follows_it_is_told_on_schedule_once(self) -> None:
        rollout = rolled_out(REVERSALS_ALLOWED, repositories=3)
        stand = rollout.stand
        *others, (repository, image) = rollout.images
        for where, each in others:
            stand.look(each, repository=where)
        with (
            patch.object(stand.gate.security_hub, "publish", side_effect=Died),
            suppress(Died),
        ):
            stand.look(image, repository=repository)
        assert stand.ledger.last_trip() is not None
        desk = Asked(stand).desk
        desk.tidy()
        assert breaker_findings(stand) == ["CRITICAL"]
        sent = len(stand.aws.operations)
        desk.tidy()
        assert len(stand.aws.operations) == sent, "nothing is owed"

    def test_one_less_trips_nothing(self) -> None:
        rollout = rolled_out(REVERSALS_ALLOWED - 1, repositories=3)
        rollout.look()
        assert breaker_findings(rollout.stand) == []

    def test_looking_twice_counts_once(self) -> None:
        rollout = rolled_out(REVERSALS_ALLOWED - 1, repositories=3)
        rollout.look()
        rollout.look()
        assert breaker_findings(rollout.stand) == []

    def test_what_is_spread_over_hours_trips_nothing(self) -> None:
        rollout = rolled_out(REVERSALS_ALLOWED + 5, repositories=3)
        for repository, image in rollout.images:
            rollout.stand.look(image, repository=repository)
            rollout.stand.clock.advance(10 * MINUTE)
        assert breaker_findings(rollout.stand) == []

    def test_old_unsigned_images_are_no_reversals(self) -> None:
        rollout = Rollout(
            REVERSALS_ALLOWED + 5,
            repositories=3,
            current=bundle(grace="0s", enforcement="report"),
        )
        rollout.look()
        rollout.stand.bundles.current = bundle(serial=2, grace="0s")
        rollout.look()
        assert rollout.stand.ledger.last_trip() is None


class TestApprovals:
    def test_what_was_approved_before_it_tripped_is_void(self) -> None:
        rollout = rolled_out(REVERSALS_ALLOWED + 5, repositories=3)
        stand = rollout.stand
        (repository, first) = rollout.images[0]
        stand.look(first, repository=repository)
        approve(stand)
        stand.clock.advance(MINUTE)
        rollout.look()
        assert stand.ledger.last_trip() is not None
        stand.clock.advance(MINUTE)
        assert stand.look(rollout.images[-1][1], repository="prod/app-0").step is (
            Step.NONE
        )

    def test_what_is_approved_after_it_is_done(self) -> None:
        rollout = rolled_out(REVERSALS_ALLOWED + 5, repositories=3)
        stand = rollout.stand
        rollout.look()
        stand.clock.advance(MINUTE)
        approve(stand)
        repository, image = rollout.images[0]
        assert stand.look(image, repository=repository).step is Step.ARCHIVE
