"""The baseline: what was there before a policy acted is exempt until an end."""

from datetime import timedelta
from typing import Any

import pytest

from sealward.decisions import Step
from sealward.ledger import Verdict
from sealward.policy.bundle import InvalidBundle
from sealward.proposals import Cause
from tests.unit.sealward.stand import Stand, bundle

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# The tests' clock begins on 1 June 2026.
SETTINGS: dict[str, Any] = {
    "grace": "0s",
    "enforceFrom": "2026-06-02T00:00:00Z",
    "baselineUntil": "2026-07-01T00:00:00Z",
}


@pytest.fixture
def stand() -> Stand:
    return Stand(current=bundle(**SETTINGS))


def test_an_old_image_is_exempt_with_its_end_and_no_finding(stand: Stand) -> None:
    image = stand.push()
    stand.clock.advance(2 * DAY)
    result = stand.look(image)
    assert (result.verdict, result.reason) == (Verdict.EXEMPT, "baseline")
    assert "until 2026-07-01" in result.detail
    assert stand.findings == []


def test_a_new_one_is_held(stand: Stand) -> None:
    stand.clock.advance(2 * DAY)
    image = stand.push()
    assert stand.look(image).step is Step.ARCHIVE


def test_a_signed_one_is_trusted_and_stays_so_to_be_judged(stand: Stand) -> None:
    image = stand.push()
    signature = stand.attach(image)
    stand.clock.advance(2 * DAY)
    assert stand.look(image).verdict is Verdict.TRUSTED
    stand.bundles.current = bundle(serial=2, identities=["Other"], **SETTINGS)
    assert stand.look(signature).verdict is Verdict.UNTRUSTED


def test_at_its_end_it_is_proposed_without_any_event(stand: Stand) -> None:
    image = stand.push()
    stand.clock.advance(2 * DAY)
    stand.look(image)
    stand.pass_time(29 * DAY)
    record = stand.record(image)
    assert (record.verdict, record.proposal) == (Verdict.UNSIGNED, "quarantine")
    (proposal,) = stand.ledger.proposals()
    assert proposal.cause is Cause.EXEMPTION_ENDED
    assert stand.status(image) == "ACTIVE"


@pytest.mark.parametrize(
    "settings",
    [
        {"baselineUntil": "2026-07-01T00:00:00Z"},
        {
            "enforceFrom": "2026-07-01T00:00:00Z",
            "baselineUntil": "2026-06-01T00:00:00Z",
        },
    ],
)
def test_a_baseline_without_a_begin_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidBundle, match="is not after enforceFrom"):
        bundle(**settings)
