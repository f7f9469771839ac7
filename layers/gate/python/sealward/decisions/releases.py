"""Releases at work: what a person's word, or a push, means for a decision. Pure."""

from datetime import datetime, timedelta
from typing import Final

from sealward.decisions.grace import SPENT_GRACE
from sealward.decisions.judgement import ACCEPTED, Judgement
from sealward.ledger.records import HoldState, Record, Verdict
from sealward.ledger.releases import Release, ReleaseKind, to_sign
from sealward.policy.bundle import Policy
from sealward.ports.registry import ImageDetail, ImageStatus

BREAK_GLASS: Final = "break-glass"
SIGNING_WINDOW: Final = timedelta(minutes=15)
"""Longest window that a push of a held digest opens."""
_LET_GO: Final = frozenset({*ACCEPTED, Verdict.EXEMPT, Verdict.UNGOVERNED})
"""Verdicts that need no release."""


def next_release(
    known: Record | None, detail: ImageDetail, policy: Policy | None, *, now: datetime
) -> Release | None:
    """Return the subject's release as the registry's word moves it on.

    Args:
        known: the record of earlier looks.
        detail: what the registry says of the image.
        policy: what governs it.
        now: the present instant.
    """
    if known is None:
        return None
    release = known.release
    if release is not None and release.in_force(now):
        served = detail.status is ImageStatus.ACTIVE
        return release.started(now) if served else release
    if _pushed_to_be_signed(known, detail) and policy is not None:
        # No longer than the policy gives a new image; none where it gives none.
        grace = SPENT_GRACE if known.grace_spent else policy.grace
        lasts = min(policy.grace, grace, SIGNING_WINDOW)
        if lasts > timedelta(0):
            return to_sign(now, lasts, before=release).started(now)
    return release


def lends(release: Release | None, verdict: Verdict, *, now: datetime) -> bool:
    """Return whether an image that ``verdict`` refuses may be pulled for a while."""
    return release is not None and release.in_force(now) and verdict not in _LET_GO


def with_break_glass(
    judgement: Judgement, release: Release | None, *, now: datetime
) -> Judgement:
    """Return ``judgement``, or that a person broke the glass for the image.

    It is exempt, never trusted, and nothing is derived from it.
    """
    if (
        release is None
        or release.kind is not ReleaseKind.BREAK_GLASS
        or not lends(release, judgement.verdict, now=now)
    ):
        return judgement
    return Judgement(
        verdict=Verdict.EXEMPT,
        reason=BREAK_GLASS,
        detail=f"released until {release.until:%Y-%m-%d %H:%M} UTC by {release.by}: "
        f"{release.reason}; without that: {judgement.detail}",
    )


def _pushed_to_be_signed(known: Record, detail: ImageDetail) -> bool:
    """Return whether a digest held only because nothing signs it was pushed again.

    Its push brings it back, and the registry does not always date it anew. Once for
    each digest: whoever pushes it a second time is not about to sign it.
    """
    hold, before = known.hold, known.release
    return (
        known.verdict is Verdict.UNSIGNED
        and hold is not None
        and hold.ours
        and hold.state is HoldState.HELD
        and detail.status is ImageStatus.ACTIVE
        and not hold.again
        and not (before is not None and before.pushed_again)
    )
