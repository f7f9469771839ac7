"""Evidence of an explanation: what others said of a signature, and when.

A timestamp authority says when it was there; OCSP responders and CRLs say what is
revoked. Their words are a stranger's, so each text is in printable ASCII and cut.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from notation_verifier.report import ChainCertificate
from notation_verifier.sentence import printable

if TYPE_CHECKING:
    from notation_verifier.revocation import (
        Attempt,
        CertificateRevocation,
        ChainRevocation,
    )
    from notation_verifier.timestamp import Timestamp

SOURCES_LIMIT: Final = 100
"""Sources given that were asked about one certificate."""


def instant_text(at: datetime) -> str:
    """Return ``at``, which has a zone, in UTC as ``2027-01-15T00:00:00Z``."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def instant_json(at: datetime | None) -> str | None:
    """Return ``at`` as :func:`instant_text`, None as it is."""
    return None if at is None else instant_text(at)


def timestamp_text(timestamp: "Timestamp") -> str:
    """Return when a timestamp says that the signature was there, and who says so."""
    return (
        f"{instant_text(timestamp.time)}, give or take"
        f" {timestamp.accuracy.total_seconds():g} s, by the word of"
        f" {timestamp.authority}"
    )


def timestamp_json(timestamp: "Timestamp | None") -> dict[str, Any] | None:
    """Return a timestamp in plain JSON types."""
    if timestamp is None:
        return None
    return {
        "time": instant_text(timestamp.time),
        "accuracySeconds": timestamp.accuracy.total_seconds(),
        "policy": printable(timestamp.policy),
        "authority": printable(timestamp.authority),
        "sha256": timestamp.sha256,
        "revocation": revocation_json(timestamp.revocation),
    }


def revocation_texts(
    revocation: "ChainRevocation", chain: Sequence[ChainCertificate]
) -> Iterator[str]:
    """Give a line for each certificate that was asked about.

    Args:
        revocation: what was answered.
        chain: certificates to name them by; another is named by its hash.
    """
    subjects = {each.sha256: each.subject for each in chain}
    for each in revocation.certificates:
        who = subjects.get(each.sha256, f"sha256 {each.sha256}")
        by = "" if each.method is None else f" by {each.method}"
        until = (
            ""
            if each.fresh_until is None
            else f"; holds until {instant_text(each.fresh_until)}"
        )
        yield f"{printable(who, 150)} is {each.status}{by}: {each.detail}{until}"


def revocation_json(revocation: "ChainRevocation | None") -> dict[str, Any] | None:
    """Return what was answered of a chain in plain JSON types."""
    if revocation is None:
        return None
    return {
        "status": revocation.status.value,
        "freshUntil": instant_json(revocation.fresh_until),
        "certificates": [_certificate(each) for each in revocation.certificates],
    }


def _certificate(found: "CertificateRevocation") -> dict[str, Any]:
    return {
        "sha256": found.sha256,
        "status": found.status.value,
        "method": None if found.method is None else found.method.value,
        "detail": printable(found.detail),
        "freshUntil": instant_json(found.fresh_until),
        "sources": _sources(found.attempts[:SOURCES_LIMIT]),
    }


def _sources(attempts: "Iterable[Attempt]") -> list[dict[str, Any]]:
    return [
        {
            "method": each.method.value,
            "url": printable(each.url),
            "status": each.status.value,
            "cause": None if each.cause is None else each.cause.value,
            "detail": printable(each.detail),
            "thisUpdate": instant_json(each.this_update),
            "freshUntil": instant_json(each.fresh_until),
        }
        for each in attempts
    ]
