"""Check 9 of a verification, where there is a way to ask."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from notation_verifier.envelope import Envelope, SigningScheme
from notation_verifier.fetch import Fetch
from notation_verifier.outcome import Failed, Outcome, Passed, Reason, Skipped
from notation_verifier.revocation.chain import (
    LazySettings,
    RevocationSettings,
    check_revocation,
    resolved,
)
from notation_verifier.revocation.status import ChainRevocation, RevocationStatus

_REVOKED = RevocationStatus.REVOKED


def ask(
    envelope: Envelope,
    *,
    fetch: Fetch,
    now: datetime,
    settings: LazySettings,
) -> ChainRevocation:
    """Return what is known of the envelope's chain, which must be anchored (R2)."""
    settings = resolved(settings)
    authority = envelope.scheme is SigningScheme.SIGNING_AUTHORITY
    return check_revocation(
        envelope.chain,
        fetch=fetch,
        now=now,
        authentic_signing_time=envelope.signing_time if authority else None,
        memory=settings.memory,
        max_age=settings.max_age,
        crls=settings.crls,
        side_by_side=settings.side_by_side,
    )


def learnt(found: ChainRevocation, settings: LazySettings) -> RevocationSettings:
    """Return the settings for what is asked next: it knows what was just learnt."""
    return replace(resolved(settings), memory=found.memory)


def outcome(found: ChainRevocation, *, information_required: bool = False) -> Outcome:
    """Return what the check comes to.

    Unknown is left open, not failed: whoever pushed the image did not cause it. A level
    that enforces revocation is never satisfied by it.

    Args:
        found: the answers.
        information_required: whether a certificate that names no source fails: it may
            be refused for good, so it is no unknown.
    """
    decisive = found.decisive
    detail = "" if decisive is None else f"{decisive.sha256}: {decisive.detail}"
    without = found.without_information
    if information_required and without and found.status is not _REVOKED:
        return Failed(
            Reason.NO_REVOCATION_INFORMATION,
            f"{without[0].sha256}: {without[0].detail}, and the policy requires one",
        )
    match found.status:
        case RevocationStatus.GOOD | RevocationStatus.NO_INFORMATION:
            asked = len(found.certificates) - len(without)
            until = found.fresh_until
            ends = "" if until is None else f", as answered until {until.isoformat()}"
            return Passed(
                f"not revoked: {asked} of {len(found.certificates)} certificates asked "
                f"about, the others name no source{ends}"
            )
        case RevocationStatus.REVOKED:
            return Failed(Reason.CERTIFICATE_REVOKED, detail)
        case RevocationStatus.UNKNOWN:
            return Skipped(Reason.REVOCATION_UNKNOWN, detail)
        case _:
            assert_never(found.status)
