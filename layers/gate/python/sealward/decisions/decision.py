"""The decision: the record to remember and the step to take. Pure."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sealward.decisions.holds import Wish, next_exposure, next_hold
from sealward.decisions.schedule import Clock, earliest, next_hold_look, next_look
from sealward.decisions.severity import Severity, Tell, severity
from sealward.decisions.situation import Gone, Ruling, Seen, Unknown, Unseen
from sealward.decisions.step import Step
from sealward.decisions.verdict import (
    GONE,
    NOT_AN_IMAGE,
    OPEN,
    SETTLED_FAILURES,
    Judgement,
    grace_ends,
    judge,
    strict_verdict,
)
from sealward.policy.bundle import UNKNOWN_FOR
from sealward.ports import ImageStatus
from sealward.records import Exposure, Hold, HoldState, Record, Verdict
from sealward.subjects import SubjectKey

QUARANTINE: Final = "quarantine"
RELEASE: Final = "release"
TEXT_LIMIT: Final = 600
"""Characters of a detail that are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a look decided."""

    record: Record
    """To be written, one version on."""
    known: Record | None
    """What was remembered before."""
    step: Step = Step.NONE
    due: datetime | None = None
    """When to look again, the hold left aside."""
    acts: bool = False
    """Whether policy and stack quarantine."""
    overdue: bool = False
    """Whether the subject has been unknown for longer than its policy allows."""

    @property
    def verdict_changed(self) -> bool:
        """Whether the history gets an entry."""
        known = self.known
        return known is None or (known.verdict, known.reason) != (
            self.record.verdict,
            self.record.reason,
        )

    def severity(self, hold: Hold | None) -> Severity | Tell:
        """Return how loud the finding is, with ``hold`` as it stands after the step."""
        return severity(
            self.record.verdict,
            self.record.reason,
            hold=hold,
            acts=self.acts,
            overdue=self.overdue,
        )


def is_news(stored: Record | None, record: Record) -> bool:
    """Return whether ``record`` says more than ``stored``; equal evidence does not.

    A due time that is still to come is kept as it is rather than put off.
    """
    if stored is None:
        return True
    same = replace(
        record,
        version=stored.version,
        looks=stored.looks,
        updated_at=stored.updated_at,
        due=stored.due,
    )
    if same != stored:
        return True
    if stored.due is None or record.due is None:
        return stored.due != record.due
    return not record.updated_at < stored.due <= record.due


def decide(
    key: SubjectKey,
    known: Record | None,
    sight: Seen | Unseen,
    ruling: Ruling,
    *,
    now: datetime,
) -> Decision:
    """Decide about a subject.

    Args:
        key: of the subject.
        known: what is remembered of it.
        sight: what was seen of it, or why nothing was.
        ruling: the policy in force and the stack's capability.
        now: the present instant.
    """
    if isinstance(sight, Seen):
        return _decide_seen(key, known, sight, ruling, now)
    return _decide_unseen(key, known, sight, ruling, now)


def decide_gone(known: Record, _gone: Gone, *, now: datetime) -> Decision:
    """Return the decision about a subject that is no longer in the registry.

    Its verdict and a hold stay remembered: a push of the same digest meets both.
    """
    hold = known.hold
    if hold is not None and hold.state is HoldState.RELEASING:
        hold = None
    return Decision(
        known=known,
        record=replace(
            known,
            version=known.version + 1,
            reason=GONE,
            detail="the registry no longer has it",
            hold=hold,
            due=None,
            proposal="",
            unknown_since=None,
            exposure=Exposure(seconds=known.exposure.total(now)),
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
            unknown_since=None,
            updated_at=now,
        ),
    )


def _decide_seen(
    key: SubjectKey, known: Record | None, seen: Seen, ruling: Ruling, now: datetime
) -> Decision:
    policy = ruling.policy
    pushed_at = seen.detail.pushed_at
    first_seen = now
    if known is not None:
        first_seen = known.first_seen
        pushed_at = min(pushed_at, known.pushed_at or pushed_at)
    deadline = (
        grace_ends(policy, first_seen=first_seen, pushed_at=pushed_at)
        if policy
        else None
    )
    judgement = judge(seen, policy, known=known, deadline=deadline, now=now)
    unknown_since, overdue = _unknown(judgement.verdict, known, ruling, now)
    begin = min(first_seen, pushed_at)
    wish, proposal = _wish(
        judgement.verdict, known, seen, ruling, begin, overdue=overdue
    )
    hold, step = next_hold(
        known.hold if known else None, wish, seen.detail.status, now=now
    )
    settled_at = known.settled_at if known else None
    if settled_at is None and judgement.verdict not in OPEN:
        settled_at = now
    looks = _looks(known, judgement, hold)
    due = next_look(
        judgement,
        Clock(
            now=now,
            first_seen=first_seen,
            deadline=deadline,
            settled_at=settled_at,
            unknown_since=unknown_since,
        ),
        policy=policy,
        held=hold is not None,
    )
    statement = policy.statement.name if policy else ""
    bundle = ruling.bundle
    trusted_by = judgement.trusted_by
    record = Record(
        key=key,
        version=(known.version if known else 0) + 1,
        verdict=judgement.verdict,
        reason=judgement.reason,
        detail=judgement.detail[:TEXT_LIMIT],
        strict_verdict=strict_verdict(
            seen, policy, known=known, deadline=deadline, now=now
        ),
        statement=statement,
        statement_hash=policy.statement_hash if policy else "",
        bundle_serial=bundle.serial if bundle else 0,
        bundle_digest=bundle.digest if bundle else "",
        evidence=evidence(key, seen, policy.statement_hash if policy else ""),
        descriptor=seen.descriptor,
        tags=_tags(known, seen),
        first_seen=first_seen,
        pushed_at=pushed_at,
        settled_at=settled_at,
        ever_trusted=judgement.verdict is Verdict.TRUSTED
        or (known is not None and known.ever_trusted),
        unknown_since=unknown_since,
        looks=looks,
        due=earliest(due, next_hold_look(hold, looks=looks, now=now)),
        signature=trusted_by.digest
        if trusted_by
        else (known.signature if known else None),
        signer=trusted_by.verification.identity
        if trusted_by
        else (known.signer if known else None),
        hold=hold,
        finding=known.finding if known else None,
        proposal=proposal,
        exposure=next_exposure(
            known.exposure if known else Exposure(),
            bad=_bad(judgement.verdict, hold),
            pullable=seen.detail.status is ImageStatus.ACTIVE,
            since=_exposed_since(known, seen, begin, now),
            now=now,
        ),
        updated_at=now,
    )
    return Decision(
        record=record,
        known=known,
        step=step,
        due=due,
        acts=ruling.acts,
        overdue=overdue,
    )


def _decide_unseen(
    key: SubjectKey, known: Record | None, unseen: Unseen, ruling: Ruling, now: datetime
) -> Decision:
    """Keep a settled verdict while it cannot be checked, up to ``unknownFor``."""
    known_before = known
    if known is None:
        known = first_record(key, unseen, now)
    unknown_since = known.unknown_since or now
    allowed = ruling.policy.unknown_for if ruling.policy else UNKNOWN_FOR
    bundle_at_fault = unseen.reason in {
        Unknown.BUNDLE_INVALID,
        Unknown.BUNDLE_UNAVAILABLE,
    }
    overdue = not bundle_at_fault and now - unknown_since >= allowed
    verdict, reason, detail = known.verdict, known.reason, known.detail
    if known.settled_at is None or overdue:
        verdict, reason = Verdict.INCONCLUSIVE, unseen.reason.value
        detail = unseen.detail[:TEXT_LIMIT]
    judgement = Judgement(verdict=Verdict.INCONCLUSIVE, reason=reason, detail=detail)
    hold, step = known.hold, Step.NONE
    if (
        overdue
        and hold is None
        and known.descriptor is not None
        and _may_hold_unknown(
            known, ruling, min(known.first_seen, known.pushed_at or known.first_seen)
        )
    ):
        hold, step = next_hold(None, Wish.HOLD, ImageStatus.ACTIVE, now=now)
    looks = _looks(known_before, judgement, hold)
    due = next_look(
        judgement,
        Clock(now=now, first_seen=known.first_seen, unknown_since=unknown_since),
        policy=ruling.policy,
        held=hold is not None,
    )
    record = replace(
        known,
        version=(known_before.version if known_before else 0) + 1,
        verdict=verdict,
        reason=reason,
        detail=detail,
        unknown_since=unknown_since,
        looks=looks,
        hold=hold,
        due=earliest(due, next_hold_look(hold, looks=looks, now=now)),
        updated_at=now,
    )
    return Decision(
        record=record,
        known=known_before,
        step=step,
        due=due,
        acts=ruling.acts,
        overdue=overdue,
    )


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
        descriptor=None,
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


def _unknown(
    verdict: Verdict, known: Record | None, ruling: Ruling, now: datetime
) -> tuple[datetime | None, bool]:
    """Return since when the verdict is unknown, and whether that is too long."""
    if verdict is not Verdict.INCONCLUSIVE:
        return None, False
    since = (known.unknown_since if known else None) or now
    allowed = ruling.policy.unknown_for if ruling.policy else timedelta.max
    return since, now - since >= allowed


def _wish(  # noqa: PLR0911 - one return for each rule, in their order
    verdict: Verdict,
    known: Record | None,
    seen: Seen,
    ruling: Ruling,
    begin: datetime,
    *,
    overdue: bool,
) -> tuple[Wish, str]:
    """Return what the verdict asks for, and what it proposes to a person."""
    hold = known.hold if known else None
    failing = verdict in SETTLED_FAILURES
    if hold is None:
        first = known is None or known.settled_at is None
        if failing and ruling.acts:
            if first and _new_enough(ruling, begin):
                return Wish.HOLD, ""
            return Wish.LEAVE, QUARANTINE
        if overdue and known is not None and _may_hold_unknown(known, ruling, begin):
            return Wish.HOLD, ""
        return Wish.LEAVE, ""
    held = RELEASE if seen.detail.status is not ImageStatus.ACTIVE else ""
    releasing = verdict in {Verdict.TRUSTED, Verdict.EXEMPT} or (
        hold.state is HoldState.RELEASING and verdict in OPEN
    )
    if releasing:
        return (Wish.RELEASE, "") if ruling.may_release else (Wish.LEAVE, held)
    if ruling.acts:
        return Wish.HOLD, ""
    return Wish.LEAVE, held


def _may_hold_unknown(known: Record, ruling: Ruling, begin: datetime) -> bool:
    return (
        ruling.policy is not None
        and ruling.policy.hold_unknown
        and ruling.acts
        and not known.ever_trusted
        and known.settled_at is None
        and _new_enough(ruling, begin)
    )


def _new_enough(ruling: Ruling, begin: datetime) -> bool:
    """Return whether Sealward may act by itself: on what is new only."""
    if ruling.policy is None:
        return False
    start = ruling.policy.enforce_from
    return start is None or begin >= start


def _looks(known: Record | None, judgement: Judgement, hold: Hold | None) -> int:
    if (
        known is None
        or known.verdict is not judgement.verdict
        or (known.hold and known.hold.state) != (hold and hold.state)
    ):
        return 0
    return known.looks + 1


def _bad(verdict: Verdict, hold: Hold | None) -> bool | None:
    if verdict in SETTLED_FAILURES:
        return True
    if verdict in OPEN:
        return True if hold and hold.state is not HoldState.RELEASING else None
    return False


def _exposed_since(
    known: Record | None, seen: Seen, begin: datetime, now: datetime
) -> datetime:
    """Return from when an exposure that opens now counts."""
    if known is None or known.settled_at is None:
        return begin
    pushed_again = seen.detail.pushed_at
    if known.hold is not None and pushed_again > known.updated_at:
        return pushed_again
    return now


def _tags(known: Record | None, seen: Seen) -> tuple[str, ...]:
    """Return the tags; an archived image's are those it had."""
    archived = seen.detail.status is not ImageStatus.ACTIVE
    if archived and not seen.detail.tags and known is not None:
        return known.tags
    return tuple(sorted(seen.detail.tags))[:20]


def evidence(key: SubjectKey, seen: Seen, statement_hash: str) -> str:
    """Return the hash of what a verdict rests on: subject, referrers, statement."""
    parts = (
        str(key),
        seen.descriptor.media_type,
        seen.descriptor.size,
        sorted(seen.referrers),
        statement_hash,
    )
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
