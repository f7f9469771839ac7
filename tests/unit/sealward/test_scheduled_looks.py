"""Scheduled looks: one that another look overtook ends after reading the ledger."""

from datetime import timedelta

import pytest

from sealward.events import Hint, look_again, parse_events
from sealward.ledger import Verdict
from sealward.look import tick
from sealward.ports.failures import Unavailable
from tests.unit.sealward.stand import ACCOUNT, REGION, REPOSITORY, Stand
from tests.unit.sealward.trips import Trips, counted_stand


def _scheduled(stand: Stand) -> Hint:
    """Return what the queue holds for a due time of the ledger."""
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
    stand.ledger.failures.append(Unavailable("throttled"))
    with pytest.raises(Unavailable):
        stand.gate.look(_scheduled(stand))


def test_the_tick_and_the_queue_carry_the_mark() -> None:
    stand = Stand()
    image = stand.push()
    stand.look(image)
    stand.clock.advance(timedelta(minutes=1))
    stand.queue.receive()  # and lost
    tick(
        stand.ledger,
        stand.queue,
        account=ACCOUNT,
        region=REGION,
        now=stand.clock.now,
        limit=10,
    )
    hint = _scheduled(stand)
    assert parse_events(look_again(hint), account=ACCOUNT, region=REGION) == (hint,)


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
