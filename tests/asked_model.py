"""The model's persons: what they ask of the gate, and what they are answered.

Imports the standard library and facts only, as ``tests.model`` does, which knows the
images that they ask it of.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.image_model import (
    PUSHED_AGAIN,
    RESTORE,
    RESTORING,
    TO_SIGN,
    Image,
    Release,
)
from tests.proposal_model import Word, Words

OPEN = ("pending", "inconclusive")
RELEASES = 3
"""Of one digest, to be signed."""


@dataclass(slots=True, kw_only=True)
class Asked:
    """Images, and what persons asked of them."""

    images: dict[tuple[str, str], Image] = field(default_factory=dict)
    """By repository and digest."""
    _pauses: dict[str, datetime] = field(default_factory=dict)
    """Ends of pauses, by repository; of the whole account where that is empty."""
    _to_sign: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Releases to be signed, by repository and digest."""
    _words: Words = field(default_factory=Words)

    def paused(self, repository: str, until: datetime) -> None:
        """Learn that a person paused a repository; where it is empty, the account."""
        self._pauses[repository] = until

    def resumed(self, repository: str, at: datetime) -> bool:
        """Learn that a person ended a pause; return whether there is one to be ended.

        What waited for its end is looked at again at once.
        """
        if self._pauses.get(repository, at) <= at:
            return False
        self._pauses[repository] = at
        for (name, _), image in self.images.items():
            if repository in ("", name) and image.waits_until is not None:
                image.look_by = at
        return True

    def released(
        self, repository: str, digest: str, kind: str, lasts: timedelta, at: datetime
    ) -> bool:
        """Learn that a person releases an image; return whether that may be."""
        image = self.images.get((repository, digest))
        if image is None or image.gone:
            return False
        if kind == TO_SIGN:
            away = image.hold is not None and image.hold.state in ("held", "holding")
            if not away or self._to_sign[repository, digest] >= RELEASES:
                return False
            self._to_sign[repository, digest] += 1
            until = at + RESTORING + lasts
        else:
            held = image.hold is not None or image.verdict in OPEN
            if not held and not image.released(at):
                return False
            until = at + lasts
        image.release = Release(kind=kind, lasts=lasts, until=until)
        image.look_by = at
        return True

    def answered(
        self,
        repository: str,
        digest: str,
        part: str,
        lasts: timedelta,
        at: datetime,
    ) -> bool:
        """Learn a person's word on what is proposed of an image; return whether it is.

        Args:
            repository: of the image.
            digest: of the image.
            part: of the proposal: ``image``, ``repository`` or ``whole``; the whole may
                be ``declined``.
            lasts: how long the word is good.
            at: when it is said.
        """
        image = self.images.get((repository, digest))
        proposal = image.proposed if image is not None else None
        if proposal is None:
            return False
        word = Word(
            cause=proposal.cause,
            statement=proposal.statement,
            repository=repository if part == "repository" else "",
            digest=digest if part == "image" else "",
            approved=part != "declined",
            at=at,
            until=at + lasts,
        )
        self._words.said.append(word)
        for (name, each), other in self.images.items():
            meant = other.proposed and word.is_of(name, each, other.proposed)
            if word.approved and meant:
                other.look_by = at
        return True

    def approved(
        self, repository: str, digest: str, image: Image, statement: str, at: datetime
    ) -> bool:
        """Return whether a person said yes to what was proposed of an image."""
        return self._words.approved(repository, digest, image.proposed, statement, at)

    def waits(
        self, image: Image, step: str, repository: str, at: datetime
    ) -> datetime | None:
        """Return the end of the pause that ``step`` waits for."""
        ends = [self._pauses.get(where, at) for where in ("", repository)]
        release = image.release
        asked_for = release is not None and release.kind != PUSHED_AGAIN
        if step == RESTORE and asked_for and image.released(at):
            return None  # by name
        return max(ends) if step and max(ends) > at else None
