"""Children: what an index lists, remembered, and looked at when its word changes."""

from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum

from notation_verifier.values import dataclass
from sealward.decisions.verdict import GONE, OPEN
from sealward.ledger.records import Record
from sealward.lineage import CHILDREN_LIMIT
from sealward.look.sightings import Sighting
from sealward.ports.failures import PortError
from sealward.ports.ledger import Ledger
from sealward.subjects.indexes import is_index, mentioned


class _Word(StrEnum):
    """What an index says to its children."""

    COVERED = "covered"
    WAIT = "wait"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """Keeps the children of indexes."""

    ledger: Ledger
    look_later: Callable[[str], None]
    """Asks for a look at a child of the index, by digest."""

    def remembered(self, sighting: Sighting) -> int | None:
        """Return how many children of an index are remembered; None: it is none.

        They are recorded at its first look, before anything is decided about it, so
        that an image never waits for an index that cannot be found from it.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        known, manifest = sighting.known, sighting.manifest
        if known is not None and known.children is not None:
            return known.children
        if manifest is None or not is_index(manifest.media_type):
            return None
        children = mentioned(manifest.content, manifest.media_type)
        self.ledger.record_children(sighting.key, children, trusted=False)
        return min(len(children), CHILDREN_LIMIT)

    def tell(self, known: Record | None, told: Record) -> None:
        """Have the children looked at if what the index says to them has changed.

        What cannot be sent is no loss: every child has a due time of its own.

        Args:
            known: the index's record before the look.
            told: its record now.
        """
        if not told.children or _word(known) is _word(told):
            return
        with suppress(PortError):
            children = self.ledger.children(told.key)
            if told.covering:
                # Found first from each child, however many others list it.
                self.ledger.record_children(told.key, children, trusted=True)
            for digest in children:
                self.look_later(digest)


def _word(record: Record | None) -> _Word:
    if record is None:
        return _Word.WAIT
    if record.covering:
        return _Word.COVERED
    waits = record.verdict in OPEN and record.hold is None and record.reason != GONE
    return _Word.WAIT if waits else _Word.NOTHING
