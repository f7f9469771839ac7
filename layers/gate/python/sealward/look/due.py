"""What is due: sent to the look queue by the tick."""

from datetime import datetime, timedelta

from sealward.events import Hint
from sealward.ports import Ledger, LookQueue


def tick(
    ledger: Ledger,
    queue: LookQueue,
    *,
    account: str,
    region: str,
    now: datetime,
    limit: int,
) -> int:
    """Send every subject that is due, at most ``limit``; return how many were sent.

    Raises:
        Unavailable, Denied: the ledger or the queue did not answer; what was not sent
            is due still and goes with the next tick.
    """
    sent = 0
    for key in ledger.due(now, limit=limit):
        queue.later(
            Hint(
                account=account,
                region=region,
                repository=key.repository,
                digest=key.digest,
                scheduled=True,
            ),
            timedelta(0),
        )
        sent += 1
    return sent
