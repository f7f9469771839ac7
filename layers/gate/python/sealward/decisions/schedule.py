"""The schedule: when a subject is looked at again. Pure.

Due times follow from fixed instants, not from when a look happened to run, so that a
repeated or early look changes nothing.
"""

from datetime import datetime, timedelta
from typing import Final, assert_never

from notation_verifier import CheckName, Passed, Verification
from notation_verifier.values import dataclass
from sealward.decisions.judgement import Judgement
from sealward.ledger.records import Hold, HoldState, Verdict
from sealward.policy.bundle import Policy
from sealward.ports.registry import ImageStatus

SOON: Final = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
)
"""After an image was first seen, or first could not be judged; then hourly."""
HOURLY: Final = timedelta(hours=1)
DAILY: Final = timedelta(days=1)
TICK: Final = timedelta(seconds=90)
"""After a due time the tick has sent it: one comes each minute, and may be late."""
MOVING: Final = (
    *(timedelta(seconds=seconds) for seconds in (2, 5, 10, 30, 60)),
    *(timedelta(minutes=2),) * 12,
    *(timedelta(minutes=10),) * 6,
    HOURLY,
)
"""Between looks while the registry has not yet done as asked; the last one repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The instants a schedule counts from."""

    now: datetime
    first_seen: datetime
    deadline: datetime | None = None
    """End of the grace; None where no policy gives one."""
    settled_at: datetime | None = None
    unknown_since: datetime | None = None


def next_look(
    judgement: Judgement, clock: Clock, *, policy: Policy | None, held: bool
) -> datetime | None:
    """Return when to look again, or None where only an event or a policy changes it.

    What a hold asks for comes beside it: see ``next_hold_look``.
    """
    now = clock.now
    match judgement.verdict:
        case Verdict.PENDING:
            return _within_grace(after(clock.first_seen, now), clock)
        case Verdict.INCONCLUSIVE:
            since = clock.unknown_since or now
            end = since + policy.unknown_for if policy else None
            return earliest(
                after(since, now), _future(end, now), _future(clock.deadline, now)
            )
        case Verdict.UNSIGNED | Verdict.UNTRUSTED:
            return None if held else _hourly_for_a_day(clock.settled_at or now, now)
        case Verdict.TRUSTED:
            return _expiry(judgement, clock)
        case Verdict.COVERED:
            # Its index may be deleted, and no event would say so of the child.
            start = clock.settled_at or now
            return start + DAILY * ((now - start) // DAILY + 1)
        case Verdict.EXEMPT | Verdict.UNGOVERNED:
            return _future(policy.baseline_until if policy else None, now)
        case _:
            assert_never(judgement.verdict)


def next_hold_look(hold: Hold | None, *, looks: int, now: datetime) -> datetime | None:
    """Return when a hold wants looking at: soon while it moves, then ever less often.

    Args:
        hold: as it stands.
        looks: looks since it last changed.
        now: the present instant.
    """
    if hold is None or hold.state is HoldState.RELEASED:
        return None  # a release says itself when it ends
    if hold.state is HoldState.HELD:
        return _hourly_then_daily(hold.since, now)
    return now + MOVING[min(looks, len(MOVING) - 1)]


def next_return(status: ImageStatus, *, looks: int, now: datetime) -> datetime | None:
    """Return when an accepted index that is being restored wants looking at.

    It covers its children again once it is there, and the event of that may be lost.
    """
    if status is not ImageStatus.ACTIVATING:
        return None
    return now + MOVING[min(looks, len(MOVING) - 1)]


def earliest(*instants: datetime | None) -> datetime | None:
    """Return the first of ``instants`` that is one."""
    return min((instant for instant in instants if instant is not None), default=None)


def after(start: datetime, now: datetime) -> datetime:
    """Return the next of 10 s, 30 s, 2 min, 10 min, then every hour after ``start``."""
    for delay in SOON:
        if start + delay > now:
            return start + delay
    return start + HOURLY * ((now - start) // HOURLY + 1)


def _within_grace(asks: datetime, clock: Clock) -> datetime:
    """Return ``asks``, or the end of the grace where a tick might send that no sooner.

    Within a grace a look only asks whether a signature came without its event: the tick
    sends it. The grace's end decides, and is exact.
    """
    end = _future(clock.deadline, clock.now)
    return end if end is not None and end <= asks + TICK else asks


def _hourly_then_daily(start: datetime, now: datetime) -> datetime:
    step = HOURLY if now - start < DAILY else DAILY
    return start + step * ((now - start) // step + 1)


def _hourly_for_a_day(start: datetime, now: datetime) -> datetime | None:
    return None if now - start >= DAILY else _hourly_then_daily(start, now)


def _future(instant: datetime | None, now: datetime) -> datetime | None:
    return instant if instant is not None and instant > now else None


def _expiry(judgement: Judgement, clock: Clock) -> datetime | None:
    """Return the first end of what the trust rests on.

    Signatures and certificates end at their instant. What a revocation answer says is
    asked again when it runs out, but once a day at most: a day after the subject was
    first seen, and every day from then.
    """
    found = [each.verification for each in judgement.trusted_by]
    ends = [each.not_after for one in found for each in one.chain]
    ends += [one.expiry for one in found if one.expiry is not None]
    answers = [one.revocation for one in found]
    answers += [one.timestamp.revocation for one in found if one.timestamp]
    ends += [
        _daily(each.fresh_until, clock)
        for each in answers
        if each is not None and each.fresh_until is not None
    ]
    ends += [_daily(clock.now, clock) for one in found if _asked_signer(one)]
    return min((end for end in ends if end > clock.now), default=None)


def _asked_signer(verification: Verification) -> bool:
    """Return whether the trust rests on AWS Signer's word, which has no end of its own.

    Signer tells nobody when it revokes: whoever wants to know asks again.
    """
    revocation = verification.check(CheckName.REVOCATION).outcome
    identity = verification.identity
    return (
        isinstance(revocation, Passed)
        and identity is not None
        and identity.startswith("arn:")
    )


def _daily(instant: datetime, clock: Clock) -> datetime:
    """Return the first whole day since ``first_seen`` at which ``instant`` is past."""
    later = max(instant, clock.now + timedelta.resolution)
    return clock.first_seen - DAILY * ((clock.first_seen - later) // DAILY)
