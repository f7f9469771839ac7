"""What is due: sent to the look queue by the tick, fair by repository.

A subject whose looks always fail stays due. So that such ones keep no other waiting,
they are sent ever less often: 1, 2, 4, 8, 16 and 32 minutes after their due time, then
hourly. No write is needed for that: how late a subject is says whose turn it is.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from sealward.events import Hint
from sealward.ports.ledger import Due, Ledger
from sealward.ports.look_queue import LookQueue
from sealward.subjects.turns import by_turns

LATE: Final = timedelta(hours=1)
"""What is later than this is read after the rest."""
READ: Final = 5_000
"""Subjects read of each; the sweep finds what is late beyond it."""
_MINUTE: Final = timedelta(minutes=1)
_TURNS: Final = frozenset({0, 1, 2, 4, 8, 16, 32})
"""Whole minutes after the due time."""


def tick(
    ledger: Ledger,
    queue: LookQueue,
    *,
    account: str,
    region: str,
    now: datetime,
    limit: int,
) -> int:
    """Send the subjects whose turn it is, at most ``limit``; return how many.

    Raises:
        Unavailable, Denied: the ledger or the queue did not answer; what was not sent
            is due still and goes with a later tick.
    """
    hints = [
        Hint(
            account=account,
            region=region,
            repository=key.repository,
            digest=key.digest,
            scheduled=True,
        )
        for key in islice(
            by_turns(each.key for each in _turns(ledger, now)), max(limit, 0)
        )
    ]
    queue.at_once(hints)
    return len(hints)


def is_turn(due: datetime, now: datetime) -> bool:
    """Return whether what was due at ``due`` is sent by the tick at ``now``."""
    late = (now - due) // _MINUTE
    return late in _TURNS or late % 60 == 0


def _turns(ledger: Ledger, now: datetime) -> Iterator[Due]:
    for found in _read(ledger, now):
        yield from (each for each in found if is_turn(each.at, now))


def _read(ledger: Ledger, now: datetime) -> Iterator[Iterable[Due]]:
    """Yield what is due: first what was not for long."""
    yield ledger.due(now, after=now - LATE, limit=READ)
    yield ledger.due(now - LATE, limit=READ)
