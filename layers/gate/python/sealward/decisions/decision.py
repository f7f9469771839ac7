"""The decision about a subject: from what is known and seen to what to do. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sealward.decisions.deletion import next_deletion
from sealward.decisions.grace import grace_ends, with_spent_grace
from sealward.decisions.holds import next_exposure, next_hold, next_pulls
from sealward.decisions.judgement import (
    ACCEPTED,
    OPEN,
    SETTLED_FAILURES,
    SIGNATURE_UNREADABLE,
)
from sealward.decisions.outcome import Decision, looks_since
from sealward.decisions.proposed import proposed
from sealward.decisions.releases import lends, next_release, with_break_glass
from sealward.decisions.remembered import (
    evidence_of,
    former_tags_of,
    made_by_of,
    owner_of,
    pulled_at_of,
    tags_of,
)
from sealward.decisions.schedule import (
    Clock,
    earliest,
    next_hold_look,
    next_look,
    next_return,
)
from sealward.decisions.situation import Ruling, Seen, Unknown, Unseen
from sealward.decisions.step import Step
from sealward.decisions.unseen import TEXT_LIMIT, decide_unseen, unknown_from
from sealward.decisions.verdict import judge, strict_verdict, with_baseline
from sealward.decisions.wishes import wish_of
from sealward.ledger.records import (
    Exposure,
    Hold,
    HoldState,
    PullDenial,
    Record,
    Verdict,
)
from sealward.ledger.replicas import replica_after
from sealward.ports.registry import ImageStatus
from sealward.subjects import SubjectKey

_SAYS_NOTHING: Final = {
    SIGNATURE_UNREADABLE: Unknown.REGISTRY_UNAVAILABLE,
    Unknown.INDEX_UNDECIDED.value: Unknown.INDEX_UNDECIDED,
}
"""Reasons for which a settled verdict stands a while."""


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
    return decide_unseen(key, known, sight, ruling, now)


def _decide_seen(
    key: SubjectKey, known: Record | None, seen: Seen, ruling: Ruling, now: datetime
) -> Decision:
    policy = ruling.policy
    pushed_at = seen.detail.pushed_at
    first_seen = now
    if known is not None:
        first_seen = known.first_seen
        pushed_at = min(pushed_at, known.pushed_at or pushed_at)
    begin = min(first_seen, pushed_at)
    replica = replica_after(known.replica if known else None, seen.origin)
    deadline = (
        grace_ends(
            policy,
            begin=begin,
            untagged=not seen.detail.tags,
            coverage=seen.coverage,
            spent=seen.grace_spent,
            origin=replica.source if replica else "",
        )
        if policy
        else None
    )
    judgement = judge(seen, policy, known=known, deadline=deadline, now=now)
    judgement = with_baseline(judgement, policy, known=known, begin=begin, now=now)
    spent = known.grace_spent if known and known.settled_at else seen.grace_spent
    if spent:
        judgement = with_spent_grace(judgement, policy)
    release = next_release(known, seen.detail, policy, now=now)
    lent = lends(release, judgement.verdict, now=now)
    judgement = with_break_glass(judgement, release, now=now)
    if judgement.reason in _SAYS_NOTHING and _settled(known):
        unread = Unseen(
            reason=_SAYS_NOTHING[judgement.reason],
            detail=judgement.detail,
            descriptor=seen.descriptor,
            status=seen.detail.status,
        )
        return decide_unseen(key, known, unread, ruling, now)
    unknown_since, overdue = _unknown(judgement.verdict, known, ruling, now)
    wish, proposal = wish_of(
        judgement.verdict, known, seen, ruling, begin, overdue=overdue, lent=lent
    )
    hold, step = next_hold(
        known.hold if known else None,
        wish,
        seen.detail.status,
        now=now,
        pushed_at=seen.detail.pushed_at,
    )
    pulls_before = known.pulls if known else None
    if hold is not None and ruling.approved and not (known and known.hold):
        hold = replace(hold, approved=True)
    hold, step = next_deletion(
        hold,
        step,
        verdict=judgement.verdict,
        known=known,
        proposal=proposal,
        status=seen.detail.status,
        ruling=ruling,
        now=now,
    )
    # What is deleted first is denied only if it comes back once more.
    may_deny = ruling.may_deny_pulls and (step is not Step.DELETE or bool(pulls_before))
    pulls = next_pulls(pulls_before, hold, may_deny=may_deny, now=now)
    settled_at = known.settled_at if known else None
    if settled_at is None and judgement.verdict not in OPEN and not lent:
        settled_at = now
    looks = looks_since(known, judgement.verdict, hold)
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
    if seen.children and judgement.verdict in ACCEPTED:
        due = earliest(due, next_return(seen.detail.status, looks=looks, now=now))
    if lent and release is not None:
        due = earliest(due, release.until)
    statement = policy.statement.name if policy else ""
    bundle = ruling.bundle
    waiting = proposed(proposal, known, reason=judgement.reason, policy=policy, now=now)
    record = Record(
        key=key,
        version=(known.version if known else 0) + 1,
        verdict=judgement.verdict,
        reason=judgement.reason,
        detail=judgement.detail[:TEXT_LIMIT],
        strict_verdict=strict_verdict(seen, policy, judgement, known=known, now=now),
        statement=statement,
        statement_hash=policy.statement_hash if policy else "",
        bundle_serial=bundle.serial if bundle else 0,
        bundle_digest=bundle.digest if bundle else "",
        evidence=evidence_of(key, seen, policy.statement_hash if policy else ""),
        descriptor=seen.descriptor,
        tags=tags_of(known, seen),
        first_seen=first_seen,
        pushed_at=pushed_at,
        settled_at=settled_at,
        ever_trusted=judgement.verdict is Verdict.TRUSTED
        or (known is not None and known.ever_trusted),
        unknown_since=unknown_since,
        looks=looks,
        due=earliest(due, next_hold_look(hold, looks=looks, now=now)),
        **made_by_of(judgement, known),
        hold=hold,
        finding=known.finding if known else None,
        proposal=waiting.action,
        proposal_id=waiting.id,
        proposed_at=waiting.since,
        reported=known.reported if known else "",
        pulls=pulls,
        exposure=next_exposure(
            known.exposure if known else Exposure(),
            bad=lent or _bad(judgement.verdict, hold),
            pullable=seen.detail.status is ImageStatus.ACTIVE
            and pulls is not PullDenial.DENIED,
            since=_exposed_since(known, seen, begin, now),
            now=now,
        ),
        problem=seen.problem.problem.value if seen.problem else "",
        covered_by=judgement.covered_by,
        so_far=judgement.so_far,
        untold=known.untold if known else False,
        pushed_by=known.pushed_by if known else "",
        owner=owner_of(judgement, policy),
        pulled_at=pulled_at_of(judgement.verdict, known, seen),
        children=seen.children,
        former_tags=former_tags_of(known, seen),
        last_trusted=known.last_trusted if known else "",
        grace_spent=spent,
        signing=None if judgement.verdict in ACCEPTED else seen.signing,
        covering=seen.children is not None
        and judgement.verdict in ACCEPTED
        and seen.detail.status is ImageStatus.ACTIVE,
        replica=replica,
        release=release,
        updated_at=now,
    )
    return Decision(
        record=record,
        known=known,
        step=step,
        due=due,
        deadline=deadline,
        acts=ruling.acts,
        overdue=overdue,
    )


def _settled(known: Record | None) -> bool:
    return known is not None and known.verdict in ACCEPTED | SETTLED_FAILURES


def _unknown(
    verdict: Verdict, known: Record | None, ruling: Ruling, now: datetime
) -> tuple[datetime | None, bool]:
    """Return since when the verdict is unknown, and whether that is too long."""
    if verdict is not Verdict.INCONCLUSIVE:
        return None, False
    since = unknown_from(known, now)
    allowed = ruling.policy.unknown_for if ruling.policy else timedelta.max
    return since, now - since >= allowed


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
