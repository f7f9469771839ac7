"""Asking the OCSP responders a certificate names, in order, until one answers.

Spec: trust-store-trust-policy, Certificate Revocation with OCSP.
"""

from notation_verifier.revocation import ocsp
from notation_verifier.revocation.pointers import MAX_OCSP_URLS, check_url
from notation_verifier.revocation.question import Question, Record, says
from notation_verifier.revocation.status import (
    Attempt,
    Bars,
    Cause,
    Method,
    Refused,
    RevocationStatus,
)


def ask_responders(question: Question, record: Record) -> Attempt | Bars:
    """(R11) Return the attempt that decides, or what the refused ones bar."""
    urls = question.pointers.ocsp
    if len(urls) > MAX_OCSP_URLS:
        too_many = f"{len(urls)} responders named; at most {MAX_OCSP_URLS} are asked"
        record.refuse(Method.OCSP, urls[0], Refused(Cause.TOO_MANY_URLS, too_many))
        return Bars.GOOD  # the reference asks them all
    for url in urls:
        try:
            answer = _ask(url, question)
        except Refused as refused:
            record.refuse(Method.OCSP, url, refused)
            if refused.bars is not Bars.NOTHING:
                return refused.bars
            continue
        if answer.revocation is not None:
            record.learn_revocation(question.certificate_id, answer.revocation)
        if answer.fresh_until is not None:
            record.learn_ocsp(question.certificate_id, answer.this_update)
        attempt = Attempt(
            method=Method.OCSP,
            url=url,
            status=RevocationStatus.GOOD if answer.good else RevocationStatus.REVOKED,
            detail=says(answer.revocation, good=answer.good),
            this_update=answer.this_update,
            fresh_until=answer.fresh_until,
        )
        record.attempts.append(attempt)
        return attempt
    return Bars.NOTHING


def _ask(url: str, question: Question) -> ocsp.OcspAnswer:
    check_url(url)
    asked = ocsp.request(question.pointers.serial, question.issuer_identity)
    address, body = ocsp.address(url, asked)
    return ocsp.judge(
        question.get(address, body),
        serial=question.pointers.serial,
        issuer=question.issuer,
        clock=question.clock,
        authentic_signing_time=question.signed_at,
        newest_seen=question.circumstances.memory.ocsp.get(question.certificate_id),
    )
