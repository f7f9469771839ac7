"""Decisions about what was not seen: AWS or the bundle did not answer.

An error is never kept as a verdict: a settled one stands while it cannot be checked, up
to the policy's ``unknownFor``. Pure.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sealward.decisions.holds import Wish, next_exposure, next_hold
from sealward.decisions.judgement import SETTLED_FAILURES, Judgement
from sealward.decisions.outcome import Decision, looks_since
from sealward.decisions.schedule import Clock, earliest, next_hold_look, next_look
from sealward.decisions.situation import Ruling, Unknown, Unseen
from sealward.decisions.step import Step
from sealward.decisions.wishes import may_hold_unknown
from sealward.ledger.records import (
    Hold,
    HoldState,
    Record,
    Verdict,
)
from sealward.policy.bundle import UNKNOWN_FOR
from sealward.ports.registry import ImageStatus
from sealward.subjects import SubjectKey

TEXT_LIMIT: Final = 600
"""Characters of a detail that are remembered."""
_BUNDLE_AT_FAULT: Final = frozenset(
    {Unknown.BUNDLE_INVALID, Unknown.BUNDLE_UNAVAILABLE}
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
