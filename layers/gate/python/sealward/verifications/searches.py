"""Searches: the candidates of a subject tried in order, until enough satisfy.

A search ends with the first candidate that satisfies the statement, as ``notation``
does, or with as many as the policy asks for. A candidate that cannot be examined does
not end it. What can be told from the bytes is told before anybody is asked: a wave's
candidates are examined by themselves first, and only those that hold are asked about.
"""

from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Final, TypeGuard

from notation_verifier import (
    Action,
    Conclusion,
    Descriptor,
    Reason,
    Skipped,
)
from notation_verifier.values import dataclass
from sealward.ledger.judged import Recalled
from sealward.policy.identities import signing_profile
from sealward.revocation.heard import Heard
from sealward.signatures.candidates import (
    Aside,
    Rejected,
    Shortlist,
    Signature,
    Unread,
    Why,
)
from sealward.signatures.retrieval import Found
from sealward.verifications.judge import Examined, Judge

if TYPE_CHECKING:
    from notation_verifier import VerificationLevel


Candidate = Examined | Rejected | Unread | Recalled

_UNASKED: Final = frozenset(
    {Reason.NEEDS_REVOCATION_SERVICE, Reason.NEEDS_SIGNER_SERVICE}
)
"""Reasons for which a check was left open only because nobody was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What looking for good signatures found."""

    candidates: tuple[Candidate, ...] = ()
    """In the order they were tried."""
    aside: tuple[Aside, ...] = ()
    """Every other referrer: not needed, beyond the bound, or no Notation signature."""
    exhausted: bool = True
    """Whether no candidate was left out by the bound."""
    satisfied: bool = False
    """Whether as many identities as required signed it: that ended the search."""
    crash: Exception | None = None
    """What nobody expected of a candidate: the first one, where there were several."""
    heard: Heard | None = None
    """What was said about revocation on the way; None where nobody listened."""


def satisfying(
    candidates: Iterable[Candidate], level: "VerificationLevel | None" = None
) -> tuple[Examined, ...]:
    """Return the candidates that satisfy the statement, one for each identity.

    Args:
        candidates: that were tried, in order.
        level: judges them instead of the statement's.
    """
    found: dict[str | None, Examined] = {}
    for candidate in candidates:
        if (
            isinstance(candidate, Examined)
            and candidate.verification.conclusion(level) is Conclusion.SATISFIED
        ):
            identity = candidate.verification.identity
            found.setdefault(identity and signing_profile(identity), candidate)
    return tuple(found.values())


def sufficient(found: Sequence[Examined], required: int) -> tuple[Examined, ...]:
    """Return the first ``required`` of ``found``; nothing where they are too few.

    Where more than one identity is required, a signature by none counts for nothing.

    Args:
        found: as ``satisfying`` returns them.
        required: how many different identities must have signed.
    """
    if required > 1:
        found = [each for each in found if each.verification.identity is not None]
    return tuple(found[:required]) if len(found) >= required else ()


def search(
    waves: Iterable[Sequence[Found]],
    *,
    subject: Descriptor,
    judge: Judge,
    listed: Shortlist,
    required: int = 1,
) -> Search:
    """Examine candidates until enough of them satisfy the judge's statement.

    Args:
        waves: candidates in order, as ``read_signatures`` yields them.
        subject: the descriptor they must have signed.
        judge: examines them.
        listed: all the candidates there are: those never reached are reported.
        required: how many different trusted identities must have signed.
    """
    trial = _Trial(subject=subject, judge=judge, required=required)
    satisfied = any(trial.take(wave) for wave in waves)
    tried = {candidate.digest for candidate in trial.tried}
    missed = [
        digest for digest in (*listed.first, *listed.digests) if digest not in tried
    ]
    why = Why.NOT_NEEDED if satisfied else Why.BEYOND_LIMIT
    return Search(
        candidates=tuple(trial.tried),
        aside=(*(Aside(digest=digest, why=why) for digest in missed), *listed.aside),
        exhausted=satisfied or not (missed or listed.more),
        satisfied=satisfied,
        crash=trial.crash,
    )


@dataclass(slots=True, kw_only=True)
class _Trial:
    """Candidates tried so far."""

    subject: Descriptor
    judge: Judge
    required: int
    tried: list[Candidate] = field(default_factory=list)
    crash: Exception | None = None

    def take(self, wave: Sequence[Found]) -> bool:
        """Examine one wave; return whether the search is over."""
        local = self.judge.local
        left_open: list[tuple[Signature, Examined]] = []
        for found in wave:
            if not isinstance(found, Signature):
                self.tried.append(found)
                continue
            candidate = self._examine(local, found)
            if self.judge.asks and _left_open(candidate):
                left_open.append((found, candidate))
            else:
                self.tried.append(candidate)
        over = self._enough()
        for signature, unasked in left_open:
            if over:
                self.tried.append(unasked)
                continue
            self.tried.append(self._examine(self.judge, signature))
            over = self._enough()
        return over

    def _examine(
        self, judge: Judge, signature: Signature
    ) -> Examined | Rejected | Unread:
        """Examine one; what nobody expected of it hides no other, and is no verdict."""
        try:
            return judge.examine(signature, self.subject)
        except Exception as error:  # noqa: BLE001 - kept: the look raises it at its end
            self.crash = self.crash or error
            return Unread(
                digest=signature.digest,
                detail=f"verifying it failed ({type(error).__name__}); the logs say "
                "where",
            )

    def _enough(self) -> bool:
        return bool(sufficient(satisfying(self.tried), self.required))


def _left_open(candidate: Examined | Rejected | Unread) -> TypeGuard[Examined]:
    """Return whether all that a signature lacks is that somebody be asked."""
    if not isinstance(candidate, Examined):
        return False
    verification = candidate.verification
    return verification.conclusion() is not Conclusion.REFUSED and any(
        isinstance(check.outcome, Skipped)
        and check.outcome.reason in _UNASKED
        and verification.level.action(check.validation) is not Action.SKIP
        for check in verification.checks
    )
