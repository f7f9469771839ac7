"""What Sealward acts upon by itself, and what it only proposes."""

from datetime import timedelta

import pytest

from sealward.decisions import Step
from sealward.ledger import Verdict
from sealward.policy.bundle import Capability
from tests import forge
from tests.unit.sealward.stand import Stand, bundle

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def stand() -> Stand:
    """A stand whose policy gives no grace: what is bad is held at the first look."""
    return Stand(current=bundle(grace="0s"))


def test_what_was_pushed_before_enforce_from_is_only_proposed() -> None:
    stand = Stand(current=bundle(grace="0s", enforceFrom="2026-06-02T00:00:00Z"))
    image = stand.push()
    result = stand.look(image)
    assert (result.verdict, result.step, result.proposal) == (
        Verdict.UNSIGNED,
        Step.NONE,
        "quarantine",
    )
    (finding,) = stand.findings
    assert finding["Resources"][0]["Type"] == "AwsEcrRepository"
    assert "1 in proposal before-enforcement-" in finding["Description"]
    assert finding["Severity"]["Label"] == "MEDIUM"


def test_pushing_it_again_later_does_not_make_it_new() -> None:
    stand = Stand(current=bundle(grace="1h", enforceFrom="2026-06-01T00:10:00Z"))
    image = stand.push()
    stand.look(image)
    stand.pass_time(11 * MINUTE)
    stand.push(tag="again")
    stand.pass_time(2 * HOUR)
    assert stand.record(image).verdict is Verdict.UNSIGNED
    assert stand.status(image) == "ACTIVE"


def test_a_trusted_image_an_expiry_makes_untrusted_is_only_proposed(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.attach(image, expiry=forge.NOW + HOUR)
    assert stand.look(image).verdict is Verdict.TRUSTED
    stand.pass_time(2 * HOUR)
    record = stand.record(image)
    assert (record.verdict, record.reason, record.proposal) == (
        Verdict.UNTRUSTED,
        "signature-expired",
        "quarantine",
    )
    assert stand.status(image) == "ACTIVE"


def test_leaving_observation_proposes_what_was_reported_before() -> None:
    stand = Stand(current=bundle(grace="0s", enforcement="report"))
    image = stand.push()
    assert stand.look(image).proposal == ""
    stand.bundles.current = bundle(grace="0s", serial=2)
    stand.clock.advance(MINUTE)
    result = stand.look(image)
    assert (result.step, result.proposal) == (Step.NONE, "quarantine")
    assert stand.status(image) == "ACTIVE"


@pytest.mark.parametrize(
    ("enforcement", "capability", "held"),
    [
        ("report", Capability.OBSERVE, False),
        ("report", Capability.QUARANTINE, False),
        ("report", Capability.DELETE, False),
        ("quarantine", Capability.OBSERVE, False),
        ("quarantine", Capability.QUARANTINE, True),
        ("quarantine", Capability.DELETE, True),
    ],
)
def test_the_more_cautious_of_enforcement_and_capability_counts(
    enforcement: str, capability: Capability, *, held: bool
) -> None:
    stand = Stand(
        current=bundle(grace="0s", enforcement=enforcement), capability=capability
    )
    image = stand.push()
    stand.look(image)
    assert (stand.status(image) == "ARCHIVED") is held


def test_a_hold_whose_policy_only_reports_now_is_proposed_for_release(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.look(image)
    stand.bundles.current = bundle(grace="0s", enforcement="report", serial=2)
    stand.clock.advance(MINUTE)
    result = stand.look(image)
    assert (result.step, result.proposal) == (Step.NONE, "release")
    assert stand.status(image) == "ARCHIVED"
    stand.push()
    stand.clock.advance(MINUTE)
    assert stand.look(image).hold is None


def test_a_hold_whose_policy_now_skips_is_released(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.bundles.current = bundle(level={"level": "skip"}, serial=2)
    stand.clock.advance(MINUTE)
    result = stand.look(image)
    assert (result.verdict, result.step) == (Verdict.EXEMPT, Step.RESTORE)
