"""Mail: events and messages on their way; lost, repeated, late, in any order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random

from sealward.events import Hint, parse_events
from simulator.event_log import Event
from tests.converge.history import Mail
from tests.converge.policies import ACCOUNT, REGION

_LATEST = timedelta(hours=2)
_QUEUE_SHARE = 0.1
"""Of the queue's own messages, what comes twice or late, in equal parts."""


class Post:
    """Carries events to the gate in its own way."""

    def __init__(self, mail: Mail) -> None:
        self.carried: Counter[str] = Counter()
        """Events by what befell them."""
        self._mail = mail
        self._on_their_way: list[tuple[datetime, int, Hint]] = []
        self._number = 0

    def send(self, events: Sequence[Event], now: datetime, chance: Random) -> None:
        """Take the events of ECR that ``now`` brought; ``chance`` sets their fate."""
        for event in events:
            if event["source"] != "aws.ecr":
                continue
            self.carried["emitted"] += 1
            arrivals = [now + delay for delay in self._delays(chance)]
            for at in arrivals:
                for hint in parse_events(event, account=ACCOUNT, region=REGION):
                    self._number += 1
                    heappush(self._on_their_way, (at, self._number, hint))

    def repeat(self, hint: Hint, now: datetime, chance: Random) -> bool:
        """Treat a message of the queue; return whether it arrives now.

        SQS loses none: it may come later, or once more.
        """
        if self._mail is Mail.FAITHFUL:
            return True
        fate = chance.random()
        if fate < _QUEUE_SHARE:
            self.carried["queue messages repeated or delayed"] += 1
            self._number += 1
            at = now + timedelta(seconds=round(chance.uniform(0.1, 60), 1))
            heappush(self._on_their_way, (at, self._number, hint))
        return fate >= _QUEUE_SHARE / 2

    def next(self) -> datetime | None:
        """Return when the next event arrives."""
        return self._on_their_way[0][0] if self._on_their_way else None

    def arrived(self, now: datetime) -> Iterator[Hint]:
        """Yield the hints of the events that have arrived by ``now``."""
        while self._on_their_way and self._on_their_way[0][0] <= now:
            yield heappop(self._on_their_way)[2]

    def _delays(self, chance: Random) -> list[timedelta]:
        if self._mail is Mail.FAITHFUL:
            return [timedelta(seconds=chance.choice((0, 0, 1, 2)))]
        if self._mail is Mail.LOSSY and chance.random() < 0.35:
            self.carried["dropped"] += 1
            return []
        copies = chance.choice((1, 1, 1, 2, 3))
        delays = [self._delay(chance) for _ in range(copies)]
        self.carried["repeated"] += copies > 1
        self.carried["delayed"] += any(delays)
        return delays

    @staticmethod
    def _delay(chance: Random) -> timedelta:
        match chance.choice("nnssm"):
            case "n":
                return timedelta(0)
            case "s":
                return timedelta(seconds=round(chance.uniform(0, 60), 1))
            case _:
                return round(chance.random(), 3) * _LATEST
