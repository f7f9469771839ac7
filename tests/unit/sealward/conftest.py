"""Stands that most tests of looks begin with."""

import pytest

from tests.unit.sealward.counting import Counting
from tests.unit.sealward.stand import Stand, bundle


@pytest.fixture
def stand() -> Stand:
    return Stand()


@pytest.fixture
def at_once() -> Stand:
    """A stand whose policy gives no grace."""
    return Stand(current=bundle(grace="0s"))


@pytest.fixture
def counting() -> Counting:
    return Counting()
