"""Pausing: actions made to wait by a person, told, and going on at the end."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sealward.findings import Place, dated, delivered, next_state
from sealward.findings.pause import pause_ended, paused
from sealward.ledger.records import FindingStatus, HoldState
from sealward.operate.proofs import Caller
from sealward.operate.refusals import NotDone
from sealward.operate.requests import Request
from sealward.overrides import PAUSES_LIMIT, Pause, Pauses
from sealward.ports.failures import Conflict
from sealward.ports.ledger import Ledger
from sealward.ports.security_hub import Delivered, SecurityHub
from sealward.subjects import SubjectKey

WAITING: Final = (HoldState.HOLDING, HoldState.REFUSED, HoldState.RELEASING)
"""States of what may have waited for the end of a pause."""
ATTEMPTS: Final = 5
"""While others write the same item in between."""
LOOKS: Final = 500
"""Looks that a resumption sends for each state; what is more is due within the hour."""


def pause(ledger: Ledger, request: Request, caller: Caller, *, now: datetime) -> str:
    """Begin a pause, or give one another end; return a sentence for the person.

    Raises:
        NotDone: there are too many.
        Conflict, Unavailable, Denied: the ledger did not take it.
    """
    until = now + request.lasts

    def with_it(pauses: Sequence[Pause]) -> tuple[Pause, ...]:
        others = [each for each in pauses if each.repository != request.repository]
        running = [each for each in others if each.in_force(now)]
        # The brake of the whole account is never refused for what is paused beside it.
        if request.repository and len(running) >= PAUSES_LIMIT:
            raise NotDone(
                "too-many",
                f"{PAUSES_LIMIT} repositories are paused: pause the account "
                "(--account)",
            )
        # Ended ones are there to be told; where nobody can be, they fill no item.
        ended = [each for each in others if not each.in_force(now)][-PAUSES_LIMIT:]
        before = next((each for each in pauses if each not in others), None)
        one = Pause(
            repository=request.repository,
            by=caller.arn,
            reason=request.reason,
            at=now,
            until=until,
            request=request.nonce,
            finding=before.finding if before else None,
        )
        return (*ended, *running, one)

    _keep(ledger, with_it)
    return (
        f"{request.repository or 'the whole account'}: nothing is archived, restored, "
        f"deleted or denied until {until:%Y-%m-%d %H:%M:%S} UTC; verdicts and findings "
        "go on"
    )


def resume(
    ledger: Ledger, request: Request, *, now: datetime
) -> tuple[list[SubjectKey], str]:
    """End a pause; return what may have waited for it, and a sentence.

    Raises:
        NotDone: nothing of that name is paused.
        Conflict, Unavailable, Denied: the ledger did not take it.
    """
    where = request.repository or "the whole account"

    def without_it(pauses: Sequence[Pause]) -> tuple[Pause, ...]:
        ending = [
            each
            for each in pauses
            if each.repository == request.repository and each.in_force(now)
        ]
        if not ending:
            raise NotDone("not-paused", f"{where} is not paused")
        return tuple(
            replace(each, until=now) if each in ending else each for each in pauses
        )

    _keep(ledger, without_it)
    return waiting(ledger, request.repository), f"{where}: at work again"


def _keep(
    ledger: Ledger, change: Callable[[Sequence[Pause]], tuple[Pause, ...]]
) -> None:
    """Write what ``change`` makes of the pauses, whoever else writes meanwhile.

    The schedule tells of pauses every few minutes: that it was quicker by an instant
    is nothing to tell a person who wants to stop everything.

    Raises:
        Conflict: others wrote each time.
    """
    for attempt in range(ATTEMPTS):
        stored = ledger.pauses()
        try:
            ledger.keep_pauses(
                Pauses(version=stored.version + 1, pauses=change(stored.pauses))
            )
        except Conflict:
            if attempt + 1 == ATTEMPTS:
                raise
            continue
        return


def waiting(ledger: Ledger, repository: str) -> list[SubjectKey]:
    """Return images that may wait for an action, of ``repository`` or of all."""
    return [
        key
        for state in WAITING
        for key in ledger.members(
            state.value, repository=repository or None, limit=LOOKS
        )
    ]


def tell_pauses(
    ledger: Ledger, hub: SecurityHub, place: Place, *, now: datetime
) -> list[Pause]:
    """Tell of pauses that began or ended; forget those whose end is told.

    Returns:
        The pauses that ended since it was last told of them.

    Raises:
        Conflict, Unavailable, Denied: the ledger did not take it; the next time tells.
    """
    stored = ledger.pauses()
    kept: list[Pause] = []
    ended: list[Pause] = []
    for each in stored.pauses:
        told = _told(each, hub, place, now=now)
        on = each.in_force(now)
        over = not on and _is_over(told)
        if not over:
            kept.append(told)
        if over or (not on and told != each):
            ended.append(each)
    if tuple(kept) != stored.pauses:
        ledger.keep_pauses(Pauses(version=stored.version + 1, pauses=tuple(kept)))
    return ended


def _told(pause: Pause, hub: SecurityHub, place: Place, *, now: datetime) -> Pause:
    on = pause.in_force(now)
    if not on and pause.finding is None:
        return pause  # nobody was told that it began
    document = paused(place, pause) if on else pause_ended(place, pause)
    status = FindingStatus.OPEN if on else FindingStatus.RESOLVED
    state = next_state(pause.finding, document, status, now=now)
    if not state.delivered and isinstance(
        hub.publish(dated(document, state)), Delivered
    ):
        state = delivered(state)
    return replace(pause, finding=state)


def _is_over(pause: Pause) -> bool:
    """Return whether nobody needs to hear of it any more."""
    finding = pause.finding
    return finding is None or (
        finding.status is FindingStatus.RESOLVED and finding.delivered
    )
