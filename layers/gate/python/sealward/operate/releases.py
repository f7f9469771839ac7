"""Releases given: a held image let go for a while, because a person asked for it."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from sealward.decisions.judgement import GONE, OPEN
from sealward.ledger.records import HoldState, Record
from sealward.ledger.releases import Release, ReleaseKind, to_sign
from sealward.operate.proofs import Caller
from sealward.operate.refusals import NotDone
from sealward.operate.requests import Command, Request
from sealward.ports.failures import Conflict, Refused
from sealward.ports.ledger import Ledger
from sealward.subjects import SubjectKey

TIMES_TO_SIGN: Final = 3
"""Releases of one digest to be signed; never more, whoever asks."""
ATTEMPTS: Final = 5
"""While looks write the same record in between."""
CHILDREN: Final = 100
"""Images of an index that a break-glass release of it lets go as well."""
_AWAY: Final = frozenset({HoldState.HELD, HoldState.HOLDING, HoldState.REFUSED})


def release(
    ledger: Ledger, request: Request, caller: Caller, *, now: datetime
) -> tuple[list[SubjectKey], str]:
    """Let an image go; return what is to be looked at, and a sentence for the person.

    Args:
        ledger: where it is remembered: the next look does it.
        request: to be signed, or to be used.
        caller: who asked.
        now: the present instant.

    Raises:
        NotDone: there is nothing to be released, or no release is left.
        Conflict, Unavailable, Denied: the ledger did not take it.
    """
    key = SubjectKey(repository=request.repository, digest=request.digest)
    if request.command is Command.SIGN:
        return [key], _to_sign(ledger, key, request, caller, now)
    until = now + request.lasts
    given = Release(
        kind=ReleaseKind.BREAK_GLASS,
        at=now,
        lasts=request.lasts,
        until=until,
        by=caller.arn,
        reason=request.reason,
        request=request.nonce,
    )
    _write(ledger, key, given, now)
    released = [key]
    for digest in ledger.children(key)[:CHILDREN]:
        child = SubjectKey(repository=key.repository, digest=digest)
        # One that a look moved on meanwhile takes nothing from what is let go already.
        with suppress(Conflict, NotDone):
            _write(ledger, child, given, now)
            released.append(child)
    more = f" and {len(released) - 1} images it lists" if len(released) > 1 else ""
    return released, (
        f"{key}{more} may be pulled until {until:%Y-%m-%d %H:%M:%S} UTC; exempt, not "
        "trusted; then it is decided again"
    )


def _to_sign(
    ledger: Ledger, key: SubjectKey, request: Request, caller: Caller, now: datetime
) -> str:
    record = _known(ledger, key)
    if record.hold is None or record.hold.state not in _AWAY:
        raise NotDone("not-held", f"{key} is not held: {_standing(record, now)}")
    try:
        number = ledger.use_release(key, request.nonce, limit=TIMES_TO_SIGN)
    except Refused as error:
        raise NotDone(
            "used-up", f"{error}; push a new build, or break the glass (--for)"
        ) from error
    given = to_sign(
        now, request.lasts, before=record.release, by=caller.arn, request=request.nonce
    )
    _write(ledger, key, given, now)
    return (
        f"{key} is being brought back; from when it can be pulled it may be signed for "
        f"{request.lasts} (release {number} of {TIMES_TO_SIGN})"
    )


def _write(ledger: Ledger, key: SubjectKey, given: Release, now: datetime) -> None:
    """Remember ``given`` with the record, due at once: no look can miss it."""
    for attempt in range(ATTEMPTS):
        record = _known(ledger, key)
        if not _is_refused(record, now):
            raise NotDone("not-held", f"{key} is not held: {_standing(record, now)}")
        before = record.release
        pushed = before is not None and before.pushed_again
        try:
            ledger.write(
                replace(
                    record,
                    version=record.version + 1,
                    release=replace(given, pushed_again=given.pushed_again or pushed),
                    due=now,
                    updated_at=now,
                ),
                expected=record.version,
            )
        except Conflict:
            if attempt + 1 == ATTEMPTS:
                raise
            continue
        return


def _known(ledger: Ledger, key: SubjectKey) -> Record:
    record = ledger.current(key)
    if record is None:
        raise NotDone("unknown-image", f"the ledger has no {key}")
    if record.reason == GONE:
        # What cannot come back uses up no release, and none waits for whoever pushes.
        raise NotDone(
            "gone", f"the registry no longer has {key}: push it, then release it"
        )
    return record


def _is_refused(record: Record, now: datetime) -> bool:
    """Return whether the image is held, or may be before its verdict is settled."""
    release = record.release
    lent = release is not None and release.in_force(now)
    return record.hold is not None or record.verdict in OPEN or lent


def _standing(record: Record, now: datetime) -> str:
    release = record.release
    if release is not None and release.in_force(now):
        return f"it is released until {release.until:%H:%M:%S} UTC"
    return f"its verdict is {record.verdict}"
