"""In-memory stand-ins for the look queue and the source of the bundle."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sealward.events import Hint
from sealward.policy.bundle import InvalidBundle, PolicyBundle
from sealward.ports.failures import PortError

LONGEST_DELAY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message put aside, and why."""

    body: str
    reason: str


class InProcessLookQueue:
    """``sealward.ports.look_queue.LookQueue`` in memory: messages come in time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.dead_letters: list[DeadLetter] = []
        self.failure: PortError | None = None
        """Raised by every call while set."""
        self._clock = clock
        self._waiting: list[tuple[datetime, Hint]] = []

    @property
    def waiting(self) -> Sequence[tuple[datetime, Hint]]:
        """The messages on their way, with the time each arrives, soonest first."""
        return tuple(sorted(self._waiting))

    def later(self, hint: Hint, delay: timedelta) -> None:
        """See the port."""
        self._check()
        cut = min(max(delay, timedelta(0)), LONGEST_DELAY)
        self._waiting.append((self._clock() + cut, hint))

    def at_once(self, hints: Sequence[Hint]) -> None:
        """See the port."""
        for hint in hints:
            self.later(hint, timedelta(0))

    def dead_letter(self, body: str, *, reason: str) -> None:
        """See the port."""
        self._check()
        self.dead_letters.append(DeadLetter(body=body, reason=reason))

    def receive(self) -> Sequence[Hint]:
        """Take the messages that have arrived by now, in the order they did."""
        now = self._clock()
        arrived = [entry for entry in self.waiting if entry[0] <= now]
        self._waiting = [entry for entry in self._waiting if entry[0] > now]
        return tuple(hint for _, hint in arrived)

    def _check(self) -> None:
        if self.failure is not None:
            raise self.failure


class InProcessBundleSource:
    """``sealward.ports.bundle_source.BundleSource`` in memory, as a test sets it."""

    def __init__(self, current: PolicyBundle | InvalidBundle | PortError) -> None:
        self.current = current

    def bundle(self) -> PolicyBundle:
        """See the port."""
        if isinstance(self.current, Exception):
            raise self.current
        return self.current
