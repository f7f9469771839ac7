"""The verdict: what a subject's evidence means under its policy. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from notation_verifier import (
    LEVELS,
    Action,
    CheckName,
    Conclusion,
    Failed,
    Passed,
    Reason,
    Skipped,
    Verification,
    VerificationLevel,
)
from sealward.decisions.situation import Seen
from sealward.policy.bundle import Policy
from sealward.records import Record, Verdict
from sealward.signatures import CANDIDATES_LIMIT, LOST, Rejected, Unread
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

_ORDER: Final = {name: place for place, name in enumerate(CheckName)}
_INTACT: Final = (
    CheckName.SIGNATURE,
    CheckName.CERTIFICATE_CHAIN,
    CheckName.PAYLOAD,
    CheckName.AUTHENTICITY,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A verdict and why."""

    verdict: Verdict
    reason: str
    """A reason of docs/findings.md."""
    detail: str
    trusted_by: Examined | None = None
    """The candidate that satisfied the statement."""


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
    if skips(policy.statement.level) and level is None:
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
    *,
    known: Record | None,
    deadline: datetime | None,
    now: datetime,
) -> Verdict:
    """Return the verdict level ``strict`` would give on the candidates examined."""
    return judge(
        seen,
        policy,
        known=known,
        deadline=deadline,
        now=now,
        level=LEVELS["strict"],
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
    refused = _most_telling(candidates, level)
    if policy.fail_fast and refused is not None and any(map(_final, candidates)):
        return next(map(_identity_refusal, filter(_final, candidates)))
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


def _most_telling(
    candidates: Sequence[Candidate], level: VerificationLevel | None
) -> Judgement | None:
    """Return the refusal of the candidate that came furthest: it explains most."""
    best: tuple[int, Judgement] | None = None
    for candidate in candidates:
        match candidate:
            case Examined(verification=verification):
                found = first_refusal(verification, level)
                if found is None:
                    continue
                place, failure = found
                judged = Judgement(
                    verdict=Verdict.UNTRUSTED,
                    reason=failure.reason,
                    detail=failure.detail,
                )
            case Rejected(reason=reason, detail=detail):
                place = -1
                judged = Judgement(
                    verdict=Verdict.UNTRUSTED, reason=reason, detail=detail
                )
            case Unread():
                continue
        if best is None or place > best[0]:
            best = (place, judged)
    return best[1] if best else None


def first_refusal(
    verification: Verification, level: VerificationLevel | None = None
) -> tuple[int, Failed] | None:
    """Return the first enforced check that failed, with its place in the order."""
    level = level or verification.level
    for check, failure in verification.failures:
        if level.action(check.validation) is Action.ENFORCE:
            return _ORDER[check.name], failure
    return None


def _final(candidate: Candidate) -> bool:
    """Return whether waiting cannot help: intact, anchored, bound, by the wrong one."""
    if not isinstance(candidate, Examined):
        return False
    verification = candidate.verification
    return (
        verification.conclusion() is Conclusion.REFUSED
        and all(
            isinstance(verification.check(name).outcome, Passed) for name in _INTACT
        )
        and _wrong_identity(verification) is not None
    )


def _wrong_identity(verification: Verification) -> Failed | None:
    outcome = verification.check(CheckName.TRUSTED_IDENTITY).outcome
    if isinstance(outcome, Failed) and outcome.reason is Reason.IDENTITY_NOT_ALLOWED:
        return outcome
    return None


def _identity_refusal(candidate: Candidate) -> Judgement:
    failure = (
        _wrong_identity(candidate.verification)
        if isinstance(candidate, Examined)
        else None
    )
    return Judgement(
        verdict=Verdict.UNTRUSTED,
        reason=Reason.IDENTITY_NOT_ALLOWED,
        detail=failure.detail if failure else "",
    )
