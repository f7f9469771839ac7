"""Children: what an index lists, remembered, and looked at when its word changes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum

from notation_verifier.values import dataclass
from sealward.decisions.judgement import GONE, OPEN
from sealward.decisions.schedule import HOURLY, earliest
from sealward.ledger.records import Record
from sealward.look.reading.sightings import Sighting
from sealward.ports.failures import PortError
from sealward.ports.ledger import Ledger
from sealward.ports.lineage import CHILDREN_LIMIT
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
    look_later: Callable[[Sequence[str]], None]
    """Asks for looks at children of the index, by digest."""

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

    def owing(self, known: Record | None, record: Record) -> Record:
        """Return ``record`` with what its children have heard so far.

        Written with it, so that a look that dies, or does not hear that its write was
        done, leaves the next one to tell them.

        Args:
            known: the index's record before the look.
            record: the one that is to be written.
        """
        if not record.children:
            return record
        return replace(record, children_heard=_heard(known))

    def tell(self, told: Record) -> Record:
        """Have the children looked at if what the index says to them has changed.

        Returns the record that is stored then. What could not be sent is owed still,
        and told within the hour.

        Args:
            told: the index's record, as stored.

        Raises:
            Conflict: another look wrote in between.
            Unavailable, Denied: the ledger did not answer.
        """
        word = _word(told)
        if not told.children or told.children_heard == word:
            return told
        try:
            children = self.ledger.children(told.key)
            if told.covering:
                # Found first from each child, however many others list it.
                self.ledger.record_children(told.key, children, trusted=True)
            self.look_later(children)
        except PortError:
            due = earliest(told.due, told.updated_at + HOURLY)
            heard = replace(told, due=due)
        else:
            heard = replace(told, children_heard=word.value)
        if heard == told:
            return told
        heard = replace(heard, version=told.version + 1)
        self.ledger.write(heard, expected=told.version, report=None)
        return heard


def _heard(known: Record | None) -> str:
    """Return what children know of their index; records of before do not say it."""
    if known is None:
        return _Word.WAIT.value
    return known.children_heard or _word(known).value


def _word(record: Record | None) -> _Word:
    if record is None:
        return _Word.WAIT
    if record.covering:
        return _Word.COVERED
    waits = record.verdict in OPEN and record.hold is None and record.reason != GONE
    return _Word.WAIT if waits else _Word.NOTHING
