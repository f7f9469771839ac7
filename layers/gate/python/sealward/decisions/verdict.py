"""The verdict: what a subject's evidence means under its policy. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from notation_verifier import (
    LEVELS,
    Action,
    VerificationLevel,
)
from sealward.decisions.judgement import (
    ACCEPTED,
    BASELINE,
    COVERED,
    GRACE,
    LEVEL_SKIP,
    LIMIT,
    NO_POLICY,
    NO_SIGNATURE,
    OTHER_SCHEME,
    SATISFIED,
    SETTLED_FAILURES,
    SIGNATURE_LOST,
    TOO_FEW_IDENTITIES,
    Judgement,
)
from sealward.decisions.managed_signing import with_managed_signing
from sealward.decisions.open_questions import (
    left_open,
    lost_signature,
    undecided_index,
)
from sealward.decisions.refusals import final_refusal, most_telling
from sealward.decisions.situation import Seen
from sealward.ledger.records import Record, Verdict
from sealward.policy.bundle import Policy
from sealward.signatures.candidates import Aside
from sealward.signatures.schemes import cosign_subject
from sealward.verifications import Examined, satisfying, sufficient


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
    judgement = _by_candidates(seen, policy, known, deadline, now, level)
    return with_managed_signing(judgement, seen.signing)


def with_baseline(
    judgement: Judgement,
    policy: Policy | None,
    *,
    known: Record | None,
    begin: datetime,
    now: datetime,
) -> Judgement:
    """Return ``judgement``, or that the baseline of its policy excuses the image.

    Only what was there before, was never trusted, and is not held.
    """
    if (
        policy is None
        or policy.enforce_from is None
        or policy.baseline_until is None
        or judgement.verdict not in SETTLED_FAILURES
        or not begin < policy.enforce_from <= now < policy.baseline_until
        or (known is not None and (known.ever_trusted or known.hold is not None))
    ):
        return judgement
    return Judgement(
        verdict=Verdict.EXEMPT,
        reason=BASELINE,
        detail=f"it was there before {policy.enforce_from:%Y-%m-%d}, and exempt until "
        f"{policy.baseline_until:%Y-%m-%d}; without that: {judgement.detail}",
    )


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
    good = satisfying(candidates, level)
    trusted_by = sufficient(good, policy.identities_required)
    if trusted_by:
        return Judgement(
            verdict=Verdict.TRUSTED,
            reason=SATISFIED,
            detail=f"signed by {_signers(trusted_by)}",
            trusted_by=trusted_by,
        )
    if seen.coverage.by and (level is None or seen.coverage.strict):
        return Judgement(
            verdict=Verdict.COVERED,
            reason=COVERED,
            detail=f"the trusted index {seen.coverage.by} lists it",
            covered_by=seen.coverage.by,
        )
    lost = (
        lost_signature(candidates, known.made_by)
        if known and known.ever_trusted
        else None
    )
    if lost is not None:
        return Judgement(
            verdict=Verdict.INCONCLUSIVE,
            reason=SIGNATURE_LOST,
            detail=f"signature {lost} made it trusted and is no longer in the registry",
        )
    refused = _too_few(good, policy) or most_telling(candidates, level)
    # One that is good shows that its signers are at work: the others may follow.
    final = final_refusal(candidates) if policy.fail_fast and not good else None
    if final is not None:
        return final
    settled = known is not None and known.verdict in ACCEPTED | SETTLED_FAILURES
    if now < deadline and not settled:
        return Judgement(
            verdict=Verdict.PENDING,
            reason=GRACE,
            detail=f"no good signature yet; one may arrive until {deadline:%H:%M:%S} "
            f"UTC{', so far: ' + refused.detail if refused else ''}",
            so_far=refused.reason if refused else "",
        )
    unknown = left_open(candidates, level) or undecided_index(seen)
    if unknown is not None:
        return unknown
    if not candidates and seen.search.exhausted:
        return _unsigned(seen)
    if good and refused is not None:
        return refused
    if not seen.search.exhausted:
        return Judgement(
            verdict=Verdict.UNTRUSTED,
            reason=LIMIT,
            detail=f"none of {len(candidates)} signatures considered is good, and "
            "there are more",
        )
    return refused or Judgement(
        verdict=Verdict.UNTRUSTED, reason=LIMIT, detail="no candidate was examined"
    )


def _signers(good: Sequence[Examined]) -> str:
    return " and ".join(
        each.verification.identity or "a trusted identity" for each in good
    )


def _too_few(good: Sequence[Examined], policy: Policy) -> Judgement | None:
    """Return that some of the identities required have signed, and others have not."""
    named = [each for each in good if each.verification.identity is not None]
    if not named:
        return None
    return Judgement(
        verdict=Verdict.UNTRUSTED,
        reason=TOO_FEW_IDENTITIES,
        detail=f"{len(named)} of {policy.identities_required} identities: signed by "
        f"{_signers(named)}",
    )


def _unsigned(seen: Seen) -> Judgement:
    """Return that nothing of Notation's signs it, and what else is there by name."""
    schemes = _schemes(seen.search.aside)
    about = cosign_subject(seen.detail.tags)
    if schemes:
        reason, detail = (
            OTHER_SCHEME,
            (
                "no Notation signature refers to it; what does is "
                f"{' and '.join(schemes)}, which Sealward does not verify"
            ),
        )
    elif about is not None:
        reason, detail = (
            OTHER_SCHEME,
            (
                f"no Notation signature refers to it; its tag is cosign's for what is "
                f"about {about}, which Sealward does not verify"
            ),
        )
    else:
        reason, detail = NO_SIGNATURE, "no Notation signature refers to it"
    return Judgement(verdict=Verdict.UNSIGNED, reason=reason, detail=detail)


def _schemes(aside: Iterable[Aside]) -> list[str]:
    return sorted({each.scheme.value for each in aside if each.scheme is not None})
