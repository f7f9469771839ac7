"""The model's grace: how long a signature may arrive, and who has spent it.

Imports the standard library and facts only, as ``tests.model`` does, which asks it.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.facts import Rules
from tests.image_model import DAY, Image

MINUTE = timedelta(minutes=1)


@dataclass(slots=True, kw_only=True)
class Graces:
    """How many digests of each repository ended unsigned or gone, day by day."""

    ended: Counter[tuple[str, date]] = field(default_factory=Counter)

    def count(self, repository: str, image: Image, rules: Rules, at: datetime) -> None:
        """Count an image that ended without ever having been good, while new."""
        day = (repository, at.date())
        new = image.trusted_by is None and at - image.begin <= DAY
        if new and self.ended[day] < rules.unsigned_per_day:
            self.ended[day] += 1

    def meet(
        self,
        repository: str,
        image: Image,
        rules: Rules,
        at: datetime,
        *,
        asked_for: bool,
    ) -> None:
        """Learn at a look, before it is judged, whether the grace of an image is spent.

        Looks that the gate asked for itself ask; past a minute of the grace all do. It
        is said of an image until its first verdict, and never taken back.
        """
        if image.settled_at is not None or image.spent:
            return
        late = MINUTE <= at - image.begin <= DAY
        asks = late or (asked_for and image.verdict == "pending")
        over = self.ended[repository, at.date()] >= rules.unsigned_per_day
        image.spent = asks and over


def grace_of(image: Image, rules: Rules) -> timedelta:
    """Return how long after it came a signature of ``image`` may."""
    grace = rules.grace
    if image.replicated and rules.source_grace is not None:
        grace = max(grace, rules.source_grace)
    return min(grace, MINUTE) if image.spent else grace
