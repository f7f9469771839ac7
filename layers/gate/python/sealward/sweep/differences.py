"""Differences: where the ledger does not say what the registry shows. Pure.

A difference is a hint to look, never evidence: the look reads both again.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from notation_verifier.values import dataclass
from sealward.decisions.judgement import ACCEPTED, GONE, NOT_AN_IMAGE, SETTLED_FAILURES
from sealward.ledger.indexes import statement_key
from sealward.ledger.records import HoldState, Record, Verdict
from sealward.ports.registry import ImageStatus
from sealward.sweep.ports import ListedImage

_RESTS_ON_SIGNATURES: Final = SETTLED_FAILURES | {Verdict.TRUSTED}
"""Of one that was ever trusted: what judging does not know to be lost already."""
CLOSED: Final = frozenset({GONE, NOT_AN_IMAGE})
"""Reasons that no policy changes: only a push of the digest does."""
LATE: Final = timedelta(hours=1)
"""A due time this long past was missed by the tick."""
CLOCKS: Final = timedelta(minutes=1)
"""How far ECR's clock and a function's may differ, generously."""
TAGS: Final = 20
"""Tags a record keeps."""


class Difference(StrEnum):
    """Why a subject wants a look; a word for the log and the counts."""

    UNKNOWN = "unknown"
    """The ledger has no record of an image."""
    GONE = "gone"
    """The registry has no image of a record."""
    BACK = "back"
    """The record says gone, and the image is there; it may be held."""
    STATEMENT = "statement"
    """Another statement, or none, governs it now."""
    STATUS = "status"
    """Its status is not what its hold or its exposure says."""
    SIGNATURE_LOST = "signature-lost"
    """A signature that made it trusted is deleted or archived."""
    SIGNATURE_LATE = "signature-late"
    """A signature of it that nobody judged, and its verdict is bad."""
    INDEX_LOST = "index-lost"
    """The index that covers it is deleted, archived or no longer accepted."""
    TAGS = "tags"
    """It has other tags."""
    OVERDUE = "overdue"
    """Its due time is long past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a repository's subjects are compared with."""

    statuses: Mapping[str, ImageStatus]
    """Of every image of the repository, by digest."""
    statement: str | None
    """The governing statement's hash, or ``UNGOVERNED``; None where no bundle is."""
    now: datetime


def difference(  # noqa: PLR0911 - one return for each, in their order
    image: ListedImage, record: Record, scene: Scene, *, index: Record | None = None
) -> Difference | None:
    """Return where ``record`` differs from the image it is of, or None.

    ``index`` is the record of the index that covers it, where one does.
    """
    if record.reason == NOT_AN_IMAGE:
        return None
    if record.reason == GONE:
        return Difference.BACK
    if scene.statement is not None and statement_key(record) not in (
        scene.statement,
        None,
    ):
        return Difference.STATEMENT
    if record.due is not None and scene.now - record.due > LATE:
        return Difference.OVERDUE
    if _status_differs(image.status, record):
        return Difference.STATUS
    if record.verdict in _RESTS_ON_SIGNATURES and any(
        scene.statuses.get(each) is not ImageStatus.ACTIVE for each in record.made_by
    ):
        return Difference.SIGNATURE_LOST
    if record.covered_by is not None and (
        index is None
        or index.verdict not in ACCEPTED
        or scene.statuses.get(record.covered_by) is not ImageStatus.ACTIVE
    ):
        return Difference.INDEX_LOST
    if image.status is ImageStatus.ACTIVE and image.tags[:TAGS] != record.tags:
        return Difference.TAGS
    return None


def is_late(signature: ListedImage, record: Record | None, now: datetime) -> bool:
    """Return whether ``signature`` may change what ``record`` says, and was not seen.

    A look reads every signature that is there and then writes the record. What is due
    soon finds its signatures by itself.
    """
    return (
        record is not None
        and record.verdict in SETTLED_FAILURES
        and (record.due is None or record.due - now > LATE)
        and signature.since > record.updated_at - CLOCKS
    )


def _status_differs(status: ImageStatus, record: Record) -> bool:
    active = status is ImageStatus.ACTIVE
    if record.hold is not None:
        # What is holding or refused is looked at again within the hour.
        held, releasing = HoldState.HELD, HoldState.RELEASING
        archived = status is ImageStatus.ARCHIVED
        state = record.hold.state
        if state is HoldState.RELEASED:
            return not active
        return (state is held and not archived) or (state is releasing and active)
    exposed = record.exposure.open_since is not None
    if exposed and not active:
        return True
    covers = record.children is not None and record.verdict in ACCEPTED and active
    if record.covering is not covers:
        return True
    return record.verdict in SETTLED_FAILURES and active and not exposed
