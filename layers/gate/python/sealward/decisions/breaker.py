"""The breaker: counts reversals, and nothing else. Pure.

A reversal is something that was trusted, covered or exempt and would now be acted upon.
It is only ever proposed. First verdicts of new images are no reversals: they are never
counted and never stopped, so pushing rubbish trips nothing (docs/threat-model.md, 3).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sealward.proposals import TRIP_NAMES, Reversal, Trip

REVERSALS_ALLOWED: Final = 20
"""Within ``WITHIN``, of one cause in one repository, or in several repositories."""
WITHIN: Final = timedelta(hours=1)


def trip_of(reversals: Sequence[Reversal], *, now: datetime) -> Trip | None:
    """Return the trip that ``reversals`` of the last hour are, if they are one.

    All of them count where they are in several repositories; otherwise those of one
    cause, which one repository's owner may have wanted, trip it as well.
    """
    meant = [each for each in reversals if now - each.at <= WITHIN]
    repositories = sorted({each.key.repository for each in meant})
    of_one_cause = Counter((each.proposal_id, each.key.repository) for each in meant)
    enough = len(meant) >= REVERSALS_ALLOWED and len(repositories) > 1
    if not enough and max(of_one_cause.values(), default=0) < REVERSALS_ALLOWED:
        return None
    return Trip(
        at=now,
        reversals=len(meant),
        repositories=tuple(repositories[:TRIP_NAMES]),
        proposals=tuple(sorted({each.proposal_id for each in meant})[:TRIP_NAMES]),
    )
