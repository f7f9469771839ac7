"""36,000 pushes in one repository: what another repository's images are exposed for."""

import pytest

from tests.hostile.measured import keep
from tests.unit.sealward.flood import Flood, exposures
from tests.unit.sealward.queue_model import Measure

PUSHES = 36_000
MOST = 0.2
CALL, SLOW_CALL = 0.020, 0.250
"""Seconds of a call to AWS: as ever, and so slow that the looks are more than the
workers can do, and the backlog grows all the time."""


@pytest.mark.parametrize(
    ("name", "grace"), [("with_grace", "10m"), ("without_grace", "0s")]
)
@pytest.mark.parametrize("call", [CALL, SLOW_CALL])
def test_the_exposure_of_another_repository_grows_by_at_most_a_fifth(
    name: str, grace: str, call: float
) -> None:
    found = exposures(
        Flood(pushes=PUSHES, grace=grace, call=call, measure=Measure.TIME)
    )
    which = f"exposure_{name}_{call * 1e3:.0f}ms_a_call"
    keep(f"{which}_alone_s", found.alone)
    keep(f"{which}_beside_s", found.beside)
    keep(f"{which}_growth", found.growth, most=MOST)
    assert found.growth <= MOST
