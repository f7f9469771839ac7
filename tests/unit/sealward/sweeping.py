"""A stand with a sweep: what the tests of sweeps stand on."""

from collections import Counter
from datetime import timedelta

from sealward.sweep import Report, Sweep
from simulator.in_process.sweep import InProcessInventory, InProcessSweepLedger
from tests.unit.sealward.stand import ACCOUNT, REGION, Stand

LOOKS_PER_MINUTE = 60


class SweptStand(Stand):
    """A stand, and the sweep over it."""

    def sweep(
        self,
        *,
        looks_per_minute: int = LOOKS_PER_MINUTE,
        inventory: InProcessInventory | None = None,
    ) -> Sweep:
        if not hasattr(self, "swept"):
            self.swept = InProcessSweepLedger(self.ledger)
        return Sweep(
            inventory=inventory
            or InProcessInventory(self.aws, account=ACCOUNT, region=REGION),
            ledger=self.swept,
            queue=self.queue,
            bundles=self.bundles,
            account=ACCOUNT,
            region=REGION,
            looks_per_minute=looks_per_minute,
            now=self.clock,
        )

    def step(self, looks_per_minute: int = LOOKS_PER_MINUTE) -> Report:
        """Take one step now."""
        return self.sweep(looks_per_minute=looks_per_minute).step(
            until=self.clock.now + timedelta(minutes=4)
        )

    def sweep_all(self, looks_per_minute: int = LOOKS_PER_MINUTE) -> Counter[str]:
        """Sweep to the end, looking at what is sent; return the looks by why."""
        sent: Counter[str] = Counter()
        for _ in range(200):
            report = self.step(looks_per_minute)
            assert not report.failure
            sent += report.sent
            self.pass_time(timedelta(minutes=5))
            if not report.more:
                return sent
        raise AssertionError("the sweep never ends")
