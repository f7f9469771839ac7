"""Shields lifted: indexes that keep a bad image from the archive are held before it.

ECR refuses to archive what an active index lists, so whoever may push could keep any
image pullable by pushing indexes over it (docs/threat-model.md, 14). Those that no
signature vouches for are archived first, the topmost before what it lists. One that was
ever accepted is left alone: then the refusal stands, CRITICAL, and is tried again.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Final

from notation_verifier.values import dataclass
from sealward.decisions import Decision, Ruling, decide_shield
from sealward.decisions.judgement import GONE
from sealward.decisions.wishes import may_hold_shield
from sealward.ledger.records import HoldState
from sealward.look.indexes.listings import Listings
from sealward.ports.failures import Conflict, PortError
from sealward.ports.ledger import Ledger
from sealward.ports.registry import ImageStatus, Registry
from sealward.subjects import SubjectKey
from sealward.verifications.coverage import NODES

AT_ONCE: Final = 30
"""Indexes held within one look; the next look goes on."""


class _Outcome(StrEnum):
    """What became of one index above an image."""

    HELD = "held"
    STANDS = "stands"
    """It was accepted once, or waits for a person: nothing below it can be archived."""
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shields:
    """Lifts the shields of one image."""

    registry: Registry
    ledger: Ledger
    listings: Listings
    ruling: Ruling
    look_at: Callable[[str], object]
    """Looks at an index, by digest: its signature may have come."""
    settle: Callable[[Decision], object]
    """Remembers a decision about an index and takes its step."""
    now: Callable[[], datetime]
    ends: datetime
    """No index is looked at later: the next look goes on."""

    def lift(self, key: SubjectKey) -> bool:
        """Hold the indexes that list ``key``; return whether any was.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        above = self._hold_above(key)
        if not above:
            try:
                # None is known: one nobody has seen, or beyond what was remembered.
                self.listings.find(key)
            except PortError:
                return False
            above = self._hold_above(key)
        return _Outcome.HELD in above

    def _hold_above(self, key: SubjectKey) -> set[_Outcome]:
        outcomes: list[_Outcome] = []
        for digest in self._topmost_first(key):
            index = SubjectKey(repository=key.repository, digest=digest)
            outcome = self._hold(index, shielded=key.digest)
            if outcome is not _Outcome.ABSENT:
                outcomes.append(outcome)
            if len(outcomes) >= AT_ONCE:
                break
        return set(outcomes)

    def _topmost_first(self, key: SubjectKey) -> list[str]:
        """Return the indexes above ``key`` that are not out of reach yet."""
        met: dict[str, None] = {}
        level = [key.digest]
        while level and len(met) < NODES:
            above: dict[str, None] = {}
            for digest in level:
                if self.now() >= self.ends:
                    break
                child = SubjectKey(repository=key.repository, digest=digest)
                above |= dict.fromkeys(self.ledger.parents(child, limit=NODES))
            level = [
                digest
                for digest in above
                if digest not in met
                and self.now() < self.ends
                and not self._is_away(key.repository, digest)
            ][: NODES - len(met)]
            met |= dict.fromkeys(level)
        return list(reversed(met))

    def _is_away(self, repository: str, digest: str) -> bool:
        record = self.ledger.current(SubjectKey(repository=repository, digest=digest))
        if record is None:
            return False
        held = record.hold is not None and record.hold.state is HoldState.HELD
        return held or record.reason == GONE

    def _hold(self, index: SubjectKey, *, shielded: str) -> _Outcome:
        if self.now() >= self.ends:
            return _Outcome.ABSENT
        self.look_at(index.digest)
        record = self.ledger.current(index)
        if record is None or record.reason == GONE:
            return _Outcome.ABSENT
        if record.hold is not None:
            return _Outcome.HELD
        if not may_hold_shield(record, self.ruling):
            return _Outcome.STANDS
        if self._is_in_the_way(index):
            # A conflict is another look's: the next one sees what came of it.
            with suppress(Conflict):
                self.settle(decide_shield(record, shielded, now=self.now()))
            return _Outcome.HELD
        return _Outcome.ABSENT

    def _is_in_the_way(self, index: SubjectKey) -> bool:
        """Return whether it is not archived: by somebody else, that is not ours."""
        try:
            detail = self.registry.describe(index.repository, index.digest)
        except PortError:
            return False
        return detail.status is not ImageStatus.ARCHIVED
