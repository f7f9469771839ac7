"""Check 9 for AWS Signer's signatures: what has Signer revoked of all that made it?

Signer answers as of an instant. As of the time of signing, as its plugin asks, a
profile revoked with a later effective time does not count: what it signed before stays
good. A statement may want every revocation to count; then Signer is asked as of the
present too. Asking twice and not only as of the present needs no belief about what
Signer leaves out: nothing is accepted that the plugin would refuse.
"""

import hashlib
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from notation_verifier.certificate import Certificate
from notation_verifier.envelope import Envelope
from notation_verifier.outcome import Failed, Outcome, Passed, Reason, Skipped
from notation_verifier.signer import SignerError, SignerReach, signer_signature
from notation_verifier.signer_service import (
    SignerQuestion,
    SignerService,
    SignerServiceError,
)

_SHOWN = 200
"""Characters of an entity that is none of ours."""
_LISTED = 8
"""Entities that a detail names."""


def check_signer_revocation(
    envelope: Envelope,
    *,
    roots: AbstractSet[str],
    service: SignerService,
    reach: SignerReach,
    now: datetime,
) -> Outcome:
    """(9) AWS Signer has revoked neither the job, nor the profile, nor a certificate.

    What Signer does not answer is left open, not failed: whoever pushed the image did
    not cause it. A level that enforces revocation is never satisfied by it.

    Args:
        envelope: one that holds and is anchored.
        roots: those of AWS Signer, by SHA-256. Nothing is asked under any other: its
            owner could name any job, in any Region.
        service: asks Signer.
        reach: which revocations count.
        now: the time of verification.
    """
    try:
        found = signer_signature(envelope)
    except SignerError as error:
        return Skipped(Reason.EARLIER_CHECK_FAILED, f"AWS Signer's attributes: {error}")
    root = envelope.chain[-1]
    if root.sha256 not in roots:
        return Failed(
            Reason.NOT_UNDER_SIGNER_ROOT,
            f"AWS Signer is not asked: the chain ends in {root.subject_text}"
            f" ({root.sha256}), which is no root of its",
        )
    hashes = certificate_hashes(envelope.chain)
    signed_at = envelope.signing_time
    instants = [(signed_at, False)]
    if reach is SignerReach.ALL:
        instants.append((now, True))
    for as_of, present in instants:
        question = SignerQuestion(
            as_of=as_of,
            present=present,
            profile_version=found.profile_version,
            job=found.job,
            certificate_hashes=hashes,
        )
        try:
            revoked = service(question)
        except SignerServiceError as error:
            return Skipped(
                Reason.SIGNER_UNAVAILABLE, f"AWS Signer did not answer: {error}"
            )
        if revoked:
            named = "; ".join(_named(revoked, question, envelope.chain))
            when = "now" if present else f"as of its signing, {signed_at.isoformat()}"
            return Failed(
                Reason.SIGNER_REVOKED, f"AWS Signer has revoked, {when}: {named}"
            )
    asked = "as of its signing" + (" and now" if len(instants) > 1 else "")
    return Passed(
        f"AWS Signer has revoked neither job, profile nor certificate, {asked}"
    )


def certificate_hashes(chain: Sequence[Certificate]) -> tuple[str, ...]:
    """Return what GetRevocationStatus calls the certificates of ``chain``, leaf first.

    API reference of AWS Signer, GetRevocationStatus, certificateHashes.
    """
    own = [hashlib.sha384(certificate.tbs).hexdigest() for certificate in chain]
    return tuple(
        one + issuer for one, issuer in zip(own, [*own[1:], own[-1]], strict=True)
    )


def _named(
    revoked: Sequence[str], question: SignerQuestion, chain: Sequence[Certificate]
) -> Iterator[str]:
    """Yield each revoked entity as a reader knows it."""
    certificates = dict(zip(question.certificate_hashes, chain, strict=True))
    profile = question.profile_version.rpartition("/")[0]
    for entity in revoked[:_LISTED]:
        certificate = certificates.get(entity.lower())
        if entity == question.job:
            yield f"the signing job {entity}"
        elif entity in (question.profile_version, profile):
            yield f"the signing profile {entity}"
        elif certificate is not None:
            yield f"the certificate {certificate.subject_text} ({certificate.sha256})"
        else:
            yield ascii(entity[:_SHOWN])
    if len(revoked) > _LISTED:
        yield f"and {len(revoked) - _LISTED} more"
