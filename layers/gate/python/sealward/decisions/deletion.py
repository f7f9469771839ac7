"""Deletion: when a held image is deleted, and what it never is. Pure.

Off unless policy and stack both say ``delete``. Then a failing image goes after a whole
day in quarantine, with its evidence kept; of that day policy and stack say so all the
time, so that a slip of a policy deletes nothing that was held before it. What was ever
trusted, what a person had taken out of reach, and what waits for a person's answer is
never deleted.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sealward.decisions.judgement import SETTLED_FAILURES
from sealward.decisions.situation import Ruling
from sealward.decisions.step import Step
from sealward.ledger.records import (
    REPUSHED_WITHIN,
    Deletion,
    Hold,
    HoldState,
    Record,
    Verdict,
)
from sealward.policy.policy import Escalation
from sealward.ports.registry import ImageStatus

QUARANTINED_FOR: Final = timedelta(days=1)
"""How long an image must have been out of reach without a break."""


def next_deletion(
    hold: Hold | None,
    step: Step,
    *,
    verdict: Verdict,
    known: Record | None,
    proposal: str,
    status: ImageStatus,
    ruling: Ruling,
    now: datetime,
) -> tuple[Hold | None, Step]:
    """Return the hold and the step, which is ``DELETE`` where the image is to go.

    Never where the evidence of its last hold could not be kept: that of an earlier one
    does not say what it was held for now.

    Args:
        hold: as it is to be.
        step: that was decided without this.
        verdict: of this look.
        known: what was remembered before.
        proposal: what waits for a person, or empty.
        status: what the registry says now.
        ruling: policy and capability.
        now: the present instant.
    """
    hold = _deletable(hold, ruling, now)
    if (
        hold is None
        or hold.deletable_since is None
        or known is None
        or verdict not in SETTLED_FAILURES
        or known.ever_trusted
        or proposal
        or not hold.ours
        or hold.approved
        or not hold.evidence
        or hold.unkept
    ):
        return hold, step
    asked = hold.deletion
    if asked is not None and now - asked.at <= REPUSHED_WITHIN:
        return hold, step
    rested = (
        step is Step.NONE
        and status is ImageStatus.ARCHIVED
        and hold.state is HoldState.HELD
        and now - max(hold.since, hold.deletable_since) >= QUARANTINED_FOR
    )
    brought_back = step is Step.ARCHIVE and escalates(ruling) and hold.escalated(now)
    if not (rested or brought_back):
        return hold, step
    return replace(hold, deletion=Deletion(at=now)), Step.DELETE


def _deletable(hold: Hold | None, ruling: Ruling, now: datetime) -> Hold | None:
    """Return the hold with since when policy and stack would delete it."""
    if hold is None or ruling.may_delete is (hold.deletable_since is not None):
        return hold
    return replace(hold, deletable_since=now if ruling.may_delete else None)


def escalates(ruling: Ruling) -> bool:
    """Return whether what is pushed again and again is deleted without its day."""
    return (
        ruling.may_delete
        and ruling.policy is not None
        and ruling.policy.escalation is Escalation.DELETE
    )
