"""A flooded repository and another one's exposure; at full size: ``make hostile``."""

from datetime import UTC, datetime, timedelta

import pytest

from sealward.subjects.turns import SHARE, Share, Shares
from tests.unit.sealward.flood import Flood, exposures
from tests.unit.sealward.queue_model import Measure

PUSHES = 3_000
"""Five minutes of ten a second."""
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.mark.parametrize("grace", ["0s", "10m"])
@pytest.mark.parametrize("measure", [Measure.TIME, Measure.IN_FLIGHT])
def test_anothers_exposure_grows_by_at_most_a_fifth(
    grace: str, measure: Measure
) -> None:
    flood = Flood(pushes=PUSHES, grace=grace, call=0.020, measure=measure)
    assert exposures(flood).growth <= 0.2


def test_in_batches_of_ten_and_with_no_share_it_grows_beyond_that() -> None:
    """The model can show unfairness: batch and share are what prevents it."""
    slow = Flood(
        pushes=PUSHES,
        grace="0s",
        call=0.250,
        measure=Measure.TIME,
        batch=10,
        shared=False,
    )
    assert exposures(slow).growth > 10


class TestShares:
    def test_what_is_over_is_said_once_and_spent_in_a_minute(self) -> None:
        now = [datetime(2026, 1, 1, tzinfo=UTC)]
        shares = Shares(lambda: now[0])
        found = [shares.take("dev/x") for _ in range(SHARE + 3)]
        assert found[:SHARE] == [Share.WITHIN] * SHARE
        assert found[SHARE:] == [Share.EXCEEDED, Share.OVER, Share.OVER]
        assert shares.take("prod/y") is Share.WITHIN
        now[0] += MINUTE
        assert shares.take("dev/x") is Share.WITHIN

    def test_after_a_flood_a_repository_is_as_any_other_within_two_minutes(
        self,
    ) -> None:
        now = [datetime(2026, 1, 1, tzinfo=UTC)]
        shares = Shares(lambda: now[0])
        for _ in range(1_000):
            shares.take("dev/x")
        now[0] += 2 * MINUTE
        assert shares.take("dev/x") is Share.WITHIN

    def test_a_steady_ten_a_minute_is_within(self) -> None:
        now = [datetime(2026, 1, 1, tzinfo=UTC)]
        shares = Shares(lambda: now[0])
        for _ in range(100):
            assert shares.take("dev/x") is Share.WITHIN
            now[0] += 6 * SECOND
