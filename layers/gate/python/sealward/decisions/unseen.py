"""Decisions about what was not seen: gone, no image after all, or AWS did not answer.

An error is never kept as a verdict: a settled one stands while it cannot be checked, up
to the policy's ``unknownFor``. Pure.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sealward.decisions.holds import LET_GO, Wish, next_exposure, next_hold
from sealward.decisions.outcome import Decision, looks_since
from sealward.decisions.refusals import Judgement
from sealward.decisions.schedule import Clock, earliest, next_hold_look, next_look
from sealward.decisions.situation import Ruling, Unknown, Unseen
from sealward.decisions.step import Step
from sealward.decisions.verdict import GONE, NOT_AN_IMAGE, SETTLED_FAILURES
from sealward.decisions.wishes import may_hold_unknown
from sealward.ledger.records import (
    Exposure,
    FindingStatus,
    Hold,
    HoldState,
    Record,
    Verdict,
)
from sealward.ledger.releases import ReleaseKind
from sealward.policy.bundle import UNKNOWN_FOR
from sealward.ports.registry import ImageStatus
from sealward.subjects import SubjectKey

TEXT_LIMIT: Final = 600
"""Characters of a detail that are remembered."""
VANISHED: Final = (
    "it was deleted while its signature was awaited: it could be pulled until then, "
    "and was never judged"
)
REMOVED: Final = (
    "it was held, and somebody else deleted it: CloudTrail names who (event "
    "BatchDeleteImage, or PolicyExecutionEvent of a lifecycle rule)"
)
_BUNDLE_AT_FAULT: Final = frozenset(
    {Unknown.BUNDLE_INVALID, Unknown.BUNDLE_UNAVAILABLE}
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
    if hold is not None and removed:
        gone = REMOVED
    elif hold is not None and hold.deleted and hold.deletion is not None:
        gone = f"Sealward deleted it at {hold.deletion.at:%Y-%m-%d %H:%M} UTC"
    if hold is not None and hold.evidence:
        gone += f"; its evidence is dossier {hold.evidence}"
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


def decide_unseen(
    key: SubjectKey, known: Record | None, unseen: Unseen, ruling: Ruling, now: datetime
) -> Decision:
    """Keep a settled verdict while it cannot be checked, up to ``unknownFor``.

    A hold is kept as well, as far as the registry says where the image stands.
    """
    known_before = known
    if known is None:
        known = first_record(key, unseen, now)
    bundle_at_fault = unseen.reason in _BUNDLE_AT_FAULT
    unknown_since = unknown_from(known, now, bundle_at_fault=bundle_at_fault)
    allowed = ruling.policy.unknown_for if ruling.policy else UNKNOWN_FOR
    descriptor = known.descriptor or unseen.descriptor
    begin = min(known.first_seen, known.pushed_at or known.first_seen)
    overdue = not bundle_at_fault and now - unknown_since >= allowed
    verdict, reason, detail = known.verdict, known.reason, known.detail
    if known.settled_at is None or overdue:
        verdict, reason = Verdict.INCONCLUSIVE, unseen.reason.value
        detail = unseen.detail[:TEXT_LIMIT]
    judgement = Judgement(verdict=Verdict.INCONCLUSIVE, reason=reason, detail=detail)
    release = known.release
    lent = release is not None and release.in_force(now)
    hold, step = known.hold, Step.NONE
    status = unseen.status or ImageStatus.ACTIVE
    if lent:
        pass  # A person, or a push, let it go: nothing is taken back before its end.
    elif hold is None:
        if overdue and may_hold_unknown(known, ruling, begin):
            hold, step = next_hold(None, Wish.HOLD, status, now=now)
    elif unseen.status and ruling.acts and hold.state is not HoldState.RELEASING:
        hold, step = next_hold(hold, Wish.HOLD, status, now=now)
    looks = looks_since(known_before, verdict, hold)
    due = next_look(
        judgement,
        Clock(now=now, first_seen=known.first_seen, unknown_since=unknown_since),
        policy=ruling.policy,
        held=hold is not None,
    )
    if lent and release is not None:
        due = earliest(due, release.until)
    record = replace(
        known,
        version=(known_before.version if known_before else 0) + 1,
        verdict=verdict,
        reason=reason,
        detail=detail,
        so_far="",
        descriptor=descriptor,
        unknown_since=unknown_since,
        looks=looks,
        hold=hold,
        due=earliest(due, next_hold_look(hold, looks=looks, now=now)),
        exposure=next_exposure(
            known.exposure,
            bad=_bad(verdict, hold),
            pullable=status is ImageStatus.ACTIVE,
            since=begin if known.settled_at is None else now,
            now=now,
        )
        if unseen.status
        else known.exposure,
        updated_at=now,
    )
    return Decision(
        record=record,
        known=known_before,
        step=step,
        due=due,
        acts=ruling.acts,
        overdue=overdue,
        silent=ruling.policy is None,
    )


def unknown_from(
    known: Record | None, now: datetime, *, bundle_at_fault: bool = False
) -> datetime:
    """Return since when a subject is unknown; time without a bundle does not count.

    It says nothing about the subject: when the bundle is back, an unknown begins anew.
    """
    if known is None or known.unknown_since is None:
        return now
    was_at_fault = known.settled_at is None and known.reason in _BUNDLE_AT_FAULT
    return now if was_at_fault and not bundle_at_fault else known.unknown_since


def _bad(verdict: Verdict, hold: Hold | None) -> bool | None:
    held = hold is not None and hold.state is not HoldState.RELEASING
    return True if held or verdict in SETTLED_FAILURES else None


def first_record(key: SubjectKey, unseen: Unseen, now: datetime) -> Record:
    """Return what is remembered of a digest of which nothing could be read."""
    return Record(
        key=key,
        version=0,
        verdict=Verdict.INCONCLUSIVE,
        reason=unseen.reason.value,
        detail=unseen.detail[:TEXT_LIMIT],
        strict_verdict=Verdict.INCONCLUSIVE,
        statement="",
        statement_hash="",
        bundle_serial=0,
        bundle_digest="",
        evidence="",
        descriptor=unseen.descriptor,
        tags=(),
        first_seen=now,
        pushed_at=None,
        settled_at=None,
        ever_trusted=False,
        unknown_since=now,
        looks=0,
        due=None,
        signature=None,
        signer=None,
        hold=None,
        finding=None,
        proposal="",
        updated_at=now,
    )
