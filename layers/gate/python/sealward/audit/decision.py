"""A recorded decision: what a history entry says of how a verdict was reached."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from notation_verifier import Descriptor
from notation_verifier.values import dataclass
from sealward.events import is_digest
from sealward.ledger.records import Verdict
from sealward.signatures.candidates import Rejection
from sealward.subjects import SubjectKey

_OF_THE_BYTES: Final = frozenset(
    {
        Rejection.MANIFEST_TOO_LARGE,
        Rejection.MANIFEST_INVALID,
        Rejection.OTHER_SUBJECT,
        Rejection.ENVELOPE_MALFORMED,
        Rejection.ENVELOPE_UNSUPPORTED,
    }
)
"""Rejections that are the same whoever holds the bytes."""


class InvalidDecision(ValueError):  # noqa: N818 - named by what is wrong
    """A document that is no recorded decision; ``str()`` says what to give instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCandidate:
    """What was found of one signature."""

    digest: str
    """Of the signature manifest."""
    conclusion: str
    """The verification's; or the reason it could not be verified."""
    checks: Mapping[str, str]
    """Outcome, and reason where there is one, by check; empty where none was made."""
    anchor: str | None
    chain: tuple[str, ...]
    """SHA-256 fingerprints, leaf first; the last is the anchor's."""
    envelope: str
    """SHA-256 of the envelope; empty where the code did not write it yet."""
    repeatable: bool = True
    """Whether its bytes were judged; else the registry's word, or an earlier look's."""
    unread: bool = False
    """Whether the registry would not give it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDecision:
    """A verdict with what it was reached by."""

    key: SubjectKey
    at: datetime
    """When it was reached: what is redone is verified at this instant."""
    verdict: Verdict
    strict_verdict: Verdict
    reason: str
    code: str
    """The version that decided; empty before it was written down."""
    statement: str
    statement_hash: str
    bundle_serial: int
    bundle_digest: str
    descriptor: Descriptor | None
    candidates: tuple[RecordedCandidate, ...]
    omitted: int
    """Candidates that were only counted, by digest and reason."""
    exhausted: bool
    revocation_answers: Mapping[str, str]
    """SHA-256 of OCSP answers and CRLs by question."""
    signer_answers: Mapping[str, tuple[str, ...]]


def decision_from(document: object) -> RecordedDecision:
    """Return the decision that an export or ``ledger history --json`` wrote.

    Raises:
        InvalidDecision: it is something else.
    """
    try:
        return _read(document)
    except InvalidDecision:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidDecision(
            f"no recorded decision: {error!r}; give one line of an export, or one of "
            "'decisions' of 'sealward ledger history --json'"
        ) from error


def _read(document: Any) -> RecordedDecision:  # noqa: ANN401 (plain JSON types)
    report = document["report"]
    if "omitted" in report:
        raise InvalidDecision("its report was too large to keep: it cannot be redone")
    key = SubjectKey(repository=document["repository"], digest=document["digest"])
    if not is_digest(key.digest):
        raise InvalidDecision("its digest is none")
    at = datetime.fromisoformat(document["at"])
    if at.tzinfo is None:
        raise InvalidDecision("its time has no zone")
    subject = report.get("subject") or None
    descriptor = None
    if subject is not None:
        media_type, size = subject
        descriptor = Descriptor(
            media_type=str(media_type), digest=key.digest, size=int(size)
        )
    return RecordedDecision(
        key=key,
        at=at,
        verdict=Verdict(report["verdict"]),
        strict_verdict=Verdict(report["strict_verdict"]),
        reason=str(report["reason"]),
        code=str(report.get("code", "")),
        statement=str(report["statement"]),
        statement_hash=str(report["statement_hash"]),
        bundle_serial=int(report["bundle_serial"]),
        bundle_digest=str(report["bundle_digest"]),
        descriptor=descriptor,
        candidates=tuple(map(_candidate, report["candidates"])),
        omitted=sum(len(each) for each in report.get("candidates_more", {}).values()),
        exhausted=bool(report["exhausted"]),
        revocation_answers={
            str(name): str(digest)
            for name, digest in report.get("revocation_answers", {}).items()
        },
        signer_answers={
            str(name): tuple(map(str, revoked))
            for name, revoked in report.get("signer_answers", {}).items()
        },
    )


def _candidate(said: Mapping[str, Any]) -> RecordedCandidate:
    digest = str(said["signature"])
    if not is_digest(digest):
        raise InvalidDecision("the digest of a signature is none")
    if "conclusion" not in said:
        word = said.get("rejected") or said.get("refused_before") or "unread"
        return RecordedCandidate(
            digest=digest,
            conclusion=str(word),
            checks={},
            anchor=None,
            chain=(),
            envelope="",
            repeatable=said.get("rejected") in _OF_THE_BYTES,
            unread="unread" in said,
        )
    return RecordedCandidate(
        digest=digest,
        conclusion=str(said["conclusion"]),
        checks={str(each["check"]): outcome(each) for each in said["checks"]},
        anchor=said["anchor"],
        chain=tuple(map(str, said["certificates"])),
        envelope=str(said.get("envelope", "")),
    )


def outcome(check: Mapping[str, Any]) -> str:
    """Return a check's outcome in a word, with its reason where there is one."""
    reason = check.get("reason")
    return f"{check['outcome']}: {reason}" if reason else str(check["outcome"])
