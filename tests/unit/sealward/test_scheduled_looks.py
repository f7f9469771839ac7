"""Scheduled looks: one that another look overtook ends after reading the ledger."""

from datetime import timedelta

import pytest

from sealward.events import Hint, look_again, parse_events
from sealward.ledger import Verdict
from sealward.policy.document import duration
from sealward.ports.failures import Unavailable
from sealward.tick.due import tick
from simulator.errors import ServiceError
from simulator.faults import Fault
from tests.unit.sealward.stand import ACCOUNT, REGION, REPOSITORY, Stand, bundle
from tests.unit.sealward.trips import Trips, counted_stand


def _scheduled(stand: Stand) -> Hint:
    """Return what the tick sends once the subject is due."""
    (due,) = (each.due for each in stand.ledger.records.values() if each.due)
    tick(
        stand.ledger,
        stand.queue,
        account=ACCOUNT,
        region=REGION,
        now=max(due, stand.clock.now),
        limit=10,
    )
    (hint,) = (hint for _, hint in stand.queue.waiting if hint.scheduled)
    return hint


def test_a_look_that_a_signature_made_needless_reads_the_ledger_once() -> None:
    trips = Trips()
    stand = counted_stand(trips)
    image = stand.push()
    stand.look(image)
    scheduled = _scheduled(stand)
    stand.clock.advance(timedelta(seconds=5))
    assert stand.look(stand.attach(image)).verdict is Verdict.TRUSTED
    stand.clock.advance(timedelta(seconds=5))
    before, trips.at = trips.taken, {}
    result = stand.gate.look(scheduled)
    assert (result.reason, result.verdict) == ("not-due", None)
    assert (trips.taken - before, set(trips.at)) == (1, {"ledger"})


def test_a_look_that_is_due_looks_and_reads_the_ledger_no_second_time() -> None:
    trips = Trips()
    stand = counted_stand(trips)
    image = stand.push()
    stand.look(image)
    scheduled = _scheduled(stand)
    stand.attach(image)  # its event is lost
    stand.clock.advance(timedelta(seconds=10))
    before = trips.taken
    assert stand.gate.look(scheduled).verdict is Verdict.TRUSTED
    assert trips.at["ledger"] == before + 1


def test_an_event_of_the_registry_never_ends_so() -> None:
    """Though the record says that nothing is due: it may be what changed that."""
    stand = Stand()
    image = stand.push()
    stand.look(stand.attach(image))
    assert stand.look(image).reason == "satisfied"


def test_a_clock_that_is_a_second_behind_loses_no_look() -> None:
    stand = Stand()
    image = stand.push()
    stand.look(image)
    stand.attach(image)
    stand.clock.advance(timedelta(seconds=9))
    assert stand.gate.look(_scheduled(stand)).verdict is Verdict.TRUSTED


def test_what_the_ledger_forgot_is_looked_at() -> None:
    stand = Stand()
    image = stand.push()
    hint = Hint(
        account=ACCOUNT,
        region=REGION,
        repository=REPOSITORY,
        digest=image.digest,
        scheduled=True,
    )
    assert stand.gate.look(hint).verdict is Verdict.PENDING


def test_a_ledger_that_does_not_answer_brings_the_message_again() -> None:
    stand = Stand()
    image = stand.push()
    stand.look(image)
    scheduled = _scheduled(stand)
    stand.ledger.failures.append(Unavailable("throttled"))
    with pytest.raises(Unavailable):
        stand.gate.look(scheduled)


def test_the_tick_and_the_queue_carry_the_mark() -> None:
    stand = Stand()
    image = stand.push()
    stand.look(image)
    stand.clock.advance(timedelta(minutes=1))
    hint = _scheduled(stand)
    assert parse_events(look_again(hint), account=ACCOUNT, region=REGION) == (hint,)


class TestWhatIsAMessage:
    """What decides comes to the second; what only asks is left to the tick."""

    def test_a_look_that_only_asks_for_a_signature_is_none(self) -> None:
        stand = Stand(current=bundle(grace="15m"))
        image = stand.push()
        assert stand.look(image).due == stand.clock.now + timedelta(seconds=10)
        assert not stand.queue.waiting

    @pytest.mark.parametrize("grace", ["3s", "10s", "1m", "90s", "100s"])
    def test_the_end_of_a_short_grace_is_one_from_the_start(self, grace: str) -> None:
        stand = Stand(current=bundle(grace=grace))
        image = stand.push()
        due = stand.look(image).due
        assert due == stand.clock.now + duration(grace)
        assert [at for at, _ in stand.queue.waiting] == [due]

    def test_the_end_of_a_longer_grace_is_one_once_it_is_next(self) -> None:
        stand = Stand(current=bundle(grace="15m"))
        image = stand.push()
        ends = stand.clock.now + timedelta(minutes=15)
        stand.look(image)
        stand.clock.advance(timedelta(minutes=10, seconds=40))
        assert stand.look(image).due == ends
        assert [at for at, _ in stand.queue.waiting] == [ends]

    @pytest.mark.parametrize("seconds", range(85, 131))
    def test_no_grace_ends_late_though_a_tick_does(self, seconds: int) -> None:
        """One comes a second before anything is due, the next half a minute late."""
        stand = Stand(current=bundle(grace=f"{seconds}s"))
        image = stand.push()
        begin = stand.clock.now
        stand.look(image)
        for second in range(seconds + 1):
            stand.clock.now = begin + timedelta(seconds=second)
            if second in {9, 99}:
                stand.work()
            for hint in stand.queue.receive():
                stand.gate.look(hint)
        record = stand.record(image)
        assert record.settled_at == begin + timedelta(seconds=seconds)

    def test_a_lost_signature_costs_a_tick(self) -> None:
        stand = Stand(current=bundle(grace="15m"))
        image = stand.push()
        stand.look(image)
        stand.attach(image)
        stand.aws.events.drain()  # and lost
        stand.clock.advance(timedelta(seconds=70))
        (result,) = stand.work()
        assert result.verdict is Verdict.TRUSTED

    def test_what_nobody_could_read_is_one(self) -> None:
        stand = Stand(current=bundle(grace="15m"))
        image = stand.push()
        throttled = ServiceError("ThrottlingException", "Rate exceeded")
        stand.aws.faults.add(Fault(operation="BatchGetImage", error=throttled))
        result = stand.look(image)
        assert result.verdict is Verdict.INCONCLUSIVE
        assert [at for at, _ in stand.queue.waiting] == [result.due]


@pytest.mark.parametrize("mark", [1, "true", None, {}])
def test_only_our_own_true_is_the_mark(mark: object) -> None:
    hint = Hint(
        account=ACCOUNT, region=REGION, repository="a/b", digest=f"sha256:{'a' * 64}"
    )
    event = look_again(hint)
    event["detail"]["scheduled"] = mark
    assert parse_events(event, account=ACCOUNT, region=REGION) == (hint,)


def test_no_event_of_the_registry_carries_it() -> None:
    stand = Stand()
    stand.push()
    (event,) = (e for e in stand.aws.events.drain() if e["source"] == "aws.ecr")
    event["detail"]["scheduled"] = True
    (hint,) = parse_events(event, account=ACCOUNT, region=REGION)
    assert not hint.scheduled
