"""Actions: a decision's step, taken in the registry and read back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sealward.decisions import Decision, Step
from sealward.decisions.releases import BREAK_GLASS, lends
from sealward.decisions.schedule import HOURLY, earliest, next_hold_look
from sealward.ledger.records import Exposure, Hold, HoldState, Record
from sealward.ports.failures import Denied, NotFound, PortError, Refused, Unavailable
from sealward.ports.registry import ImageStatus, Registry
from sealward.subjects import SubjectKey

DETAIL_LIMIT: Final = 300
"""Characters of an error that a hold keeps."""


def is_by_name(decision: Decision) -> bool:
    """Return whether a person asked for just this: no pause holds it up."""
    release = decision.record.release
    return (
        decision.step is Step.RESTORE
        and release is not None
        and bool(release.by)
        and release.in_force(decision.record.updated_at)
    )


def postponed(decision: Decision, until: datetime) -> Record:
    """Return the record where nothing is done before ``until``, the end of a pause.

    What was decided stands, and the next look does it.
    """
    record, now = decision.record, decision.record.updated_at
    hold, known = record.hold, decision.known
    if hold is not None:
        hold = replace(hold, detail=f"paused until {until:%Y-%m-%d %H:%M} UTC")
    if hold is not None and decision.step is Step.DELETE:
        # Not asked for: whoever deletes the image meanwhile is somebody else.
        before = known.hold.deletion if known and known.hold else None
        hold = replace(hold, deletion=before)
    pulls = record.pulls
    if decision.pulls_change and pulls is None and decision.known is not None:
        pulls = decision.known.pulls
    due = earliest(decision.due, min(until, now + HOURLY))
    return replace(record, hold=hold, pulls=pulls, due=due)


def act(  # noqa: PLR0911 - one return for each way a step ends
    registry: Registry,
    decision: Decision,
    *,
    now: Callable[[], datetime],
    unblock: Callable[[SubjectKey], bool],
) -> Record:
    """Take the decision's step; return the record as the registry then stands.

    A step that fails is no error: the hold says so and the record's due time brings the
    next look. The record keeps the decision's version.

    Args:
        registry: where the step is taken.
        decision: the record to be, and the step.
        now: the clock.
        unblock: takes away what keeps an image from being archived; says whether it did
            anything, so that asking again is worth it.
    """
    record = decision.record
    hold = record.hold
    if decision.step is Step.NONE or hold is None:
        return record
    repository, digest = record.key.repository, record.key.digest
    if decision.step is Step.DELETE:
        left = _delete(registry, record, hold)
        if left is not None and hold.state is not HoldState.HELD:
            # It can be pulled: archived then, as without the deletion.
            record = replace(record, hold=left)
            instead = replace(decision, step=Step.ARCHIVE, record=record)
            return act(registry, instead, now=now, unblock=unblock)
        gone = replace(hold, state=HoldState.HELD, since=now(), detail="")
        away = ImageStatus.ARCHIVED if left is None else None
        return _standing(decision, left or gone, now(), status=away)
    try:
        if decision.step is Step.ARCHIVE:
            _archive(registry, record.key, unblock)
        else:
            registry.restore(repository, digest)
    except (Refused, Denied) as error:
        state = HoldState.REFUSED if decision.step is Step.ARCHIVE else hold.state
        return _standing(
            decision, replace(hold, state=state, detail=_text(error)), now()
        )
    except (Unavailable, NotFound) as error:
        return _standing(decision, replace(hold, detail=_text(error)), now())
    try:
        status = registry.describe(repository, digest).status
    except PortError as error:
        return _standing(decision, replace(hold, detail=_text(error)), now())
    return _standing(
        decision,
        _moved(hold, decision.step, status, lent=_is_lent(record)),
        now(),
        status=status,
    )


def _delete(registry: Registry, record: Record, hold: Hold) -> Hold | None:
    """Delete a held image; return what its hold says where it is still there."""
    key, asked = record.key, hold.deletion
    if asked is None or not asked.dossier:
        why = "no evidence of it was kept"
        return replace(hold, detail=why, deletion=asked and replace(asked, refused=why))
    try:
        registry.delete(key.repository, key.digest)
        registry.describe(key.repository, key.digest)
    except NotFound:
        return None
    except (Refused, Denied) as error:
        why = _text(error)
        return replace(hold, detail=why, deletion=replace(asked, refused=why))
    except Unavailable as error:
        return replace(hold, detail=_text(error))
    return replace(hold, detail="it was deleted, and is there still")


def _archive(
    registry: Registry, key: SubjectKey, unblock: Callable[[SubjectKey], bool]
) -> None:
    try:
        registry.archive(key.repository, key.digest)
    except Refused:
        if not unblock(key):
            raise
        registry.archive(key.repository, key.digest)


def _moved(hold: Hold, step: Step, status: ImageStatus, *, lent: bool) -> Hold | None:
    if step is Step.ARCHIVE:
        held = status is ImageStatus.ARCHIVED
        return replace(
            hold, state=HoldState.HELD if held else HoldState.HOLDING, detail=""
        )
    if status is ImageStatus.ACTIVE and not lent:
        return None
    # What is lent stays a hold; the next look, in seconds, starts its clock.
    return replace(hold, detail="")


def _is_lent(record: Record) -> bool:
    """Return whether it is let go for a while, and not because it is good by now."""
    release, now = record.release, record.updated_at
    if record.reason == BREAK_GLASS:
        return release is not None and release.in_force(now)
    return lends(release, record.verdict, now=now)


def _standing(
    decision: Decision,
    hold: Hold | None,
    now: datetime,
    *,
    status: ImageStatus | None = None,
) -> Record:
    record = decision.record
    exposure = record.exposure
    if status is ImageStatus.ARCHIVED and exposure.open_since is not None:
        exposure = Exposure(seconds=exposure.total(now))
    due = earliest(decision.due, next_hold_look(hold, looks=record.looks, now=now))
    return replace(record, hold=hold, exposure=exposure, due=due)


def _text(error: PortError) -> str:
    return str(error)[:DETAIL_LIMIT]
