"""The world of one history: a registry, a gate, a clock that jumps; and the model.

Every delivery to the gate is told to the model, with what the registry held before and
after; the model says what the gate may ask of the registry, and is believed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from notation_verifier import SeenChains
from sealward.events import Hint
from sealward.ledger import Record
from sealward.look.gate import Gate
from sealward.look.telling.result import NOT_DUE
from sealward.policy.bundle import Capability, PolicyBundle
from sealward.sweep import Report, Sweep
from simulator.ecr.state import Repository
from simulator.errors import ServiceError
from simulator.in_process.evidence import InProcessEvidence
from simulator.in_process.ledger import InProcessLedger
from simulator.in_process.queue import InProcessBundleSource, InProcessLookQueue
from simulator.in_process.sweep import InProcessSweepLedger
from simulator.places import place
from tests.converge.faces import Ports
from tests.converge.history import ASKED, REPLICATED, History, Kind, Mail, Step
from tests.converge.mail import Post
from tests.converge.managed_signing import ManagedSigning
from tests.converge.observed import differences_now
from tests.converge.others import Others
from tests.converge.person import Person
from tests.converge.policies import (
    ACCOUNT,
    REGION,
    SOURCE,
    begin,
    bundle_of,
    changed,
    governing,
)
from tests.converge.ticks import Ticks
from tests.converge.watched import Watched
from tests.facts import Delivery, Rules, Standing
from tests.model import Model

SLACK = timedelta(minutes=5)
"""What a look may come later than promised: a tick, a message's delay."""
_MOST_LOOKS = 5_000
_RACES = 0.05
"""Of the queue's messages, what another look overtakes."""
_STEP = timedelta(minutes=5)
"""From one step of the sweep to the next."""
_MOST_STEPS = 50


class Restless(Exception):  # noqa: N818 - named by what is wrong
    """The gate never comes to rest."""


class World:
    """Runs one history."""

    def __init__(self, history: History, ports: Ports) -> None:
        self.history = history
        self.aws, self.clock = ports.aws, ports.clock
        self.place = place(ACCOUNT, REGION)
        self.ledger = InProcessLedger()
        self.queue = InProcessLookQueue(self.clock)
        self.post = Post(history.mail)
        self._ecr = ManagedSigning(self.aws) if history.ecr_signs else None
        self.rules: Mapping[str, Rules] = begin(deletes=history.deletes)
        self._serial = 0
        self.bundles = InProcessBundleSource(self._bundle())
        self.registry = Watched(ports.registry)
        self.gate = Gate(
            registry=self.registry,
            ledger=self.ledger,
            security_hub=ports.security_hub,
            bundles=self.bundles,
            queue=self.queue,
            capability=_capability(history),
            partition="aws",
            now=self.clock,
            seen=SeenChains(),
            evidence=InProcessEvidence() if history.evidence else None,
        )
        self.model = Model(
            acts=not history.observes,
            deletes=history.deletes and history.evidence,
            archived_readable=history.behaviours.get("archived_manifest") == "readable",
        )
        self.model.ruled(governing(self.rules), self.clock.now)
        self.sweeper = Sweep(
            inventory=ports.inventory,
            ledger=InProcessSweepLedger(self.ledger),
            queue=self.queue,
            bundles=self.bundles,
            account=ACCOUNT,
            region=REGION,
            looks_per_minute=600,
            now=self.clock,
        )
        self.sweeper.step(until=self.clock.now + _STEP)
        self.wrong: list[str] = []
        """Where the gate did other than the model says."""
        self.counts: Counter[str] = Counter()
        self.others = Others(self.aws, self.clock, self.model)
        self._person = Person(self.gate, self.ledger, self.queue)
        self._ticks = Ticks(self.ledger, self.queue)
        self._sweeps_at: datetime | None = None
        self._races = 0 if history.mail is Mail.FAITHFUL else _RACES

    # -- time -----------------------------------------------------------------------

    def run(self) -> None:
        """Let everything happen that the history says."""
        for number, step in enumerate(self.history.steps):
            self.pass_time(timedelta(seconds=step.after))
            try:
                if step.kind is Kind.POLICY:
                    self._publish(step)
                elif step.kind is Kind.MANAGED_SIGNING:
                    if self._ecr is not None:
                        self._ecr.ends(step.what)
                elif step.kind in ASKED:
                    digest = self.others.digest(step.image)
                    self.wrong += self._person.ask(
                        step, digest, self.model, self.counts
                    )
                else:
                    self.others.perform(step)
            except ServiceError:
                self.counts["steps refused by ECR"] += 1
            self.counts[f"step {step.kind}"] += 1
            self._collect(Random(f"{step.number}/{number}"))

    def _publish(self, step: Step) -> None:
        """Put a new bundle in force, with a higher serial.

        The sweep, which steps every five minutes, has met the one before, and will meet
        this one.
        """
        self._step()
        self._sweeps_at = self.clock.now + _STEP
        self.rules = changed(self.rules, step.what, step.repository, self.clock.now)
        self.bundles.current = self._bundle()
        self.model.ruled(governing(self.rules), self.clock.now)

    def _bundle(self) -> PolicyBundle:
        """Return the rules as the next bundle."""
        self._serial += 1
        signer = self._ecr.signer if self._ecr else None
        return bundle_of(self.rules, self._serial, by_ecr=signer)

    def _step(self) -> Report:
        """Let the sweep do a step, and another in five minutes if more is left."""
        report = self.sweeper.step(until=self.clock.now + _STEP)
        if report.failure or report.unread:
            raise AssertionError(f"the sweep failed: {report}")
        for why, number in report.sent.items():
            self.counts[f"swept {why}"] += number
        self._sweeps_at = self.clock.now + _STEP if report.more else None
        return report

    def pass_time(self, by: timedelta) -> None:
        """Let ``by`` pass, delivering what arrives and ticking each minute."""
        end = self.clock.now + by
        self._moment()
        while (at := self._next()) is not None and at <= end:
            self.clock.now = max(at, self.clock.now)
            self._moment()
        self.clock.now = end
        self._moment()

    def _next(self) -> datetime | None:
        instants = [
            self.post.next(),
            min((at for at, _ in self.queue.waiting), default=None),
            self.aws.registry(self.place).next_change,
            self._ticks.next(self.clock.now),
            self._sweeps_at,
        ]
        return min((each for each in instants if each is not None), default=None)

    def _moment(self) -> None:
        """Do what is to be done right now."""
        now = self.clock.now
        self.aws.settle()
        for digest, signature in self._ecr.signed() if self._ecr else ():
            self.others.met(digest, signature)
        self._collect(Random(f"{self.history.number}/{now}"))
        if self._ticks.tick(now):
            self._person.tidy()
        if self._sweeps_at is not None and now >= self._sweeps_at:
            self._step()
        for hint in self.post.arrived(now):
            self.deliver(hint)
        chance = Random(f"{self.history.number}/{now}/queue")
        while hints := self.queue.receive():
            for hint in dict.fromkeys(hints):
                if self.post.repeat(hint, now, chance):
                    self.deliver(hint, raced=chance.random() < self._races)
        self._collect(Random(f"{self.history.number}/{now}/after"))

    def _collect(self, chance: Random) -> None:
        copies, self.others.copies = self.others.copies, []
        events = [*copies, *self.aws.events.drain()]
        self.post.send(events, self.clock.now, chance)

    # -- the gate -------------------------------------------------------------------

    def deliver(self, hint: Hint, *, raced: bool = False) -> Sequence[tuple[str, str]]:
        """Let the gate look, and the model read what it saw.

        Where it is raced, another look at the same comes in between: it ends before
        this one writes, and this one has to look again. Returns what the gate may ask
        of the registry, and of whom.
        """
        self._count_look()
        before = self.standing(hint.repository)
        self.registry.asked.clear()
        expected: list[tuple[str, str]] = []
        overtaken = False

        def overtake(record: Record) -> None:
            nonlocal before, overtaken
            self.ledger.before_write = None
            self.counts["looks raced"] += 1
            expected.extend(self.deliver(hint))
            before = self.standing(hint.repository)
            now = self.ledger.records.get(record.key)
            overtaken = now is not None and now.version >= record.version

        self.ledger.before_write = overtake if raced else None
        result = self.gate.look(hint)
        self.ledger.before_write = None
        if hint.scheduled and result.reason == NOT_DUE and not self.registry.asked:
            return expected  # a message too many: its due time had been looked at
        step, digest = self.model.delivered(
            Delivery(
                at=self.clock.now,
                repository=hint.repository,
                digest=hint.digest,
                before=before,
                after=self.standing(hint.repository),
                asked_for=hint.scheduled and not overtaken,
                replicated=hint.origin == SOURCE,
                signing_failed=self._ecr is not None
                and self._ecr.failed(hint.repository, hint.digest),
            )
        )
        if step:
            expected.append((step, digest))
        asked = self.registry.asked
        self.counts.update(f"asked to {what}" for what, _ in asked)
        # Two that race may both ask, or one for both; never for what neither may.
        if not set(asked) <= set(expected) if raced else asked != expected:
            self.wrong.append(
                f"{self.clock.now:%d %H:%M:%S} look at {hint.repository}@"
                f"{hint.digest[7:15]}: asked {self.registry.asked}, not {expected}"
            )
        if not raced:
            self.wrong += differences_now(self, hint.repository, hint.digest)
        return expected

    def _count_look(self) -> None:
        self.counts["looks"] += 1
        if self.counts["looks"] > _MOST_LOOKS:
            raise Restless(f"{_MOST_LOOKS} looks, and more are due")

    def sweep(self) -> None:
        """Let the product's sweep walk over everything, and its looks arrive."""
        self.sweeper.ask((), walk=True)
        for _ in range(_MOST_STEPS):
            report = self._step()
            self._sweeps_at = None
            self.pass_time(_STEP)
            if not report.more:
                return
        raise Restless(f"{_MOST_STEPS} steps of the sweep, and more is left")

    def standing(self, repository: str) -> dict[str, Standing]:
        """Return what a repository holds just now."""
        found = self._repositories().get(repository)
        if found is None:
            return {}
        return {
            digest: Standing(status=image.status.value, pushed_at=image.pushed_at)
            for digest, image in found.images.items()
        }

    def _repositories(self) -> Mapping[str, Repository]:
        return self.aws.registry(self.place).repositories

    # -- what is seen in the end ----------------------------------------------------

    @property
    def needs_sweep(self) -> bool:
        """Whether something happened that no event tells the gate."""
        silent = {Kind.POLICY, Kind.UNSIGN, Kind.ARCHIVE_SIGNATURE, *REPLICATED}
        if self.history.behaviours.get("deleted_subject_cleans_referrers"):
            silent.add(Kind.DELETE)
        kinds = {step.kind for step in self.history.steps}
        return self.history.mail is Mail.LOSSY or bool(kinds & silent)


def _capability(history: History) -> Capability:
    if history.deletes:
        return Capability.DELETE
    return Capability.OBSERVE if history.observes else Capability.QUARANTINE
