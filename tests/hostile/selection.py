"""A plugin of pytest: of the files given, the tests that the threat model names."""

from pathlib import Path

import pytest

from tests.hostile.threats import ROOT, threats


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what no threat names."""
    named = [each for threat in threats() for each in threat.tests]

    def is_named(item: pytest.Item) -> bool:
        file = Path(item.path).relative_to(ROOT).as_posix()
        function = getattr(item, "originalname", None) or item.name
        return any(each.is_it(file, function) for each in named)

    others = [item for item in items if not is_named(item)]
    config.hook.pytest_deselected(items=others)
    items[:] = [item for item in items if item not in others]
