"""Holds: images kept out of reach, remembered by digest until released. Pure.

The registry's word moves a hold on, never the answer to our own call: HOLDING until it
says ARCHIVED, RELEASING until it says ACTIVE.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sealward.decisions.step import Step
from sealward.ledger.records import (
    REPUSHES,
    Exposure,
    Hold,
    HoldState,
    PullDenial,
)
from sealward.ports.registry import ImageStatus

SETTLING: Final = timedelta(minutes=5)
"""How long an archive that was asked for may still happen though it reads ACTIVE."""
LET_GO: Final = frozenset({HoldState.RELEASING, HoldState.RELEASED})
"""States of an image that may be pulled, or is about to be."""
REFUSED_FOR: Final = timedelta(minutes=10)
"""After being refused for so long pulls are denied, where policy and stack go so far:
what keeps it from the archive could not be taken away (docs/threat-model.md, 14)."""
STILL_COMING: Final = "archiving was asked for and may still happen"


class Wish(StrEnum):
    """What the verdict asks for."""

    HOLD = "hold"
    RELEASE = "release"
    LEAVE = "leave"
    LEND = "lend"
    """Let go for a while: it stays a hold."""


def next_hold(
    hold: Hold | None,
    wish: Wish,
    status: ImageStatus,
    *,
    now: datetime,
    pushed_at: datetime | None = None,
) -> tuple[Hold | None, Step]:
    """Return the hold to remember and the step to take.

    Args:
        hold: as it was remembered.
        wish: what the verdict asks for.
        status: what the registry says now.
        now: the present instant.
        pushed_at: when the registry says it was last pushed.
    """
    match wish:
        case Wish.HOLD:
            return _keep(hold, status, now, pushed_at)
        case Wish.RELEASE:
            return _let_go(hold, status, now)
        case Wish.LEND:
            return _lend(hold, status, now, pushed_at)
        case Wish.LEAVE:
            return _leave(hold, status, now), Step.NONE


def _keep(
    hold: Hold | None, status: ImageStatus, now: datetime, pushed_at: datetime | None
) -> tuple[Hold | None, Step]:
    if status is ImageStatus.ARCHIVED:
        if hold is None:
            hold = Hold(state=HoldState.HELD, since=now, applied=0)
        return replace(hold, state=HoldState.HELD, detail=""), Step.NONE
    if hold is None:
        hold = Hold(state=HoldState.HOLDING, since=now, applied=1, pushed_at=pushed_at)
        return hold, Step.ARCHIVE
    # Pushed while it was being archived is pushed again as well.
    overtaken = (
        hold.pushed_at is not None
        and pushed_at is not None
        and pushed_at > hold.pushed_at
    )
    if hold.state is HoldState.HELD or (
        overtaken and hold.state is not HoldState.RELEASED
    ):
        times = (*hold.again, now)[-REPUSHES:]
        hold = replace(hold, again=times, pushed_at=pushed_at or hold.pushed_at)
    elif hold.state not in LET_GO:
        return hold, Step.ARCHIVE
    # Watched as closely as the first time: who brought it back may do so again.
    return replace(
        hold, state=HoldState.HOLDING, since=now, applied=hold.applied + 1, detail=""
    ), Step.ARCHIVE


def _leave(hold: Hold | None, status: ImageStatus, now: datetime) -> Hold | None:
    if hold is None or status is not ImageStatus.ACTIVE:
        return hold
    if hold.state is HoldState.HOLDING:
        if hold.detail != STILL_COMING:
            return replace(hold, since=now, detail=STILL_COMING)
        if now - hold.since < SETTLING:
            return hold
    # Someone restored what no policy wants held: there is no hold any more.
    return None


def _let_go(
    hold: Hold | None, status: ImageStatus, now: datetime
) -> tuple[Hold | None, Step]:
    if hold is None:
        return None, Step.NONE
    if status is ImageStatus.ACTIVE:
        if hold.state is HoldState.HOLDING:
            hold = replace(
                hold, state=HoldState.RELEASING, since=now, detail=STILL_COMING
            )
        coming = hold.detail == STILL_COMING and now - hold.since < SETTLING
        return (hold if coming else None), Step.NONE
    if not hold.ours:
        # Who archived it had a reason of their own: theirs to bring back.
        return None, Step.NONE
    step = Step.RESTORE if status is ImageStatus.ARCHIVED else Step.NONE
    return replace(hold, state=HoldState.RELEASING, detail=""), step


def _lend(
    hold: Hold | None, status: ImageStatus, now: datetime, pushed_at: datetime | None
) -> tuple[Hold | None, Step]:
    """Let go what stays held in the end; a push meanwhile is nothing to count."""
    if hold is None:
        return None, Step.NONE
    if status is not ImageStatus.ACTIVE:
        step = Step.RESTORE if status is ImageStatus.ARCHIVED else Step.NONE
        return replace(hold, state=HoldState.RELEASING, detail=""), step
    hold = replace(hold, pushed_at=pushed_at or hold.pushed_at)
    if hold.state is HoldState.HOLDING:
        hold = replace(hold, state=HoldState.RELEASING, since=now, detail=STILL_COMING)
    coming = hold.detail == STILL_COMING and now - hold.since < SETTLING
    if hold.state is HoldState.RELEASED or coming:
        return hold, Step.NONE
    return replace(hold, state=HoldState.RELEASED, since=now, detail=""), Step.NONE


def next_pulls(
    pulls: PullDenial | None, hold: Hold | None, *, may_deny: bool, now: datetime
) -> PullDenial | None:
    """Return whether pulls from the whole repository are to be denied.

    Args:
        pulls: as it was remembered.
        hold: as it is to be.
        may_deny: whether policy and stack go so far.
        now: the present instant.
    """
    if hold is None or hold.state in LET_GO or not may_deny:
        return None
    if hold.escalated(now) or _stays_refused(hold, now):
        return pulls or PullDenial.DENYING
    return None


def _stays_refused(hold: Hold, now: datetime) -> bool:
    """Return whether the registry has refused to archive it for too long."""
    return hold.state is HoldState.REFUSED and now - hold.since >= REFUSED_FOR


def next_exposure(
    exposure: Exposure,
    *,
    bad: bool | None,
    pullable: bool,
    since: datetime,
    now: datetime,
) -> Exposure:
    """Return the exposure up to now.

    Args:
        exposure: as it was remembered.
        bad: whether the image counts as bad; None leaves an open interval open.
        pullable: whether the registry serves it.
        since: from when an interval that opens now counts.
        now: the present instant.
    """
    if exposure.open_since is not None:
        if bad is False or not pullable:
            return Exposure(seconds=exposure.total(now))
        return exposure
    if bad and pullable:
        return replace(exposure, open_since=min(since, now))
    return exposure
