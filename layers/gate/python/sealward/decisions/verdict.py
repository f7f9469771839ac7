"""The verdict: what a subject's evidence means under its policy. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from notation_verifier import (
    LEVELS,
    Action,
    Conclusion,
    Skipped,
    VerificationLevel,
)
from sealward.decisions.refusals import Judgement, final_refusal, most_telling
from sealward.decisions.situation import Seen
from sealward.ledger.records import Record, Verdict
from sealward.policy.bundle import Policy
from sealward.signatures.candidates import CANDIDATES_LIMIT, LOST, Rejected, Unread
from sealward.verifications import Candidate, Examined

NO_POLICY: Final = "no-policy"
LEVEL_SKIP: Final = "level-skip"
SATISFIED: Final = "satisfied"
GRACE: Final = "grace"
NO_SIGNATURE: Final = "no-signature"
LIMIT: Final = "limit"
SIGNATURE_LOST: Final = "signature-lost"
SIGNATURE_UNREADABLE: Final = "signature-unreadable"
NOT_AN_IMAGE: Final = "not-an-image"
GONE: Final = "gone"

SETTLED_FAILURES: Final = frozenset({Verdict.UNSIGNED, Verdict.UNTRUSTED})
"""Verdicts an image is acted upon for."""
OPEN: Final = frozenset({Verdict.PENDING, Verdict.INCONCLUSIVE})
"""Verdicts that are none yet."""


def grace_ends(
    policy: Policy, *, first_seen: datetime, pushed_at: datetime
) -> datetime:
    """Return when a missing signature counts; nothing restarts or exceeds it."""
    return min(first_seen, pushed_at) + policy.grace


def judge(
    seen: Seen,
    policy: Policy | None,
    *,
    known: Record | None,
    deadline: datetime | None,
    now: datetime,
    level: VerificationLevel | None = None,
) -> Judgement:
    """Return the verdict.

    Args:
        seen: the evidence.
        policy: what governs the repository; None where nothing does.
        known: the record of earlier looks.
        deadline: when the grace ends; None only where ``policy`` is.
        now: the present instant.
        level: judge by this level instead of the statement's.
    """
    if policy is None or deadline is None:
        return Judgement(
            verdict=Verdict.UNGOVERNED,
            reason=NO_POLICY,
            detail="no policy names this repository",
        )
    if skips(policy.statement.level):
        return Judgement(
            verdict=Verdict.EXEMPT,
            reason=LEVEL_SKIP,
            detail=f"statement {policy.statement.name} has level skip",
        )
    if seen.problem is not None:
        return Judgement(
            verdict=Verdict.UNTRUSTED,
            reason=seen.problem.problem,
            detail=seen.problem.message,
        )
    return _by_candidates(seen, policy, known, deadline, now, level)


def skips(level: VerificationLevel) -> bool:
    """Return whether ``level`` asks for no verification at all."""
    return level.integrity is Action.SKIP


def strict_verdict(
    seen: Seen,
    policy: Policy | None,
    judgement: Judgement,
    *,
    known: Record | None,
    now: datetime,
) -> Verdict:
    """Return the verdict level ``strict`` would give on the candidates examined.

    While ``judgement`` waits for a signature, so would ``strict``.
    """
    if judgement.verdict is Verdict.PENDING:
        return Verdict.PENDING
    return judge(
        seen, policy, known=known, deadline=now, now=now, level=LEVELS["strict"]
    ).verdict


def _by_candidates(  # noqa: PLR0911 - one return for each rule, in their order
    seen: Seen,
    policy: Policy,
    known: Record | None,
    deadline: datetime,
    now: datetime,
    level: VerificationLevel | None,
) -> Judgement:
    candidates = seen.search.candidates
    good = _first(candidates, Conclusion.SATISFIED, level)
    if good is not None:
        return Judgement(
            verdict=Verdict.TRUSTED,
            reason=SATISFIED,
            detail=f"signed by {good.verification.identity or 'a trusted identity'}",
            trusted_by=good,
        )
    if known is not None and known.ever_trusted and _lost(candidates, known.signature):
        return Judgement(
            verdict=Verdict.INCONCLUSIVE,
            reason=SIGNATURE_LOST,
            detail=f"signature {known.signature} made it trusted and is no longer in "
            "the registry",
        )
    refused = most_telling(candidates, level)
    final = final_refusal(candidates) if policy.fail_fast else None
    if final is not None:
        return final
    settled = known is not None and known.verdict in {
        Verdict.TRUSTED,
        *SETTLED_FAILURES,
    }
    if now < deadline and not settled:
        return Judgement(
            verdict=Verdict.PENDING,
            reason=GRACE,
            detail=f"no good signature yet; one may arrive until {deadline:%H:%M:%S} "
            f"UTC{', so far: ' + refused.detail if refused else ''}",
        )
    unknown = _unknown(candidates, level)
    if unknown is not None:
        return unknown
    if not candidates and seen.search.exhausted:
        return Judgement(
            verdict=Verdict.UNSIGNED,
            reason=NO_SIGNATURE,
            detail="no Notation signature refers to it",
        )
    if not seen.search.exhausted:
        return Judgement(
            verdict=Verdict.UNTRUSTED,
            reason=LIMIT,
            detail=f"none of {CANDIDATES_LIMIT} signatures considered is good, and "
            "there are more",
        )
    return refused or Judgement(
        verdict=Verdict.UNTRUSTED, reason=LIMIT, detail="no candidate was examined"
    )


def _first(
    candidates: Iterable[Candidate],
    conclusion: Conclusion,
    level: VerificationLevel | None,
) -> Examined | None:
    for candidate in candidates:
        if (
            isinstance(candidate, Examined)
            and candidate.verification.conclusion(level) is conclusion
        ):
            return candidate
    return None


def _lost(candidates: Sequence[Candidate], signature: str | None) -> bool:
    if signature is None:
        return False
    for candidate in candidates:
        if candidate.digest == signature:
            return isinstance(candidate, Rejected) and candidate.reason in LOST
    return False


def _unknown(
    candidates: Sequence[Candidate], level: VerificationLevel | None
) -> Judgement | None:
    """Return why the candidates leave it open, if they do."""
    for candidate in candidates:
        if isinstance(candidate, Unread):
            return Judgement(
                verdict=Verdict.INCONCLUSIVE,
                reason=SIGNATURE_UNREADABLE,
                detail=candidate.detail,
            )
    left_open = _first(candidates, Conclusion.INCONCLUSIVE, level)
    if left_open is None:
        return None
    level = level or left_open.verification.level
    skipped = next(
        check.outcome
        for check in left_open.verification.checks
        if isinstance(check.outcome, Skipped)
        and level.action(check.validation) is Action.ENFORCE
    )
    return Judgement(
        verdict=Verdict.INCONCLUSIVE, reason=skipped.reason, detail=skipped.detail
    )
