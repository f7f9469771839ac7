"""The template's resources, rendered once for each module."""

from typing import Any

import pytest

from tests.template.rendering import load, render
from tests.template.resources import PARAMETERS


@pytest.fixture(scope="module")
def resources() -> dict[str, dict[str, Any]]:
    return render(load(), PARAMETERS)
