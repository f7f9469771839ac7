"""Floods in process: notes of repositories over their share, in memory."""

from collections.abc import Sequence

from sealward.ledger.floods import Flood


class InProcessFloods:
    """``sealward.ports.floods.FloodLedger`` in memory."""

    def __init__(self) -> None:
        self._floods: dict[str, Flood] = {}

    def flood(self, repository: str) -> Flood | None:
        """See the port."""
        return self._floods.get(repository)

    def floods(self) -> Sequence[Flood]:
        """See the port."""
        return [self._floods[name] for name in sorted(self._floods)]

    def keep_flood(self, flood: Flood) -> None:
        """See the port."""
        self._floods[flood.repository] = flood
