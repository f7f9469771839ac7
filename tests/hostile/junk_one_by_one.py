"""5,000 junk referrers pushed one by one on one image: what each costs in calls."""

from typing import Any, Final

from sealward.ledger import Verdict
from sealward.ports.ledger import Ledger
from sealward.ports.registry import Registry
from tests.hostile.measured import keep
from tests.unit.sealward.counting import CallingRegistry
from tests.unit.sealward.stand import Stand, bundle
from tests.unit.sealward.trips import CountedLedger, Trips

PUSHES: Final = 5_000
EARLY: Final = 1_000
EACH: Final = 100
"""Looks that are averaged, up to a number of pushes."""
BETWEEN: Final = 25
"""Elsewhere, one push in so many is looked at: a look there costs no less for it."""
MOST_GROWTH = 1.1
"""Calls for a referrer at 5,000, by calls for one at 1,000."""


class _Counted(Stand):
    """Counts every call of registry, ledger and Security Hub."""

    def __init__(self) -> None:
        self.trips = Trips()
        super().__init__(
            current=bundle(grace="0s"),
            registry=self._counting,
            wrap_ledger=self._counted,
        )

    def _counting(self, registry: Registry) -> Registry:
        self.registry = CallingRegistry(registry)
        return self.registry

    def _counted(self, ledger: Ledger) -> Any:
        return CountedLedger(ledger, self.trips)

    def calls(self) -> int:
        """Return how many calls were made so far."""
        told = sum(
            each.operation == "BatchImportFindings" for each in self.aws.operations
        )
        return self.registry.calls.total() + self.trips.taken + told


def test_5_000_junk_referrers_cost_calls_in_proportion() -> None:
    stand = _Counted()
    image = stand.push()
    stand.attach(image)
    assert stand.look(image).verdict is Verdict.TRUSTED
    calls: dict[int, int] = {}
    for number in range(1, PUSHES + 1):
        pushed = stand.junk(image, number)
        counted = any(end - EACH < number <= end for end in (EARLY, PUSHES))
        if not counted and number % BETWEEN:
            continue
        before = stand.calls()
        looked = stand.look(pushed)
        calls[number] = stand.calls() - before
        assert (looked.verdict, looked.step) == (Verdict.TRUSTED, "none")
    early, late = (
        sum(calls[number] for number in range(end - EACH + 1, end + 1)) / EACH
        for end in (EARLY, PUSHES)
    )
    keep("junk_calls_for_each_at_1000", early)
    keep("junk_calls_for_each_at_5000", late)
    keep("junk_calls_late_by_early", late / early, most=MOST_GROWTH)
    assert late / early <= MOST_GROWTH
    assert stand.status(image) == "ACTIVE"
