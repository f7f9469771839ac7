"""Wishes: what a verdict asks to be done with the image, and what it proposes. Pure.

Sealward acts by itself only on the first settled verdict of what is new, and to keep a
hold. Everything else is proposed to a person.
"""

from datetime import datetime
from typing import Final

from sealward.decisions.holds import Wish
from sealward.decisions.judgement import ACCEPTED, GONE, OPEN, SETTLED_FAILURES
from sealward.decisions.situation import Ruling, Seen
from sealward.ledger.records import HoldState, Record, Verdict
from sealward.ports.registry import ImageStatus

QUARANTINE: Final = "quarantine"
RELEASE: Final = "release"


def wish_of(  # noqa: PLR0911 - one return for each rule, in their order
    verdict: Verdict,
    known: Record | None,
    seen: Seen,
    ruling: Ruling,
    begin: datetime,
    *,
    overdue: bool,
    lent: bool = False,
) -> tuple[Wish, str]:
    """Return what the verdict asks for, and what it proposes to a person.

    ``lent``: a release in force lets the image go for a while.
    """
    hold = known.hold if known else None
    if lent and (hold is None or ruling.may_release):
        return Wish.LEND, ""
    failing = verdict in SETTLED_FAILURES
    if hold is None:
        first = known is None or known.settled_at is None
        if failing and ruling.acts:
            if first and _new_enough(ruling, begin):
                return Wish.HOLD, ""
            if known is not None and ruling.approved:
                # A person said so, of this image, under this policy.
                return Wish.HOLD, ""
            return Wish.LEAVE, QUARANTINE
        if overdue and known is not None and may_hold_unknown(known, ruling, begin):
            return Wish.HOLD, ""
        return Wish.LEAVE, ""
    away = seen.detail.status is not ImageStatus.ACTIVE
    held = RELEASE if away and hold.ours else ""
    releasing = verdict in {*ACCEPTED, Verdict.EXEMPT} or (
        hold.state is HoldState.RELEASING and verdict in OPEN
    )
    if releasing:
        return (Wish.RELEASE, "") if ruling.may_release else (Wish.LEAVE, held)
    if ruling.acts:
        return Wish.HOLD, ""
    if held and ruling.approved and ruling.may_release:
        return Wish.RELEASE, held
    return Wish.LEAVE, held


def may_hold_unknown(known: Record, ruling: Ruling, begin: datetime) -> bool:
    """Return whether a subject unknown for too long is held: reversible, new only."""
    return (
        ruling.policy is not None
        and ruling.policy.hold_unknown
        and ruling.acts
        and not known.ever_trusted
        and known.settled_at is None
        and _new_enough(ruling, begin)
    )


def may_hold_shield(record: Record, ruling: Ruling) -> bool:
    """Return whether an index that keeps a bad image from the archive may be held.

    Only what was never accepted, its index's acceptance included, and nothing that
    waits for a person.
    """
    begin = min(record.first_seen, record.pushed_at or record.first_seen)
    first = record.verdict in OPEN and record.settled_at is None
    return (
        ruling.acts
        and not record.ever_trusted
        and not record.proposal
        and record.reason != GONE
        and (first or record.verdict in SETTLED_FAILURES)
        and _new_enough(ruling, begin)
    )


def _new_enough(ruling: Ruling, begin: datetime) -> bool:
    """Return whether Sealward may act by itself: on what is new only."""
    if ruling.policy is None:
        return False
    start = ruling.policy.enforce_from
    return start is None or begin >= start
