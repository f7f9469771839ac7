"""Floods at work: a repository over its share is told of once, and again when it ends.

The note in the ledger comes before the finding. What Security Hub does not take is sent
again by the next note, or by whoever tidies.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.findings import Place, dated, delivered, next_state
from sealward.findings.flood import flood_ended, flooding
from sealward.ledger.floods import Flood
from sealward.ledger.records import FindingStatus
from sealward.ports.floods import FloodLedger
from sealward.ports.security_hub import Delivered, SecurityHub

NOTED_EVERY: Final = timedelta(minutes=10)
"""However often a repository is over its share, it is written down so often at most."""
OVER_AFTER: Final = timedelta(hours=1)
"""Not noted for so long, a flood is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Floods:
    """Tells of repositories over their share."""

    ledger: FloodLedger
    hub: SecurityHub
    place: Place
    now: Callable[[], datetime]
    """The clock: aware, UTC."""

    def over(self, repository: str) -> None:
        """Note that ``repository`` is over its share; tell of it once.

        Raises:
            Unavailable, Denied: the ledger did not answer; the next time notes it.
        """
        now, known = self.now(), self.ledger.flood(repository)
        goes_on = known is not None and _is_open(known)
        if known is not None and goes_on and now - known.at < NOTED_EVERY:
            return
        since = known.since if known is not None and goes_on else now
        before = known.finding if known is not None else None
        flood = Flood(repository=repository, since=since, at=now, finding=before)
        self._say(flood, flooding(self.place, flood), FindingStatus.OPEN)

    def tidy(self) -> int:
        """Resolve what is over, send again what was not taken; return how many ended.

        Raises:
            Unavailable, Denied: the ledger did not answer; the next time does it.
        """
        ended = 0
        for flood in self.ledger.floods():
            if _is_open(flood) and self.now() - flood.at >= OVER_AFTER:
                document = flood_ended(self.place, flood)
                self._say(flood, document, FindingStatus.RESOLVED)
                ended += 1
            elif flood.finding is not None and not flood.finding.delivered:
                made = flooding if _is_open(flood) else flood_ended
                self._deliver(flood, made(self.place, flood))
        return ended

    def _say(
        self, flood: Flood, document: dict[str, Any], status: FindingStatus
    ) -> None:
        state = next_state(flood.finding, document, status, now=self.now())
        flood = replace(flood, finding=state)
        self.ledger.keep_flood(flood)
        if not state.delivered:
            self._deliver(flood, document)

    def _deliver(self, flood: Flood, document: dict[str, Any]) -> None:
        state = flood.finding
        if state is None:
            return
        if isinstance(self.hub.publish(dated(document, state)), Delivered):
            self.ledger.keep_flood(replace(flood, finding=delivered(state)))


def _is_open(flood: Flood) -> bool:
    return flood.finding is not None and flood.finding.status is FindingStatus.OPEN
