"""Candidates: the referrers worth trying, and in which order.

Who may attach referrers decides what is found, so everything is bounded. Those tried
first stand outside the bound: the one an event named, and those that made the subject
trusted before (docs/threat-model.md, 2). Every other referrer is reported as well.
"""

import json
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import Final

from notation_verifier.values import dataclass
from sealward.ports.registry import ImageStatus, Referrer
from sealward.signatures.schemes import Scheme, scheme_of
from sealward.subjects import NOTARY_SIGNATURE
from sealward.subjects.manifests import OCI_MANIFEST

CANDIDATES_LIMIT: Final = 200
"""Envelopes asked for in one look, beside those that are tried first."""
REFERRERS_LIMIT: Final = 1_000
"""Referrers listed of one subject."""
SIGNATURE_MANIFEST_LIMIT: Final = 64 * 1024
"""Bytes; real ones have about one thousand."""

_CREATED: Final = "org.opencontainers.image.created"
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,20}Z?")
_THUMBPRINTS: Final = "io.cncf.notary.x509chain.thumbprint#S256"
_THUMBPRINTS_LIMIT: Final = 2_048
"""Characters read of the annotation; a chain of ten has under 700."""


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


class Why(StrEnum):
    """Why a referrer was left aside."""

    NOT_NEEDED = "not-needed"
    """Others satisfied the statement before its turn came."""
    BEYOND_LIMIT = "beyond-limit"
    """The bound of the look was reached before its turn came."""
    OTHER_SCHEME = "other-scheme"
    """It belongs to another way of signing."""
    NOT_A_SIGNATURE = "not-a-signature"
    """An SBOM, a report, or anything else that does not call itself a signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A referrer that was not tried: says nothing about the subject."""

    digest: str
    why: Why
    detail: str = ""
    scheme: Scheme | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist:
    """Which candidates are looked at, in order."""

    first: tuple[str, ...] = ()
    """Digests tried first, outside the bound."""
    digests: tuple[str, ...] = ()
    """All others, the likeliest first."""
    rejected: tuple[Rejected, ...] = ()
    """Those not worth reading: archived, or larger than a signature manifest is."""
    aside: tuple[Aside, ...] = ()
    """Referrers that do not claim to be a signature of Notation."""
    more: bool = False
    """Whether the registry has more referrers than were listed."""


def shortlist(
    referrers: Sequence[Referrer],
    *,
    named: str | None = None,
    previous: Sequence[str] = (),
    thumbprints: AbstractSet[str] = frozenset(),
) -> Shortlist:
    """Return the candidates among ``referrers``, the likeliest first.

    Those whose annotation names a certificate of ``thumbprints`` come before the
    others, and newer ones before older ones. Both are their own word: they choose the
    order and nothing else.

    Args:
        referrers: as the registry lists them.
        named: digest of the signature an event named, tried first.
        previous: digests of the signatures that made the subject trusted, tried next.
        thumbprints: SHA-256 (lower-case hex) of the certificates of the trust stores.
    """
    listed = {referrer.digest: referrer for referrer in referrers}
    claimed = {
        digest: referrer
        for digest, referrer in listed.items()
        if referrer.artifact_type == NOTARY_SIGNATURE
        and referrer.media_type == OCI_MANIFEST
    }
    rejected = tuple(
        refusal
        for referrer in claimed.values()
        if (refusal := _not_worth_reading(referrer)) is not None
    )
    unreadable = {refusal.digest for refusal in rejected}
    first = tuple(
        digest
        for digest in dict.fromkeys((named, *previous))
        if digest and digest not in unreadable
    )
    rest = [
        (_names_any(referrer, thumbprints), _created(referrer), digest)
        for digest, referrer in claimed.items()
        if digest not in first and digest not in unreadable
    ]
    # Stable: equal ones stay in the registry's order.
    rest.sort(key=lambda each: each[:2], reverse=True)
    return Shortlist(
        first=first,
        digests=tuple(digest for _, _, digest in rest),
        rejected=rejected,
        aside=tuple(
            _aside(referrer)
            for digest, referrer in listed.items()
            if digest not in claimed
        ),
        more=len(referrers) >= REFERRERS_LIMIT,
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


def _aside(referrer: Referrer) -> Aside:
    scheme = scheme_of(referrer.artifact_type)
    if referrer.artifact_type == NOTARY_SIGNATURE:
        detail = f"a signature in a manifest of type {referrer.media_type[:120]!a}"
    else:
        detail = f"of type {referrer.artifact_type[:120]!a}"
    return Aside(
        digest=referrer.digest,
        why=Why.NOT_A_SIGNATURE if scheme is None else Why.OTHER_SCHEME,
        detail=detail,
        scheme=scheme,
    )


def _created(referrer: Referrer) -> str:
    """Return when the signature says it was made, as text that sorts; a hint only."""
    text = referrer.annotations.get(_CREATED, "")
    return text if _INSTANT.fullmatch(text) else ""


def _names_any(referrer: Referrer, thumbprints: AbstractSet[str]) -> bool:
    """Return whether the signature says its chain has a certificate of these."""
    text = referrer.annotations.get(_THUMBPRINTS, "")
    if not text or len(text) > _THUMBPRINTS_LIMIT:
        return False
    try:
        named = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(named, list) and any(
        isinstance(each, str) and each.lower() in thumbprints for each in named
    )
