"""Verifications: the candidates of a subject, each with its report.

The search ends with the first candidate that satisfies the statement, as ``notation``
does. Unlike it, a candidate that cannot be examined does not end it.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, assert_never

from notation_verifier import (
    Check,
    Conclusion,
    Descriptor,
    Failed,
    Fetch,
    NotationError,
    Passed,
    SeenChains,
    Skipped,
    TrustPolicyStatement,
    TrustStores,
    UnsupportedEnvelope,
    Verification,
    verify,
)
from sealward.signatures.candidates import Rejected, Rejection, Signature, Unread

if TYPE_CHECKING:
    from notation_verifier.revocation import RevocationSettings


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

    @property
    def satisfied(self) -> bool:
        """Whether the last candidate satisfies the statement: it ended the search."""
        last = self.candidates[-1] if self.candidates else None
        return (
            isinstance(last, Examined)
            and last.verification.conclusion() is Conclusion.SATISFIED
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What the signatures of one subject are held against, and who may be asked.

    A judge is made anew for each look: it holds the time.
    """

    statement: TrustPolicyStatement
    trust_stores: TrustStores
    signer_roots: AbstractSet[str]
    """SHA-256 (lower-case hex) of the roots under which AWS Signer's ARNs count."""
    now: datetime
    """The time to verify at."""
    user_metadata: Mapping[str, str] = field(default_factory=dict)
    """Annotations that must have been signed with the subject."""
    fetch: Fetch | None = None
    """Asks OCSP responders and for CRLs; None leaves open what needs an answer."""
    revocation_settings: "RevocationSettings | None" = None
    """What earlier checks learnt, and how answers are asked for."""
    seen: SeenChains | None = None
    """Chains that need not be read and checked again."""

    def examine(self, signature: Signature, subject: Descriptor) -> Examined | Rejected:
        """Return the report on one signature of ``subject``, or why there is none."""
        try:
            verification = verify(
                signature.envelope,
                media_type=signature.media_type,
                subject=subject,
                statement=self.statement,
                trust_stores=self.trust_stores,
                user_metadata=self.user_metadata,
                signer_roots=self.signer_roots,
                fetch=self.fetch,
                revocation_settings=self.revocation_settings,
                seen=self.seen,
                now=self.now,
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


def search(
    signatures: Iterator[Signature | Rejected | Unread],
    *,
    subject: Descriptor,
    judge: Judge,
    more: bool,
) -> Search:
    """Examine ``signatures`` until one satisfies the judge's statement.

    Args:
        signatures: candidates in order, read lazily.
        subject: the descriptor they must have signed.
        judge: examines them.
        more: whether candidates were left out.
    """
    tried: list[Candidate] = []
    for signature in signatures:
        if not isinstance(signature, Signature):
            tried.append(signature)
            continue
        candidate = judge.examine(signature, subject)
        tried.append(candidate)
        if (
            isinstance(candidate, Examined)
            and candidate.verification.conclusion() is Conclusion.SATISFIED
        ):
            return Search(candidates=tuple(tried))
    return Search(candidates=tuple(tried), exhausted=not more)


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
