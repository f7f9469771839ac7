"""Spent grace: a repository whose digests end unsigned or gone, one after another.

Whoever may push can run an image within its grace, let it vanish, and push the next.
Past so many a day its repository has a grace of a minute left until midnight UTC. Not
none at all: then whoever may push could have every good image of the repository held
between its push and its signature.
"""

from datetime import datetime, timedelta
from typing import Final

from sealward.decisions import Decision
from sealward.decisions.grace import SPENT_GRACE
from sealward.decisions.judgement import GONE, SETTLED_FAILURES
from sealward.ledger.records import Record, Verdict
from sealward.ledger.unsigned_count import UnsignedCount
from sealward.policy.bundle import Policy
from sealward.ports.failures import Conflict, PortError
from sealward.ports.ledger import Ledger
from sealward.ports.reads import Read
from sealward.subjects import SubjectKey

_TRIES: Final = 3
_NEW: Final = timedelta(days=1)
"""What was pushed longer ago says nothing of today's pushes."""

AskedCount = Read[UnsignedCount]


def ask_about_count(
    ledger: Ledger, repository: str, ahead: Record | None
) -> tuple[AskedCount, ...]:
    """Return the question to be asked beside the others, where a grace runs.

    By a look-again, the first of which comes by the tick after ten seconds: most are
    trusted by then, and cost no read.
    """
    if ahead is None or ahead.verdict is not Verdict.PENDING or ahead.grace_spent:
        return ()
    return (Read(lambda: ledger.unsigned_count(repository)),)


def is_spent(
    asked: tuple[AskedCount, ...], policy: Policy | None, now: datetime
) -> bool:
    """Return whether the repository has spent its grace; no answer is no."""
    if policy is None:
        return False
    try:
        return any(
            question.answer().on(now) >= policy.unsigned_per_day for question in asked
        )
    except PortError:
        return False


def is_spent_after_all(
    ledger: Ledger,
    key: SubjectKey,
    known: Record | None,
    pushed_at: datetime,
    policy: Policy,
    *,
    now: datetime,
) -> bool:
    """Return whether the grace is spent, asked where no look-again asked in time.

    A look by an event puts the next look-again off. Whoever pushes junk whenever one is
    due would keep the whole grace: past a minute of it every look asks.

    Args:
        ledger: to be asked.
        key: of an image without a satisfying signature.
        known: the record of earlier looks.
        pushed_at: when the registry says it was pushed.
        policy: what governs it.
        now: the present instant.
    """
    begin = min(pushed_at, known.first_seen if known else now)
    if (known is not None and known.settled_at is not None) or not (
        SPENT_GRACE <= now - begin <= _NEW
    ):
        return False
    asked = Read(lambda: ledger.unsigned_count(key.repository))
    asked.run()
    return is_spent((asked,), policy, now)


def count_unsigned(ledger: Ledger, decision: Decision, policy: Policy | None) -> None:
    """Count a digest that ended unsigned, untrusted or gone, once and while new.

    Past the policy's number nothing is written. A count that cannot be kept is no loss:
    the next digest's is.
    """
    record = decision.record
    if policy is None or not _ended_now(decision):
        return
    for _ in range(_TRIES):
        try:
            count = ledger.unsigned_count(record.key.repository)
            if count.on(record.updated_at) >= policy.unsigned_per_day:
                return
            ledger.keep_unsigned_count(
                record.key.repository,
                count.one_more(record.updated_at),
                expected=count.version,
            )
        except Conflict:
            continue
        except PortError:
            return
        return


def _ended_now(decision: Decision) -> bool:
    known, record = decision.known, decision.record
    begin = min(record.first_seen, record.pushed_at or record.first_seen)
    if not decision.acts or record.ever_trusted or record.updated_at - begin > _NEW:
        return False
    first = known is None or known.settled_at is None
    if record.reason == GONE:
        return first and known is not None and known.reason != GONE
    return first and record.verdict in SETTLED_FAILURES
