"""What a person approved: sent to the look queue, a bounded batch each minute.

The looks carry it out, each on what it then sees. What was carried out leaves the
proposal, so every batch finds the rest; no cursor is kept.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from sealward.events import Hint
from sealward.ledger import proposal_state
from sealward.ports.ledger import Ledger
from sealward.ports.look_queue import LookQueue
from sealward.proposals import REVERSALS, Answer, Approval
from sealward.subjects import SubjectKey

BATCH: Final = 100
"""Looks for one proposal a minute: 6,000 images an hour, and time to say stop."""
READ: Final = 5_000
"""Images of a proposal, or of one of its repositories, that a batch is chosen from."""


def send_approved(
    ledger: Ledger, queue: LookQueue, *, account: str, region: str, now: datetime
) -> int:
    """Send looks at what is approved and not yet done; return how many.

    Raises:
        Unavailable, Denied: the ledger or the queue did not answer; the next minute
            goes on.
    """
    sent = 0
    trip = ledger.last_trip()
    for proposal in ledger.proposals():
        void = trip.at if trip and proposal.cause in REVERSALS else None
        said = [
            each
            for each in ledger.approvals(proposal.id)
            if each.answer is Answer.APPROVED
            and now < each.until
            and (void is None or each.at > void)
        ]
        if not said:
            continue
        keys = list(dict.fromkeys(_named(ledger, proposal.id, said)))
        # What cannot be done stays; another part of the rest comes first each minute.
        start = int(now.timestamp() // 60) * BATCH % max(1, len(keys))
        for key in (*keys[start:], *keys[:start])[:BATCH]:
            queue.later(
                Hint(
                    account=account,
                    region=region,
                    repository=key.repository,
                    digest=key.digest,
                ),
                timedelta(0),
            )
            sent += 1
    return sent


def _named(
    ledger: Ledger, proposal_id: str, said: Sequence[Approval]
) -> Iterator[SubjectKey]:
    state = proposal_state(proposal_id)
    for approval in said:
        for repository in approval.repositories or (None,):
            found = ledger.members(state, repository=repository, limit=READ)
            yield from (key for key in found if approval.names(key))
