"""Generated histories end in the state an independent model reads from them.

Images are pushed, signed well and badly, and pushed again; events are dropped, repeated
and reordered; AWS throttles and refuses; the clock jumps. Whatever the order, once AWS
answers again and the ticks have run, every image that was ever noticed stands as it
should, and looking again changes nothing.
"""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from notation_verifier import Descriptor
from sealward.events import parse_events
from simulator.behaviours import ArchivedManifest, Behaviours, RepushEvents
from simulator.errors import ServiceError
from simulator.faults import Fault
from tests.property.gate_model import GateModel
from tests.unit.sealward.stand import ACCOUNT, REGION, Stand, bundle

IMAGES = ("one", "two")
OPERATIONS = (
    "DescribeImages",
    "BatchGetImage",
    "ListImageReferrers",
    "GetDownloadUrlForLayer",
    "UpdateImageStorageClass",
    "BatchImportFindings",
)
ERRORS = {
    "throttled": ServiceError("ThrottlingException", "Rate exceeded"),
    "denied": ServiceError("AccessDeniedException", "explicit deny"),
    "failing": ServiceError("ServerException", "internal"),
}
QUIET = timedelta(hours=2)
"""Longer than the hour between looks plus the 20 minutes of a restore."""

image = st.sampled_from(IMAGES)
step = st.one_of(
    st.tuples(st.just("push"), image),
    st.tuples(st.just("good"), image),
    st.tuples(st.just("wrong-signer"), image),
    st.tuples(st.just("junk"), image),
    st.tuples(st.just("deliver"), st.integers(0, 2**16)),
    st.tuples(st.just("jump"), st.integers(1, 90)),
    st.tuples(st.just("pass"), st.integers(1, 90)),
    st.tuples(
        st.just("fault"),
        st.sampled_from(OPERATIONS),
        st.sampled_from(sorted(ERRORS)),
        st.integers(1, 4),
    ),
)
behaviours = st.builds(
    Behaviours,
    archived_manifest=st.sampled_from(ArchivedManifest),
    archived_layers_inaccessible=st.booleans(),
    archive_keeps_tags=st.booleans(),
    archive_delay=st.sampled_from([timedelta(0), timedelta(seconds=30)]),
    restore_delay=st.sampled_from([timedelta(0), timedelta(minutes=20)]),
    same_class_refused=st.booleans(),
    repush_events=st.sampled_from(RepushEvents),
    repush_moves_pushed_at=st.booleans(),
    hidden_image_not_found=st.booleans(),
)


class History:
    """Runs a history on the gate and tells the model what happened."""

    def __init__(self, behaviours: Behaviours) -> None:
        self.stand = Stand(current=bundle(), behaviours=behaviours)
        self.model = GateModel()
        self._images: dict[str, Descriptor] = {}
        self._number = 0

    def run(self, steps: list[tuple[object, ...]]) -> None:
        for name, *arguments in steps:
            self._number += 1
            getattr(self, f"_{str(name).replace('-', '_')}")(*arguments)

    def _push(self, name: str) -> None:
        image = self.stand.push(name, tag=f"{name}-{self._number}")
        self._images[name] = image
        self.model.pushed(image.digest)

    def _attach(self, name: str, *, good: bool, envelope: bytes | None) -> None:
        if name not in self._images:
            self._push(name)
        image = self._images[name]
        referrer = self.stand.attach(
            image,
            envelope,
            by="Leaf" if good else "Other",
            annotations={"number": str(self._number)},
        )
        self.model.attached(referrer.digest, image.digest, good=good)

    def _good(self, name: str) -> None:
        self._attach(name, good=True, envelope=None)

    def _wrong_signer(self, name: str) -> None:
        self._attach(name, good=False, envelope=None)

    def _junk(self, name: str) -> None:
        self._attach(name, good=False, envelope=b"nonsense %d" % self._number)

    def _deliver(self, seed: int) -> None:
        for digest in disturbed(self.stand, random.Random(seed)):
            self.model.arrived(digest)
            self.stand.look(digest)

    def _jump(self, minutes: int) -> None:
        self.stand.clock.advance(timedelta(minutes=minutes))
        self.stand.aws.settle()

    def _pass(self, minutes: int) -> None:
        self.stand.pass_time(timedelta(minutes=minutes))

    def _fault(self, operation: str, error: str, times: int) -> None:
        self.stand.aws.faults.add(
            Fault(operation=operation, error=ERRORS[error], times=times)
        )


def disturbed(stand: Stand, chance: random.Random) -> Iterator[str]:
    """Yield the digests of the waiting events: some lost, some twice, in any order."""
    events = [
        event
        for event in stand.aws.events.drain()
        for _ in range(chance.choice((0, 1, 1, 2)))
    ]
    chance.shuffle(events)
    for event in events:
        if event["source"] == "aws.ecr":
            for hint in parse_events(event, account=ACCOUNT, region=REGION):
                yield hint.digest


def check(history: History) -> None:
    """Let AWS answer again and all become quiet; compare with the model."""
    stand, model = history.stand, history.model
    stand.aws.faults.clear()
    stand.pass_time(QUIET)
    for digest in model.images:
        expected = model.expected(digest)
        if expected is None:
            assert stand.status_of(digest) == "ACTIVE"
            continue
        record = stand.record(digest)
        assert record.verdict.value == expected.verdict, record
        assert stand.status_of(digest) == expected.status, record
        open_findings = [
            finding
            for finding in stand.findings
            if digest in finding["Id"] and finding["RecordState"] == "ACTIVE"
        ]
        assert bool(open_findings) is expected.open_finding, record
        assert (record.hold is not None) is expected.open_finding, record
        assert record.proposal == "", record


def check_idempotent(history: History) -> None:
    """Look at everything once, then again: nothing is written, done or sent.

    The first look may learn of a tag whose event was lost.
    """
    stand = history.stand
    noticed = [
        digest for digest, image in history.model.images.items() if image.noticed
    ]
    for digest in noticed:
        stand.look(digest)
    # What becomes due meanwhile is looked at: such a look writes its next due time.
    stand.pass_time(timedelta(seconds=5))
    before = (stand.ledger.records, stand.ledger.writes, stand.findings)
    calls = len(stand.aws.operations)
    for digest in noticed * 2:
        stand.look(digest)
    assert (stand.ledger.records, stand.ledger.writes, stand.findings) == before
    changing = {"UpdateImageStorageClass", "BatchImportFindings"}
    assert not changing & {
        operation.operation for operation in list(stand.aws.operations)[calls:]
    }


@given(behaviours=behaviours, steps=st.lists(step, min_size=1, max_size=12))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(
    behaviours=Behaviours(),
    steps=[("push", "one"), ("deliver", 1), ("pass", 11), ("good", "one")],
)
@example(
    behaviours=Behaviours(
        archived_manifest=ArchivedManifest.INACCESSIBLE,
        archive_delay=timedelta(seconds=30),
        repush_moves_pushed_at=True,
    ),
    steps=[("push", "one"), ("deliver", 0), ("pass", 10), ("push", "one")],
)
def test_any_history_ends_as_the_model_says(
    behaviours: Behaviours, steps: list[tuple[object, ...]]
) -> None:
    history = History(behaviours)
    history.run(steps)
    check(history)
    check_idempotent(history)


@pytest.mark.parametrize("seed", range(8))
def test_long_histories_end_as_the_model_says(seed: int) -> None:
    chance = random.Random(seed)
    steps: list[tuple[object, ...]] = []
    for _ in range(60):
        name = chance.choice(
            ("push", "good", "wrong-signer", "junk", "deliver", "deliver", "jump")
        )
        match name:
            case "deliver":
                steps.append((name, chance.randrange(2**16)))
            case "jump":
                steps.append((name, chance.randint(1, 20)))
            case _:
                steps.append((name, chance.choice(IMAGES)))
        if chance.random() < 0.3:
            steps.append(
                (
                    "fault",
                    chance.choice(OPERATIONS),
                    chance.choice(sorted(ERRORS)),
                    chance.randint(1, 5),
                )
            )
    history = History(Behaviours())
    history.run(steps)
    check(history)
    check_idempotent(history)
