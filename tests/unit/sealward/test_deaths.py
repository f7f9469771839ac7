"""The function dies between any two calls: what was begun is finished or undone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sealward.ledger import HoldState
from sealward.policy.bundle import PolicyBundle
from sealward.proposals import Answer, Approval
from tests.unit.sealward.stand import REPOSITORY, Stand, bundle

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
MOST_CALLS = 200


class Death(BaseException):
    """The process ends: nothing catches it."""


class Mortal:
    """Passes calls on; after the last one that is allowed, the process is dead."""

    def __init__(self, port: Any, life: "Life") -> None:
        self._port, self._life = port, life

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found) or name.startswith("_"):
            return found

        def call(*arguments: Any, **named: Any) -> Any:
            self._life.spend()
            return found(*arguments, **named)

        return call


class Life:
    """Calls left; None for no end."""

    def __init__(self) -> None:
        self.left: int | None = None

    def spend(self) -> None:
        if self.left is None:
            return
        if self.left == 0:
            raise Death
        self.left -= 1


def mortal(current: PolicyBundle) -> tuple[Stand, Life]:
    life = Life()
    stand = Stand(
        current=current,
        registry=lambda port: Mortal(port, life),
        wrap_ledger=lambda port: Mortal(port, life),
    )
    stand.gate = replace(
        stand.gate,
        pulls=Mortal(stand.pulls, life),
        security_hub=Mortal(stand.gate.security_hub, life),
    )
    return stand, life


def held_first(stand: Stand) -> Any:
    return stand.push()


def held_again(stand: Stand) -> Any:
    image = stand.push()
    stand.look(image)
    for _ in range(2):
        stand.clock.advance(MINUTE)
        stand.push()
        stand.look(image)
    stand.clock.advance(MINUTE)
    return stand.push()


def allowed_again(stand: Stand) -> Any:
    image = held_again(stand)
    stand.look(image)
    assert stand.pulls.denied(REPOSITORY, image.digest)
    stand.attach(image)
    return image


def released(stand: Stand) -> Any:
    image = stand.push()
    stand.look(image)
    stand.attach(image)
    return image


def reported(stand: Stand) -> Any:
    image = stand.push()
    stand.bundles.current = bundle(serial=2, grace="0s", enforcement="report")
    return image


def approved(stand: Stand) -> Any:
    image = stand.push()
    stand.attach(image)
    stand.look(image)
    stand.bundles.current = bundle(serial=2, grace="0s", identities=["Other"])
    stand.look(image)
    (proposal,) = stand.ledger.proposals()
    stand.ledger.approve(
        Approval(
            proposal_id=proposal.id,
            answer=Answer.APPROVED,
            by="arn:aws:sts::123456789012:assumed-role/platform/ann",
            at=stand.clock.now,
            until=stand.clock.now + HOUR,
        )
    )
    return image


@pytest.mark.parametrize(
    ("before", "status", "hold"),
    [
        (held_first, "ARCHIVED", HoldState.HELD),
        (held_again, "ARCHIVED", HoldState.HELD),
        (allowed_again, "ACTIVE", None),
        (released, "ACTIVE", None),
        (reported, "ACTIVE", None),
        (approved, "ARCHIVED", HoldState.HELD),
    ],
)
def test_it_ends_as_if_it_had_not_died(
    before: Callable[[Stand], Any], status: str, hold: HoldState | None
) -> None:
    for calls in range(MOST_CALLS):
        stand, life = mortal(bundle(grace="0s", escalation="deny-pulls"))
        image = before(stand)
        life.left = calls
        try:
            stand.look(image)
        except Death:
            died = True
        else:
            died = False
        life.left = None
        # The message was not deleted, so the queue hands it out again.
        stand.clock.advance(MINUTE)
        stand.look(image)
        stand.pass_time(25 * MINUTE)
        record = stand.record(image)
        assert stand.status(image) == status, calls
        assert (record.hold.state if record.hold else None) is hold, calls
        denied = stand.pulls.denied(REPOSITORY, image.digest)
        assert denied is (before is held_again), calls
        active = [each for each in stand.findings if each["RecordState"] == "ACTIVE"]
        assert len(active) == (0 if before in (released, allowed_again) else 1), calls
        if not died:
            return
    pytest.fail(f"a look of more than {MOST_CALLS} calls")
