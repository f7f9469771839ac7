"""Pulls denied and allowed, as a decision wants them."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from sealward.actions.pull_denial import PullDenials
from sealward.actions.steps import DETAIL_LIMIT
from sealward.decisions import Decision
from sealward.decisions.schedule import earliest
from sealward.ledger.records import Exposure, PullDenial, Record
from sealward.ports.failures import PortError

PULLS_RETRY: Final = timedelta(minutes=1)
"""After denying or allowing pulls failed."""


def deny_or_allow_pulls(
    denials: PullDenials | None, decision: Decision, record: Record
) -> Record:
    """Deny pulls from the repository, or allow them again, as ``record`` wants.

    What fails is asked again by the next look; the image is archived all the same.
    Called after ``record`` was written, so that what was begun is always known.

    Args:
        denials: where it is done; None where the stack cannot.
        decision: what was known before.
        record: as it is to be.
    """
    before = decision.known.pulls if decision.known else None
    key = record.key
    if denials is None or not decision.pulls_change:
        return record
    try:
        if record.pulls is None:
            denials.allow_pulls(key.repository, key.digest)
            return record
        denials.deny_pulls(key.repository, key.digest)
    except PortError as error:
        # Still denied, as far as is known, until allowing them again succeeds.
        again = before if record.pulls is None else PullDenial.DENYING
        hold = record.hold and replace(record.hold, detail=str(error)[:DETAIL_LIMIT])
        due = earliest(record.due, record.updated_at + PULLS_RETRY)
        return replace(record, pulls=again, hold=hold, due=due)
    exposure = record.exposure
    if exposure.open_since is not None:
        exposure = Exposure(seconds=exposure.total(record.updated_at))
    return replace(record, pulls=PullDenial.DENIED, exposure=exposure)
