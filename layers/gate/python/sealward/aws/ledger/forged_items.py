"""What is done about an item of the ledger that Sealward did not write: it is told.

The look that met it goes on as if it were absent, and so judges its subject anew.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sealward.aws.telemetry import Telemetry
from sealward.findings import Place
from sealward.ports.failures import PortError
from sealward.ports.security_hub import SecurityHub


class ForgedItems:
    """Logs and counts each, and raises the day's CRITICAL finding about the ledger.

    Args:
        telemetry: the log and the counts.
        hub: where the finding goes; where it is not taken, the log line and the count
            stand, and the next item met sends it again.
        place: where this stack stands.
        now: the clock.
    """

    def __init__(
        self,
        telemetry: Telemetry,
        hub: SecurityHub,
        place: Place,
        now: Callable[[], datetime],
    ) -> None:
        self._telemetry = telemetry
        self._hub = hub
        self._place = place
        self._now = now

    def __call__(self, pk: str, sk: str) -> None:
        """Tell that the item at ``pk`` and ``sk`` is forged."""
        self._telemetry.problem(
            "forged item in the ledger", count="LedgerForged", item=f"{pk} {sk}"
        )
        # Nobody forges most of the time.
        from sealward.findings.ledger import ledger_forged  # noqa: PLC0415

        finding = ledger_forged(self._place, item=f"{pk} {sk}", now=self._now())
        with suppress(PortError):
            self._hub.publish(finding)
