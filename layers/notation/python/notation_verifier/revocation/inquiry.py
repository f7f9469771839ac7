"""Asking after one certificate: memory, OCSP, its CRLs where OCSP gives no answer.

Spec: trust-store-trust-policy, Certificate Revocation Evaluation.
"""

from dataclasses import replace
from datetime import datetime

from notation_verifier.certificate import Certificate
from notation_verifier.revocation.lists import ask_lists
from notation_verifier.revocation.memory import (
    Revocation,
    RevocationMemory,
    Standing,
)
from notation_verifier.revocation.pointers import identity, read_pointers
from notation_verifier.revocation.question import (
    Circumstances,
    Question,
    Record,
    says,
    shown,
)
from notation_verifier.revocation.responders import ask_responders
from notation_verifier.revocation.status import (
    Attempt,
    Bars,
    CertificateRevocation,
    Method,
    Refused,
    RevocationStatus,
)
from notation_verifier.values import dataclass


def ask_after(
    certificate: Certificate, issuer: Certificate, circumstances: Circumstances
) -> tuple[CertificateRevocation, RevocationMemory]:
    """Return what is known of ``certificate``, and what finding out taught.

    Whatever bytes the sources send, this returns.
    """
    record = Record()
    if not certificate.issued_by(issuer):
        found = _Found(
            RevocationStatus.UNKNOWN, "the chain's next certificate did not issue it"
        )
    else:
        try:
            pointers = read_pointers(certificate)
        except Refused as refused:
            found = _Found(RevocationStatus.UNKNOWN, str(refused))
        else:
            question = Question(
                circumstances=circumstances,
                pointers=pointers,
                issuer=issuer,
                issuer_identity=identity(issuer),
            )
            found = _find(question, record)
    result = CertificateRevocation(
        sha256=certificate.sha256,
        status=found.status,
        method=found.method,
        detail=found.detail,
        fresh_until=found.fresh_until,
        attempts=tuple(record.attempts),
    )
    return result, record.learnt


@dataclass(frozen=True, slots=True)
class _Found:
    status: RevocationStatus
    detail: str
    method: Method | None = None
    fresh_until: datetime | None = None


def _find(question: Question, record: Record) -> _Found:
    """(R42) Return what the memory and the sources together come to."""
    pointers = question.pointers
    known = question.circumstances.memory.revocations.get(question.certificate_id)
    if known and not known.reaches(question.signed_at):
        known = None
    if known and known.standing is Standing.REVOKED:
        return _recalled(known, record)
    if pointers.unusable:
        found = _Found(
            RevocationStatus.UNKNOWN, "it names revocation sources, but none by a URI"
        )
    elif not pointers.ocsp and not pointers.points:
        found = _Found(
            RevocationStatus.NO_INFORMATION, "it names no source, OCSP or CRL"
        )
    else:
        decided = _ask(question, record)
        if decided is None:
            said = "; ".join(
                f"{shown(one.url)}: {one.detail}" for one in record.attempts
            )
            found = _Found(RevocationStatus.UNKNOWN, said)
        else:
            if known and decided.status is RevocationStatus.GOOD:
                known = _released(known, decided, question, record)
            found = _Found(
                decided.status,
                f"{shown(decided.url)} {decided.detail}",
                decided.method,
                decided.fresh_until
                if decided.status is RevocationStatus.GOOD
                else None,
            )
    if known and found.status is not RevocationStatus.REVOKED:
        return _recalled(known, record)
    return found


def _ask(question: Question, record: Record) -> Attempt | None:
    """(R3, R50) Return the attempt that decides; None where none does."""
    bars = Bars.NOTHING
    if question.pointers.ocsp:
        answered = ask_responders(question, record)
        if isinstance(answered, Attempt):
            return answered
        bars = answered
    if not question.pointers.points:
        return None
    decided = ask_lists(question, record)
    if bars is Bars.GOOD and decided and decided.status is RevocationStatus.GOOD:
        return None
    return decided


def _released(
    known: Revocation, decided: Attempt, question: Question, record: Record
) -> Revocation | None:
    """(R43) Return the hold that stands after a good answer: none after a newer."""
    if decided.this_update is None or decided.this_update <= known.this_update:
        return known
    released = replace(
        known, standing=Standing.RELEASED, this_update=decided.this_update
    )
    record.learn_revocation(question.certificate_id, released)
    return None


def _recalled(known: Revocation, record: Record) -> _Found:
    """Return, and note, a revocation from memory."""
    text = f"an answer of {known.this_update:%FT%TZ} {says(known, good=False)}"
    record.attempts.append(
        Attempt(
            method=Method.MEMORY,
            url="",
            status=RevocationStatus.REVOKED,
            detail=text,
            this_update=known.this_update,
        )
    )
    return _Found(RevocationStatus.REVOKED, text, Method.MEMORY)
