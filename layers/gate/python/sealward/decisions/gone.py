"""Decisions about what is not to be judged any more: gone, away, or no image after all.

Verdict and hold stay remembered, for a push of the same digest. Pure.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sealward.decisions.holds import LET_GO
from sealward.decisions.judgement import GONE, NOT_AN_IMAGE, SETTLED_FAILURES
from sealward.decisions.outcome import Decision
from sealward.decisions.schedule import next_hold_look
from sealward.decisions.situation import Unknown
from sealward.decisions.unseen import TEXT_LIMIT
from sealward.ledger.records import (
    Exposure,
    FindingStatus,
    HoldState,
    Record,
    Verdict,
)
from sealward.ledger.releases import ReleaseKind

VANISHED: Final = (
    "it was deleted while its signature was awaited: it could be pulled until then, "
    "and was never judged"
)
REMOVED: Final = (
    "it was held, and somebody else deleted it: CloudTrail names who (event "
    "BatchDeleteImage, or PolicyExecutionEvent of a lifecycle rule)"
)


def decide_gone(known: Record, *, acts: bool, now: datetime) -> Decision:
    """Return the decision about a subject that is no longer in the registry.

    Args:
        known: what is remembered of it.
        acts: whether policy and stack quarantine: then it is told of one that nobody
            ever judged.
        now: the present instant.

    Its verdict and a hold stay remembered: a push of the same digest meets both. The
    event of that push may be lost, so a held digest is looked for, as while it is held.
    """
    hold, due = known.hold, None
    lent = known.release is not None and known.release.in_force(now)
    if hold is not None and hold.state is HoldState.RELEASING and not lent:
        hold = None  # it was trusted; what is only lent stays a hold
    if hold is not None:
        if known.reason != GONE:
            # What was still under way ended with the image; watched as from the start.
            hold = replace(hold, state=HoldState.HELD, since=now, detail="")
        due = next_hold_look(hold, looks=0, now=now)
    unjudged = (
        known.verdict in {Verdict.PENDING, Verdict.INCONCLUSIVE}
        and known.settled_at is None
        and not known.ever_trusted
    )
    removed = _removed_by_another(known, now)
    pulled = (
        known.verdict in SETTLED_FAILURES
        and not known.ever_trusted
        and known.pulled_at is not None
    )
    # What was told of its going stays told, whatever the policy became.
    before = known.reason == GONE
    told = before and (
        known.finding is not None and known.finding.status is FindingStatus.OPEN
    )
    if before:
        removed = told  # said when it went: how it was held then is forgotten
    return Decision(
        known=known,
        record=replace(
            known,
            version=known.version + 1,
            reason=GONE,
            detail=known.detail
            if before
            else _why_gone(known, unjudged=unjudged, pulled=pulled, removed=removed),
            hold=hold,
            covering=False,
            pulls=None,
            due=due,
            proposal="",
            proposal_id="",
            proposed_at=None,
            unknown_since=None,
            exposure=Exposure(seconds=known.exposure.total(now)),
            updated_at=now,
        ),
        acts=acts,
        vanished=(unjudged or pulled or removed) and (acts or told),
    )


def _removed_by_another(known: Record, now: datetime) -> bool:
    """Return whether somebody else deleted what we held.

    What a push brought back for a while counts: it could be pulled, and was never
    judged again. What a person let go is theirs to delete.
    """
    hold, release = known.hold, known.release
    if hold is None or not hold.ours or hold.deleted:
        return False
    return hold.state not in LET_GO or (
        release is not None
        and release.kind is ReleaseKind.PUSHED_AGAIN
        and release.in_force(now)
    )


def _why_gone(known: Record, *, unjudged: bool, pulled: bool, removed: bool) -> str:
    if unjudged and not removed:
        return VANISHED
    gone = "the registry no longer has it"
    hold = known.hold
    dossier = hold.evidence if hold is not None else ""
    if hold is not None and removed:
        gone = REMOVED
    elif hold is not None and hold.deleted and hold.deletion is not None:
        gone = f"Sealward deleted it at {hold.deletion.at:%Y-%m-%d %H:%M} UTC"
        dossier = hold.deletion.dossier or dossier
    if dossier:
        gone += f"; its evidence is dossier {dossier}"
    if pulled and known.pulled_at is not None:
        return (
            f"{gone}; it was never trusted, and was pulled: "
            f"ECR's last record of it is of {known.pulled_at:%Y-%m-%d %H:%M} UTC"
        )
    return gone


def decide_away(known: Record, what: str, *, now: datetime) -> Decision:
    """Return the decision about a digest that is archived and was never read.

    What it is nobody can say, and nobody can pull it. Its return is an event, or the
    sweep's to find: until then it is not looked at.
    """
    return Decision(
        known=known,
        record=replace(
            known,
            version=known.version + 1,
            verdict=Verdict.INCONCLUSIVE,
            strict_verdict=Verdict.INCONCLUSIVE,
            reason=Unknown.MANIFEST_UNREADABLE.value,
            detail=what[:TEXT_LIMIT],
            due=None,
            unknown_since=None,
            updated_at=now,
        ),
    )


def decide_not_an_image(known: Record, what: str, *, now: datetime) -> Decision:
    """Return the decision about a digest that was remembered and is no subject.

    Only a look that could read nothing at all remembers such a digest.
    """
    return Decision(
        known=known,
        record=replace(
            known,
            version=known.version + 1,
            verdict=Verdict.EXEMPT,
            strict_verdict=Verdict.EXEMPT,
            reason=NOT_AN_IMAGE,
            detail=what[:TEXT_LIMIT],
            due=None,
            proposal="",
            proposal_id="",
            proposed_at=None,
            unknown_since=None,
            updated_at=now,
        ),
    )
