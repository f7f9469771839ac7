"""Descent: an image's place among the indexes of its repository.

What an index lists is remembered; what lists an image is read; and what only keeps a
bad image from being archived is held before it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from notation_verifier import Descriptor
from notation_verifier.values import dataclass
from sealward.decisions import Decision, Ruling, Seen, Unseen
from sealward.decisions.grace import grace_ends
from sealward.ledger.records import Record
from sealward.look.indexes.children import Children
from sealward.look.reading.sightings import Sighting, unseen
from sealward.policy.bundle import Policy
from sealward.ports.failures import PortError
from sealward.ports.ledger import Ledger
from sealward.ports.reads import RunBeside
from sealward.ports.registry import ImageStatus, Registry
from sealward.subjects import SubjectKey
from sealward.verifications.coverage import NODES, may_cover

if TYPE_CHECKING:
    from sealward.look.indexes.listings import Listings

Proves = Callable[[SubjectKey, Record, Descriptor], bool]
"""Whether the signatures that a record names still make its index trusted."""
INDEX_TIME: Final = timedelta(seconds=15)
"""For the indexes above an image, and again for lifting its shields.

How many there are and how large is the pusher's choice, and a look that Lambda ends
says nothing at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Descent:
    """What a look needs to know of indexes and their children."""

    registry: Registry
    ledger: Ledger
    beside: RunBeside | None
    now: Callable[[], datetime]
    look_later: Callable[[Sequence[str]], None]
    """Asks for looks at digests of the repository."""
    look_at: Callable[[str], object] | None
    """Looks at an index now; None within such a look."""
    again: bool = False
    """Whether the look's message came before: looks within that one may be untold."""

    @property
    def children(self) -> Children:
        """What keeps the children of indexes."""
        return Children(ledger=self.ledger, look_later=self.look_later)

    def _listings(self, ends: datetime) -> "Listings":
        # For images only whose grace ends unsigned, or that an index keeps.
        from sealward.look.indexes.listings import Listings  # noqa: PLC0415

        return Listings(
            registry=self.registry,
            ledger=self.ledger,
            beside=self.beside,
            look_later=self.look_later,
            now=self.now,
            ends=ends,
        )

    def covered(  # noqa: PLR0911 - one return for each rule, in their order
        self,
        seen: Seen,
        sighting: Sighting,
        policy: Policy,
        proves: Proves,
        counted: Callable[[Seen], Seen],
    ) -> Seen | Unseen:
        """Return what was seen, with what the indexes above it mean for it.

        Args:
            seen: the evidence about the image itself.
            sighting: of the image.
            policy: what governs it and its indexes.
            proves: verifies the signatures that made an index trusted.
            counted: asks whether the repository spent its grace, of what is not
                covered: whose grace is over has the indexes listed.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        if seen.search.satisfied:
            return seen
        if not may_cover(policy.statement.level):
            return counted(seen)
        ends = self.now() + INDEX_TIME
        found = self._coverage(seen, sighting, policy, sighting.parents, proves, ends)
        if isinstance(found, Unseen) or found.coverage.by is not None:
            return found
        found = counted(found)
        begin = _begin(found, sighting)
        deadline = grace_ends(
            policy,
            begin=begin,
            untagged=not found.detail.tags,
            coverage=found.coverage,
            origin=_origin(sighting),
            spent=found.grace_spent,
        )
        if not _may_settle(found, sighting) or self.now() < deadline:
            return found
        try:
            until = self._listings(ends).read(
                sighting.key.repository, begin=begin, deadline=deadline
            )
        except PortError as error:
            return _lost(unseen(error), found)
        if until is not None:
            return replace(
                found, coverage=replace(found.coverage, unlisted_until=until)
            )
        parents = tuple(self.ledger.parents(sighting.key, limit=NODES))
        if parents == sighting.parents:
            return found
        return self._coverage(found, sighting, policy, parents, proves, ends)

    def _coverage(
        self,
        seen: Seen,
        sighting: Sighting,
        policy: Policy,
        parents: tuple[str, ...],
        proves: Proves,
        ends: datetime,
    ) -> Seen | Unseen:
        before = sighting.known.covered_by if sighting.known else None
        if not parents:
            return seen
        # For images only that an index lists.
        from sealward.look.indexes.parents import Parents  # noqa: PLC0415

        first = sorted(parents, key=lambda digest: digest != before)
        coverage = Parents(
            registry=self.registry,
            ledger=self.ledger,
            beside=self.beside,
            policy=policy,
            now=self.now,
            ends=ends,
            proves=proves,
            look_at=self.look_at,
            again=self.again,
        ).coverage(sighting.key.repository, seen.descriptor, first)
        if isinstance(coverage, Unseen):
            return _lost(coverage, seen)
        return replace(seen, coverage=coverage)

    def lift_shields(
        self,
        key: SubjectKey,
        ruling: Ruling,
        settle: Callable[[Decision], object],
    ) -> bool:
        """Hold what keeps ``key`` from being archived; return whether anything was.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        if self.look_at is None:
            return False
        # For images only that an index keeps from being archived.
        from sealward.look.indexes.shields import Shields  # noqa: PLC0415

        ends = self.now() + INDEX_TIME
        return Shields(
            registry=self.registry,
            ledger=self.ledger,
            listings=self._listings(ends),
            ruling=ruling,
            look_at=self.look_at,
            settle=settle,
            now=self.now,
            ends=ends,
        ).lift(key)


def _begin(seen: Seen, sighting: Sighting) -> datetime:
    """Return when the image was first known: of its pushes and looks the earliest."""
    known = sighting.known
    pushed_at = seen.detail.pushed_at
    if known is None:
        return pushed_at
    return min(pushed_at, known.first_seen, known.pushed_at or pushed_at)


def _origin(sighting: Sighting) -> str:
    """Return where the image was replicated from, as far as it is remembered."""
    known = sighting.known
    return known.replica.source if known and known.replica else ""


def _may_settle(seen: Seen, sighting: Sighting) -> bool:
    """Return whether a first settled verdict of what may be a child could fall."""
    known = sighting.known
    return (
        not seen.detail.tags
        and seen.detail.status is ImageStatus.ACTIVE
        and (known is None or known.settled_at is None)
    )


def _lost(failure: Unseen, seen: Seen) -> Unseen:
    return replace(failure, descriptor=seen.descriptor, status=seen.detail.status)
