"""An open finding is sent again at day 60: Security Hub forgets at 90."""

from datetime import timedelta
from typing import Any

from sealward.findings import RESEND
from sealward.policy.bundle import PolicyBundle
from tests.unit.sealward.stand import Stand, bundle

DAY = timedelta(days=1)


def _sent(stand: Stand) -> int:
    return sum(each.operation == "BatchImportFindings" for each in stand.aws.operations)


def _days(stand: Stand, days: int) -> None:
    """Let days pass, looking once a day at what is due."""
    for _ in range(days):
        stand.clock.advance(DAY)
        stand.aws.settle()
        while stand.work():
            pass


def _open(current: PolicyBundle) -> tuple[Stand, Any]:
    stand = Stand(current=current)
    image = stand.push()
    stand.look(image)
    _days(stand, 2)
    return stand, image


def test_the_finding_of_an_image_that_stays_held() -> None:
    stand, image = _open(bundle(grace="0s"))
    before, (first,) = _sent(stand), stand.findings
    _days(stand, 57)
    assert _sent(stand) == before
    _days(stand, 3)
    assert _sent(stand) == before + 1
    (finding,) = stand.findings
    assert finding["UpdatedAt"] > first["UpdatedAt"]
    assert finding["CreatedAt"] == first["CreatedAt"]
    _days(stand, 57)
    assert _sent(stand) == before + 1
    stand.attach(image)
    stand.look(image)
    _days(stand, 1)
    resolved = _sent(stand)
    _days(stand, 70)
    assert _sent(stand) == resolved, "what is resolved may be forgotten"


def test_the_finding_of_a_repository_that_only_reports() -> None:
    stand, _ = _open(bundle(grace="0s", enforcement="report"))
    before, (first,) = _sent(stand), stand.findings
    _days(stand, 57)
    assert _sent(stand) == before
    _days(stand, 4)
    assert _sent(stand) == before + 1
    (finding,) = stand.findings
    assert finding["UpdatedAt"] > first["UpdatedAt"]


def test_who_is_to_count_at_day_60_keeps_nobody_from_counting_now() -> None:
    stand, _ = _open(bundle(grace="0s", enforcement="report"))
    stand.look(stand.push("another"))
    (finding,) = stand.findings
    assert "2 unsigned" in finding["Description"]


def test_the_time_is_before_security_hub_forgets() -> None:
    assert RESEND + timedelta(days=1) < timedelta(days=90)
