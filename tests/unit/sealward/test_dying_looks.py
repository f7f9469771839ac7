"""Looks that die, out of time or memory: their image has its verdict all the same."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from notation_verifier import Descriptor
from sealward.aws.intake import LAST_DELIVERY
from sealward.decisions import Unknown
from sealward.ledger import Verdict
from tests.template.rendering import load
from tests.unit.sealward.stand import Stand, bundle

HOUR = timedelta(hours=1)


class Died(BaseException):
    """What ends a process: no code gets to remember anything."""


def die(*_: object, **__: object) -> None:
    raise Died


def delivered_to_the_end(stand: Stand, image: Descriptor) -> None:
    """Deliver a message as often as SQS does."""
    hint = stand.hint(image.digest)
    for delivery in range(1, LAST_DELIVERY + 1):
        again, last = delivery > 1, delivery == LAST_DELIVERY
        with suppress(Died):  # once it is held its manifest is not read
            stand.gate.look(replace(hint, again=again, last=last))


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr("sealward.look.reading.hints.classify", die)
    return monkeypatch


def test_what_kills_every_look_has_a_verdict_before_it_is_a_dead_letter(
    stand: Stand, dying: pytest.MonkeyPatch
) -> None:
    image = stand.push()
    stand.attach(image)
    delivered_to_the_end(stand, image)
    record = stand.record(image)
    assert (record.verdict, record.reason) == (
        Verdict.INCONCLUSIVE,
        Unknown.JUDGING_FAILED,
    )
    assert "LookDied" in record.detail
    assert record.due is not None
    dying.undo()
    stand.pass_time(timedelta(seconds=10))
    assert stand.record(image).verdict is Verdict.TRUSTED


@pytest.mark.parametrize("hold_unknown", [True, False])
def test_after_its_deadline_it_is_critical_and_held_where_the_policy_says_so(
    dying: pytest.MonkeyPatch, *, hold_unknown: bool
) -> None:
    del dying
    stand = Stand(current=bundle(holdUnknown=hold_unknown))
    image = stand.push()
    delivered_to_the_end(stand, image)
    stand.clock.advance(HOUR)
    delivered_to_the_end(stand, image)
    (finding,) = stand.findings
    assert finding["Severity"]["Label"] == "CRITICAL"
    assert stand.status(image) == ("ARCHIVED" if hold_unknown else "ACTIVE")


def test_what_is_settled_is_not_unsettled_by_looks_that_die(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = stand.push()
    stand.attach(image)
    stand.look(image)
    before = stand.record(image)
    monkeypatch.setattr("sealward.look.reading.hints.classify", die)
    delivered_to_the_end(stand, image)
    assert stand.record(image) == before


def test_a_last_delivery_whose_look_does_not_die_is_an_ordinary_look(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.attach(image)
    stand.gate.look(replace(stand.hint(image.digest), again=True, last=True))
    assert stand.record(image).verdict is Verdict.TRUSTED


def test_the_last_delivery_is_the_templates() -> None:
    queue = load()["Resources"]["LookQueue"]["Properties"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == LAST_DELIVERY
