"""Shields: indexes that keep an image from being archived, held before it. Pure.

ECR refuses to archive what an active index lists. An index without a good signature
must not keep a bad image pullable (docs/threat-model.md, 14): it is held first.
"""

from dataclasses import replace
from datetime import datetime

from sealward.decisions.judgement import SHIELD
from sealward.decisions.outcome import Decision
from sealward.decisions.schedule import earliest, next_hold_look
from sealward.decisions.step import Step
from sealward.ledger.records import Hold, HoldState, Record


def decide_shield(known: Record, shielded: str, *, now: datetime) -> Decision:
    """Return the decision to hold an index because of what it lists.

    Its verdict stays open: a good signature of the index releases it.

    Args:
        known: the index's record; it has no hold.
        shielded: digest of the image that ECR refused to archive.
        now: the present instant.
    """
    hold = Hold(state=HoldState.HOLDING, since=now, applied=1)
    return Decision(
        known=known,
        record=replace(
            known,
            version=known.version + 1,
            reason=SHIELD,
            detail=f"it has no good signature and lists {shielded}, which is held",
            hold=hold,
            looks=0,
            due=earliest(known.due, next_hold_look(hold, looks=0, now=now)),
            updated_at=now,
        ),
        step=Step.ARCHIVE,
        due=known.due,
        acts=True,
    )
