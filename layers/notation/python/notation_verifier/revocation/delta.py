"""A complete CRL and its delta CRL: which belong together, and what both say.

Spec: RFC 5280 sections 5.2.4, 5.2.6 and 6.3.3; where the reference's order of
evaluation decides, docs/revocation.md says so.
"""

from collections.abc import Iterable
from datetime import datetime

from notation_verifier.revocation.crl import Crl, Entry
from notation_verifier.revocation.memory import Revocation
from notation_verifier.revocation.status import Cause, Refused


def check_delta(delta: Crl, complete: Crl) -> None:
    """(R26) Accept a delta CRL that continues ``complete``.

    Raises:
        Refused: no delta CRL, of another scope, or of numbers that do not fit.
    """
    if delta.base_number is None:
        raise Refused(Cause.DELTA_MISMATCH, "a complete CRL where a delta CRL belongs")
    if delta.number is None or complete.number is None:
        raise Refused(Cause.DELTA_MISMATCH, "a delta CRL needs numbers on both CRLs")
    if delta.number <= complete.number:
        raise Refused(
            Cause.DELTA_MISMATCH,
            f"delta CRL {delta.number} does not come after CRL {complete.number}",
        )
    if delta.base_number > complete.number:
        raise Refused(
            Cause.DELTA_MISMATCH,
            f"delta CRL {delta.number} needs CRL {delta.base_number} or later, "
            f"this is {complete.number}",
        )
    if delta.scope != complete.scope:
        raise Refused(Cause.DELTA_MISMATCH, "a delta CRL of another scope")


def for_good(
    entries: Iterable[Entry], authentic_signing_time: datetime | None
) -> Revocation | None:
    """Return the first revocation among ``entries`` that nothing takes back."""
    return next(
        (
            entry.revocation
            for entry in entries
            if entry.for_good and entry.revocation.reaches(authentic_signing_time)
        ),
        None,
    )


def standing_hold(
    entries: Iterable[Entry], authentic_signing_time: datetime | None
) -> Revocation | None:
    """(R27) Return the hold that stands after ``entries``, complete CRL first.

    The latest revocation date counts; of two equal ones the first, so that a removal
    dated like its hold does not release.
    """
    latest: Entry | None = None
    for entry in entries:
        if not entry.for_good and (
            latest is None or entry.revocation.revoked_at > latest.revocation.revoked_at
        ):
            latest = entry
    if latest is None or latest.removed:
        return None
    held = latest.revocation
    return held if held.reaches(authentic_signing_time) else None
