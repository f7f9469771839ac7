"""Candidates: the referrers worth trying, and in which order.

Who may attach referrers decides what is found, so everything is bounded. Two candidates
are tried first and stand outside the bound: the one an event named, and the one that
made the subject trusted before (docs/threat-model.md, 2).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sealward.ports import ImageStatus, Referrer
from sealward.subjects import NOTARY_SIGNATURE
from sealward.subjects.manifests import OCI_MANIFEST

CANDIDATES_LIMIT: Final = 100
"""Candidates considered beside the two that are tried first; as the notation CLI."""
REFERRERS_LIMIT: Final = 1_000
"""Referrers listed of one subject."""
SIGNATURE_MANIFEST_LIMIT: Final = 64 * 1024
"""Bytes; real ones have about one thousand."""

_CREATED: Final = "org.opencontainers.image.created"
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,20}Z?")


class Rejection(StrEnum):
    """Why a candidate could not be examined; each is a reason in docs/findings.md."""

    ARCHIVED = "signature-archived"
    MANIFEST_MISSING = "signature-manifest-missing"
    MANIFEST_TOO_LARGE = "signature-manifest-too-large"
    MANIFEST_INVALID = "signature-manifest-invalid"
    OTHER_SUBJECT = "signature-of-another-subject"
    ENVELOPE_MISSING = "envelope-missing"
    ENVELOPE_TOO_LARGE = "envelope-too-large"
    ENVELOPE_MALFORMED = "envelope-malformed"
    ENVELOPE_UNSUPPORTED = "envelope-unsupported"


LOST: Final = frozenset(
    {Rejection.ARCHIVED, Rejection.MANIFEST_MISSING, Rejection.ENVELOPE_MISSING}
)
"""Rejections that say the registry no longer has it, not that it is bad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A candidate that is no signature one could verify: evidence against itself."""

    digest: str
    reason: Rejection
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A candidate the registry would not give us now: says nothing about it."""

    digest: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """An envelope, ready to be verified."""

    digest: str
    """Of the signature manifest."""
    media_type: str
    envelope: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist:
    """Which candidates are looked at, in order."""

    digests: tuple[str, ...]
    rejected: tuple[Rejected, ...]
    """Those not worth reading: archived, or larger than a signature manifest is."""
    more: bool
    """Whether candidates were left out by the bound."""


def shortlist(
    referrers: Sequence[Referrer], *, named: str | None, previous: str | None
) -> Shortlist:
    """Return the candidates among ``referrers``, newest first by their own word.

    Args:
        referrers: as the registry lists them; anything that is no signature is ignored.
        named: digest of the signature an event named, tried first.
        previous: digest of the signature that made the subject trusted, tried next.
    """
    claimed = {
        referrer.digest: referrer
        for referrer in referrers
        if referrer.artifact_type == NOTARY_SIGNATURE
        and referrer.media_type == OCI_MANIFEST
    }
    first = tuple(dict.fromkeys(digest for digest in (named, previous) if digest))
    rejected = tuple(
        refusal
        for referrer in claimed.values()
        if (refusal := _not_worth_reading(referrer)) is not None
    )
    unreadable = {refusal.digest for refusal in rejected}
    rest = sorted(
        (
            referrer
            for digest, referrer in claimed.items()
            if digest not in first and digest not in unreadable
        ),
        key=_created,
        reverse=True,
    )
    return Shortlist(
        digests=(
            *(digest for digest in first if digest not in unreadable),
            *(referrer.digest for referrer in rest[:CANDIDATES_LIMIT]),
        ),
        rejected=rejected,
        more=len(rest) > CANDIDATES_LIMIT or len(referrers) >= REFERRERS_LIMIT,
    )


def manifest_too_large(digest: str, size: int) -> Rejected:
    """Return the rejection of a signature manifest of ``size`` bytes."""
    return Rejected(
        digest=digest,
        reason=Rejection.MANIFEST_TOO_LARGE,
        detail=f"{size} bytes, more than {SIGNATURE_MANIFEST_LIMIT}",
    )


def _not_worth_reading(referrer: Referrer) -> Rejected | None:
    if referrer.size > SIGNATURE_MANIFEST_LIMIT:
        return manifest_too_large(referrer.digest, referrer.size)
    if referrer.status is not ImageStatus.ACTIVE:
        return Rejected(
            digest=referrer.digest,
            reason=Rejection.ARCHIVED,
            detail=f"the registry says the signature is {referrer.status}",
        )
    return None


def _created(referrer: Referrer) -> str:
    """Return when the signature says it was made, as text that sorts; a hint only."""
    text = referrer.annotations.get(_CREATED, "")
    return text if _INSTANT.fullmatch(text) else ""
