"""What more than one file of the functions' tests begins with."""

from collections.abc import Iterator

import pytest

from tests.functions.deployed_stack import Deployed
from tests.functions.world import world


@pytest.fixture
def deployed() -> Iterator[Deployed]:
    """Yield a stack as the operator's commands find it."""
    with world() as made:
        yield Deployed(made)
