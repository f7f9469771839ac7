"""Candidate reports: what became of every referrer, for the ledger's history. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, assert_never

from notation_verifier import Check, Failed, Passed, Skipped
from sealward.ledger.judged import Recalled
from sealward.signatures.candidates import Rejected, Unread
from sealward.verifications import Candidate, Examined, Search, satisfying

REPORTED: Final = 50
"""Candidates described whole, beside the good ones; of the others digest and reason."""
_DETAIL: Final = 300
"""Characters of a detail."""


def candidate_reports(search: Search) -> dict[str, Any]:
    """Return what became of every referrer, in plain JSON types.

    ``candidates`` describes the good ones and the first ``REPORTED`` others;
    ``candidates_more`` has the rest as digests by reason, and ``aside`` what was not
    tried as digests by why not.
    """
    good = {each.digest for each in satisfying(search.candidates)}
    described: list[Candidate] = []
    more: dict[str, list[str]] = {}
    for candidate in search.candidates:
        if candidate.digest in good or len(described) < REPORTED:
            described.append(candidate)
        else:
            more.setdefault(_word(candidate), []).append(candidate.digest)
    aside: dict[str, list[str]] = {}
    for left in search.aside:
        why = f"{left.why}: {left.detail}" if left.detail else left.why.value
        aside.setdefault(why[:_DETAIL], []).append(left.digest)
    report: dict[str, Any] = {
        "candidates": [_report(candidate) for candidate in described],
        "candidates_total": len(search.candidates),
        "exhausted": search.exhausted,
    }
    heard = {} if search.heard is None else search.heard.report()
    return report | heard | _unless_empty(candidates_more=more, aside=aside)


def _unless_empty(**parts: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part}


def _word(candidate: Candidate) -> str:
    """Return a candidate's outcome in one word."""
    match candidate:
        case Rejected(reason=reason):
            return reason.value
        case Recalled(reason=word):
            return word
        case Unread():
            return "unread"
        case Examined(verification=verification):
            for _, failure in verification.failures:
                return failure.reason.value
            return verification.conclusion().value
        case _:
            assert_never(candidate)


def _report(candidate: Candidate) -> dict[str, Any]:
    match candidate:
        case Rejected(digest=digest, reason=reason, detail=detail):
            return {
                "signature": digest,
                "rejected": reason.value,
                "detail": detail[:_DETAIL],
            }
        case Recalled(digest=digest, reason=word, detail=detail):
            return {
                "signature": digest,
                "refused_before": word,
                "detail": detail[:_DETAIL],
            }
        case Unread(digest=digest, detail=detail):
            return {"signature": digest, "unread": detail[:_DETAIL]}
        case Examined(digest=digest, verification=verification, envelope=envelope):
            return {
                "signature": digest,
                "envelope": envelope,
                "conclusion": verification.conclusion().value,
                "statement": verification.statement,
                "level": verification.level.name,
                "scheme": verification.signing_scheme,
                "algorithm": verification.algorithm,
                "anchor": verification.anchor,
                "identity": verification.identity,
                "certificates": [
                    certificate.sha256 for certificate in verification.chain
                ],
                "checks": [_check(check) for check in verification.checks],
            }
        case _:
            assert_never(candidate)


def _check(check: Check) -> dict[str, str]:
    match check.outcome:
        case Passed(detail=detail):
            outcome = {"outcome": "passed"}
        case Failed(reason=reason, detail=detail):
            outcome = {"outcome": "failed", "reason": reason.value}
        case Skipped(reason=reason, detail=detail):
            outcome = {"outcome": "skipped", "reason": reason.value}
        case _:
            assert_never(check.outcome)
    return {"check": check.name.value, **outcome, "detail": detail[:_DETAIL]}
