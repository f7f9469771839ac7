"""Refusals: which failure of which candidate explains a verdict best. Pure."""

from collections.abc import Sequence
from typing import Final

from notation_verifier import (
    Action,
    CheckName,
    Conclusion,
    Failed,
    Passed,
    Reason,
    Verification,
    VerificationLevel,
)
from sealward.decisions.judgement import Judgement
from sealward.ledger.judged import Recalled
from sealward.ledger.records import Verdict
from sealward.signatures.candidates import Rejected, Rejection, Unread
from sealward.verifications import Candidate, Examined

_ORDER: Final = {name: place for place, name in enumerate(CheckName)}
_NAMES: Final = tuple(CheckName)
_INTACT: Final = (
    CheckName.SIGNATURE,
    CheckName.CERTIFICATE_CHAIN,
    CheckName.PAYLOAD,
    CheckName.AUTHENTICITY,
)
_BEYOND_MENDING: Final = frozenset(
    {
        Reason.IDENTITY_NOT_ALLOWED,
        Reason.CERTIFICATE_REVOKED,
        Reason.SIGNER_REVOKED,
    }
)
"""Refusals of a signature that is what it claims to be."""
_LASTING_CHECKS: Final = frozenset(
    {
        CheckName.SIGNATURE,
        CheckName.CERTIFICATE_CHAIN,
        CheckName.PAYLOAD,
        CheckName.CRITICAL_ATTRIBUTES,
        CheckName.AUTHENTICITY,
        CheckName.TRUSTED_IDENTITY,
    }
)
"""Checks that rest on the bytes and the trust material alone, never on the time."""
_LASTING_REJECTIONS: Final = frozenset(
    {
        Rejection.MANIFEST_TOO_LARGE,
        Rejection.MANIFEST_INVALID,
        Rejection.OTHER_SUBJECT,
        Rejection.ENVELOPE_MALFORMED,
        Rejection.ENVELOPE_UNSUPPORTED,
    }
)
"""Rejections that rest on the bytes alone."""


def most_telling(
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
            case Recalled(reason=word, detail=detail, place=place):
                judged = Judgement(
                    verdict=Verdict.UNTRUSTED, reason=word, detail=detail
                )
            case Unread():
                continue
        if best is None or place > best[0]:
            best = (place, judged)
    return best[1] if best else None


def lasting_refusal(candidate: Candidate) -> Recalled | None:
    """Return ``candidate`` as one that need not be tried again, or None.

    Its digest stands for its bytes: under the same statement, trust stores and subject
    it is refused at any time. What time, the registry or an answer may mend is not.
    """
    match candidate:
        case Rejected(digest=digest, reason=reason, detail=detail):
            if reason in _LASTING_REJECTIONS:
                return Recalled(digest=digest, reason=reason, detail=detail, place=-1)
        case Examined(digest=digest, verification=verification):
            found = first_refusal(verification)
            if found is not None and _NAMES[found[0]] in _LASTING_CHECKS:
                return Recalled(
                    digest=digest,
                    reason=found[1].reason,
                    detail=found[1].detail,
                    place=found[0],
                )
        case _:
            pass
    return None


def first_refusal(
    verification: Verification, level: VerificationLevel | None = None
) -> tuple[int, Failed] | None:
    """Return the first enforced check that failed, with its place in the order."""
    level = level or verification.level
    for check, failure in verification.failures:
        if level.action(check.validation) is Action.ENFORCE:
            return _ORDER[check.name], failure
    return None


def final_refusal(candidates: Sequence[Candidate]) -> Judgement | None:
    """Return the refusal no waiting can help, if there is one, for ``failFast``.

    The signature is intact, anchored and bound to the subject, by an identity that is
    not allowed, or it is revoked. Junk never is.
    """
    for candidate in candidates:
        if (
            isinstance(candidate, Recalled)
            # Its first refusal: what comes before identity held.
            and candidate.reason == Reason.IDENTITY_NOT_ALLOWED
        ):
            return Judgement(
                verdict=Verdict.UNTRUSTED,
                reason=candidate.reason,
                detail=candidate.detail,
            )
        if isinstance(candidate, Examined) and _is_final(candidate.verification):
            failure = _beyond_mending(candidate.verification)
            if failure is not None:
                return Judgement(
                    verdict=Verdict.UNTRUSTED,
                    reason=failure.reason,
                    detail=failure.detail,
                )
    return None


def _is_final(verification: Verification) -> bool:
    return verification.conclusion() is Conclusion.REFUSED and all(
        isinstance(verification.check(name).outcome, Passed) for name in _INTACT
    )


def _beyond_mending(verification: Verification) -> Failed | None:
    """Return the enforced failure that waiting for this signature does not mend."""
    for name in (CheckName.TRUSTED_IDENTITY, CheckName.REVOCATION):
        check = verification.check(name)
        if (
            isinstance(check.outcome, Failed)
            and check.outcome.reason in _BEYOND_MENDING
            and verification.level.action(check.validation) is Action.ENFORCE
        ):
            return check.outcome
    return None
