"""Verifications: the candidates of a subject, each with its report.

The search ends with the first candidate that satisfies the statement, as ``notation``
does. Unlike it, a candidate that cannot be examined does not end it.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, assert_never

from notation_verifier import (
    Check,
    Conclusion,
    Descriptor,
    Failed,
    NotationError,
    Passed,
    Skipped,
    TrustPolicyStatement,
    TrustStores,
    UnsupportedEnvelope,
    Verification,
    verify,
)
from sealward.policy.bundle import Policy, PolicyBundle
from sealward.signatures.candidates import Rejected, Rejection, Signature, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A candidate that was verified."""

    digest: str
    """Of the signature manifest."""
    verification: Verification


Candidate = Examined | Rejected | Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What looking for a good signature found."""

    candidates: tuple[Candidate, ...] = ()
    """In the order they were tried; the last one may be the good one."""
    exhausted: bool = True
    """Whether no candidate was left out by the bound."""


def search(
    signatures: Iterator[Signature | Rejected | Unread],
    *,
    subject: Descriptor,
    policy: Policy,
    bundle: PolicyBundle,
    more: bool,
    now: datetime,
) -> Search:
    """Examine ``signatures`` until one satisfies the policy's statement.

    Args:
        signatures: candidates in order, read lazily.
        subject: the descriptor they must have signed.
        policy: whose statement decides.
        bundle: holds the trust stores and the Signer roots.
        more: whether candidates were left out.
        now: the time to verify at.
    """
    tried: list[Candidate] = []
    for signature in signatures:
        if not isinstance(signature, Signature):
            tried.append(signature)
            continue
        candidate = examine(
            signature, subject=subject, policy=policy, bundle=bundle, now=now
        )
        tried.append(candidate)
        if (
            isinstance(candidate, Examined)
            and candidate.verification.conclusion() is Conclusion.SATISFIED
        ):
            return Search(candidates=tuple(tried))
    return Search(candidates=tuple(tried), exhausted=not more)


def examine(
    signature: Signature,
    *,
    subject: Descriptor,
    policy: Policy,
    bundle: PolicyBundle,
    now: datetime,
) -> Examined | Rejected:
    """Return the report on one signature, or why there can be none."""
    return examine_by(
        signature,
        subject=subject,
        statement=policy.statement,
        trust_stores=bundle.trust_stores,
        signer_roots=bundle.signer_roots,
        now=now,
    )


def examine_by(
    signature: Signature,
    *,
    subject: Descriptor,
    statement: TrustPolicyStatement,
    trust_stores: TrustStores,
    signer_roots: AbstractSet[str],
    now: datetime,
) -> Examined | Rejected:
    """As ``examine``, by a statement that need not be of a bundle."""
    try:
        verification = verify(
            signature.envelope,
            media_type=signature.media_type,
            subject=subject,
            statement=statement,
            trust_stores=trust_stores,
            signer_roots=signer_roots,
            now=now,
        )
    except NotationError as error:
        return Rejected(
            digest=signature.digest,
            reason=Rejection.ENVELOPE_UNSUPPORTED
            if isinstance(error, UnsupportedEnvelope)
            else Rejection.ENVELOPE_MALFORMED,
            detail=str(error),
        )
    return Examined(digest=signature.digest, verification=verification)


_REPORTED: Final = 50
"""Candidates a history entry describes; the last one, which decided, is among them."""
_DETAIL: Final = 300
"""Characters of a detail in a history entry."""


def candidate_reports(search: Search) -> list[dict[str, Any]]:
    """Return the candidates in plain JSON types, for the ledger's history."""
    shown = search.candidates
    if len(shown) > _REPORTED:
        shown = (*shown[: _REPORTED - 1], shown[-1])
    return [_report(candidate) for candidate in shown]


def _report(candidate: Candidate) -> dict[str, Any]:
    match candidate:
        case Rejected(digest=digest, reason=reason, detail=detail):
            return {
                "signature": digest,
                "rejected": reason.value,
                "detail": detail[:_DETAIL],
            }
        case Unread(digest=digest, detail=detail):
            return {"signature": digest, "unread": detail[:_DETAIL]}
        case Examined(digest=digest, verification=verification):
            return {
                "signature": digest,
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
