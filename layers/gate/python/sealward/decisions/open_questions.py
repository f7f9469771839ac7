"""Open questions: what of a subject's evidence cannot be told now. Pure."""

from collections.abc import Iterable, Sequence

from notation_verifier import Action, Conclusion, Skipped, VerificationLevel
from sealward.decisions.judgement import SIGNATURE_UNREADABLE, Judgement
from sealward.decisions.situation import Seen, Unknown
from sealward.ledger.records import Verdict
from sealward.signatures.candidates import LOST, Rejected, Unread
from sealward.verifications import Candidate, Examined


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


def lost_signature(
    candidates: Sequence[Candidate], made_by: Sequence[str]
) -> str | None:
    """Return the first of the signatures ``made_by`` that the registry lost."""
    for candidate in candidates:
        if (
            candidate.digest in made_by
            and isinstance(candidate, Rejected)
            and candidate.reason in LOST
        ):
            return candidate.digest
    return None


def undecided_index(seen: Seen) -> Judgement | None:
    """Return that an index which lists it cannot be judged now, if so."""
    index = seen.coverage.undecided
    if index is None:
        return None
    return Judgement(
        verdict=Verdict.INCONCLUSIVE,
        reason=Unknown.INDEX_UNDECIDED,
        detail=f"the index {index} lists it, and cannot be judged now",
    )


def left_open(
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
    candidate_open = _first(candidates, Conclusion.INCONCLUSIVE, level)
    if candidate_open is None:
        return None
    level = level or candidate_open.verification.level
    skipped = next(
        check.outcome
        for check in candidate_open.verification.checks
        if isinstance(check.outcome, Skipped)
        and level.action(check.validation) is Action.ENFORCE
    )
    return Judgement(
        verdict=Verdict.INCONCLUSIVE, reason=skipped.reason, detail=skipped.detail
    )
