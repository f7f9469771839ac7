"""Managed signing in a verdict: why a signature is missing, never what it is. Pure.

ECR signs what is pushed as whoever pushes it, so the pusher can have it fail. A FAILED
therefore ends no grace: whoever may sign has until its end, by hand or by another
profile. It is told at once, and names the reason once the grace is over. An IN_PROGRESS
is told and puts nothing off (docs/how-it-decides.md).
"""

from dataclasses import replace
from typing import Final

from sealward.decisions.judgement import Judgement
from sealward.ledger.managed_signing import ManagedSigning, SigningState
from sealward.ledger.records import Verdict

MANAGED_SIGNING_FAILED: Final = "managed-signing-failed"
_AWAITED: Final = "grace"
_MISSING: Final = "no-signature"


def with_managed_signing(
    judgement: Judgement, signing: ManagedSigning | None
) -> Judgement:
    """Return ``judgement`` with what ECR says of its own signing.

    Args:
        judgement: what the signatures say; its verdict stays.
        signing: the most telling status, None where there is none.
    """
    if signing is None or judgement.verdict not in {
        Verdict.PENDING,
        Verdict.UNSIGNED,
        Verdict.UNTRUSTED,
    }:
        return judgement
    failed = signing.state is SigningState.FAILED
    explains = failed and judgement.reason in {_AWAITED, _MISSING}
    return replace(
        judgement,
        reason=MANAGED_SIGNING_FAILED if explains else judgement.reason,
        detail=f"{judgement.detail}; {_words(signing)}",
    )


def _words(signing: ManagedSigning) -> str:
    by = f" by {signing.profile.rpartition('/')[2]}" if signing.profile else ""
    if signing.state is not SigningState.FAILED:
        return f"managed signing{by} is in progress"
    why = f", {signing.failure_reason}" if signing.failure_reason else ""
    return f"managed signing{by} failed: {signing.failure_code or 'no code'}{why}"
