"""Asking the CRLs a certificate names: any may revoke, only all together may clear.

Spec: trust-store-trust-policy, Certificate Revocation with CRL; RFC 5280 section 6.3.3.
"""

from collections.abc import Sequence
from dataclasses import replace

from notation_verifier.revocation import delta
from notation_verifier.revocation.crl import Crl, Entry, check_scope
from notation_verifier.revocation.crl_reader import read_crl
from notation_verifier.revocation.memory import Revocation, SeenCrl
from notation_verifier.revocation.pointers import (
    MAX_CRL_URLS,
    MAX_DELTA_URLS,
    DistributionPoint,
    check_url,
    is_http,
)
from notation_verifier.revocation.question import Question, Record, says, shown
from notation_verifier.revocation.status import (
    Attempt,
    Cause,
    Method,
    Refused,
    RevocationStatus,
)

_GOOD, _REVOKED = RevocationStatus.GOOD, RevocationStatus.REVOKED


def ask_lists(question: Question, record: Record) -> Attempt | None:
    """(R20) Return the attempt that decides, or None where the CRLs do not."""
    by_url: dict[str, list[DistributionPoint]] = {}
    for point in question.pointers.points:
        for url in point.urls:
            by_url.setdefault(url, []).append(point)
    if len(by_url) > MAX_CRL_URLS:
        too_many = f"{len(by_url)} CRLs named; at most {MAX_CRL_URLS} are fetched"
        url = next(iter(by_url))
        record.refuse(Method.CRL, url, Refused(Cause.TOO_MANY_URLS, too_many))
        return None
    cleared: list[Attempt] = []
    every_reason = False
    for url, points in by_url.items():
        try:
            crl, attempt = _ask(url, points, question, record)
        except Refused as refused:
            record.refuse(Method.CRL, url, refused)
            continue
        record.attempts.append(attempt)
        if attempt.status is _REVOKED:
            return attempt
        cleared.append(attempt)
        every_reason = every_reason or _covers_every_reason(crl, points)
    if len(cleared) < len(by_url) or not cleared:
        return None
    if not every_reason:
        partial = "the CRLs cover some reasons for revocation only"
        record.refuse(Method.CRL, cleared[-1].url, Refused(Cause.OUT_OF_SCOPE, partial))
        return None
    # Together they are as old and as short-lived as any of them.
    ends = [one.fresh_until for one in cleared if one.fresh_until is not None]
    updates = [one.this_update for one in cleared if one.this_update is not None]
    return replace(
        cleared[0],
        this_update=min(updates, default=None),
        fresh_until=min(ends, default=None),
    )


def _covers_every_reason(crl: Crl, points: Sequence[DistributionPoint]) -> bool:
    partial = crl.scope is not None and crl.scope.only_some_reasons is not None
    return not partial and not all(point.some_reasons for point in points)


def _ask(
    url: str, points: Sequence[DistributionPoint], question: Question, record: Record
) -> tuple[Crl, Attempt]:
    """Return the CRL at ``url`` and what it and its delta CRL say.

    Raises:
        Refused: they are not relied on.
    """
    check_url(url)
    crl = _in_hand(points, question)
    if crl is None or _staleness(crl, question) is not None:
        try:
            crl = _complete(question.get(url), points, question)
        except Refused as refused:
            if crl is None:
                raise
            # The one in hand is past; it may still revoke for good.
            record.refuse(Method.CRL, url, refused)
    lists: tuple[Crl, ...] = (crl,)
    entries = crl.listed(question.pointers.serial, question.signed_at)
    final = delta.for_good(entries, question.signed_at)
    if final is None:
        _require_current(crl, question)
        named = crl.freshest if crl.freshest is not None else question.pointers.freshest
        if named is not None:
            added = _fetch_delta(named, question)
            delta.check_delta(added, crl)
            lists += (added,)
            entries += added.listed(question.pointers.serial, question.signed_at)
            final = delta.for_good(entries, question.signed_at)
    if final is not None:
        # (R33) A signed "revoked for good" does not age: no list need be current.
        record.learn_revocation(question.certificate_id, final)
        return crl, _attempt(url, _REVOKED, final, lists, question)
    for one in lists:
        _require_current(one, question)
    return crl, _standing(url, lists, entries, question, record)


def _complete(
    der: bytes, points: Sequence[DistributionPoint], question: Question
) -> Crl:
    """Return a complete CRL that covers the certificate.

    Raises:
        Refused: it is none.
    """
    crl = read_crl(der, question.issuer, question.clock)
    if crl.base_number is not None:
        raise Refused(Cause.DELTA_MISMATCH, "a delta CRL where a complete one belongs")
    for point in points:
        check_scope(crl, point, ca=question.pointers.ca)
    return crl


def _in_hand(points: Sequence[DistributionPoint], question: Question) -> Crl | None:
    """(R29) Return the newest CRL in hand that could stand for the one fetched."""
    newest: Crl | None = None
    for der in question.circumstances.crls:
        try:
            crl = _complete(der, points, question)
        except Refused:
            continue  # another issuer's, or of another distribution point
        if newest is None or crl.this_update > newest.this_update:
            newest = crl
    return newest


def _standing(
    url: str,
    lists: tuple[Crl, ...],
    entries: tuple[Entry, ...],
    question: Question,
    record: Record,
) -> Attempt:
    """Return what current lists say that revoke nothing for good.

    Raises:
        Refused: they could revoke, but may not clear.
    """
    for one in lists:
        seen = SeenCrl(number=one.number, this_update=one.this_update)
        record.learn_crl(one.memory_key(question.issuer_identity), seen)
    # Revoked for good, but after the signature was made.
    spared = [entry.revocation for entry in entries if entry.for_good]
    for revocation in spared:
        record.learn_revocation(question.certificate_id, revocation)
    held = delta.standing_hold(entries, question.signed_at)
    if held is not None:
        record.learn_revocation(question.certificate_id, held)
        return _attempt(url, _REVOKED, held, lists, question)
    if lists[0].freshest is None and question.pointers.freshest is not None:
        raise Refused(
            Cause.DELTA_MISMATCH,
            "only the certificate names the delta CRL, not the CRL itself; the "
            "reference does not support that, so it may revoke but not clear",
        )
    return _attempt(url, _GOOD, spared[0] if spared else None, lists, question)


def _staleness(crl: Crl, question: Question) -> Refused | None:
    seen = question.circumstances.memory.crls.get(
        crl.memory_key(question.issuer_identity)
    )
    return crl.staleness(question.clock, seen)


def _require_current(crl: Crl, question: Question) -> None:
    stale = _staleness(crl, question)
    if stale is not None:
        raise stale


def _fetch_delta(urls: tuple[str, ...], question: Question) -> Crl:
    """(R25) Return the first delta CRL that can be had; the next only for want of it.

    Raises:
        Refused: none can be had, or the first is no CRL of the issuer.
    """
    if not 1 <= len(urls) <= MAX_DELTA_URLS:
        raise Refused(
            Cause.TOO_MANY_URLS if urls else Cause.UNSUPPORTED_URL,
            f"a delta CRL with {len(urls)} URLs; 1 to {MAX_DELTA_URLS} are used",
        )
    failure = Refused(Cause.UNSUPPORTED_URL, "none of its URLs is http://")
    for url in filter(is_http, urls):
        check_url(url)
        try:
            body = question.get(url)
        except Refused as refused:
            failure = refused
            continue
        try:
            return read_crl(body, question.issuer, question.clock)
        except Refused as refused:
            raise Refused(refused.cause, f"delta CRL {shown(url)}: {refused}") from None
    raise Refused(failure.cause, f"delta CRL: {failure}")


def _attempt(
    url: str,
    status: RevocationStatus,
    revocation: Revocation | None,
    lists: tuple[Crl, ...],
    question: Question,
) -> Attempt:
    clock = question.clock
    current = all(one.staleness(clock, None) is None for one in lists)
    ends = [
        clock.until(one.this_update, one.next_update)
        for one in lists
        if one.next_update is not None
    ]
    return Attempt(
        method=Method.CRL,
        url=url,
        status=status,
        detail=says(revocation, good=status is _GOOD),
        this_update=max(one.this_update for one in lists),
        fresh_until=min(ends, default=None) if current else None,
    )
