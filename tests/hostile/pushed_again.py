"""A held image pushed again ten times a second, for ten minutes: how long it lives."""

from datetime import timedelta

import pytest

from tests.hostile.measured import keep
from tests.unit.sealward.stand import Stand, bundle
from tests.unit.sealward.test_repushes import live

MOST = 30
"""Seconds of the ten minutes in which it can be pulled."""


@pytest.mark.parametrize("late", [1, 3])
def test_it_lives_less_than_30_seconds(late: int) -> None:
    stand = Stand(current=bundle(grace="0s", escalation="deny-pulls"))
    alive = live(stand, delay=timedelta(seconds=late))
    keep(f"pushed_again_events_{late}s_late_alive_s", alive, most=MOST)
    assert alive < MOST
