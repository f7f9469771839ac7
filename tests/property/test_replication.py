"""An image and its signature, replicated in any order: one verdict in the end."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sealward.events import Hint, parse_events
from sealward.ledger import Verdict
from simulator.behaviours import ReferrerPush
from tests.unit.sealward.stand import ACCOUNT, REGION
from tests.unit.sealward.two_accounts import MINUTE, ORIGIN, TwoAccounts

delays = st.integers(0, 540).map(lambda seconds: timedelta(seconds=seconds))


@settings(max_examples=40)
@given(
    image=delays,
    signature=delays,
    pushes=st.booleans(),
    keeps=st.booleans(),
    order=st.permutations(range(4)),
    lost=st.sets(st.integers(0, 3), max_size=2),
)
def test_any_order_of_replication_ends_in_the_same_verdict(
    image: timedelta,
    signature: timedelta,
    *,
    pushes: bool,
    keeps: bool,
    order: Sequence[int],
    lost: set[int],
) -> None:
    pair = TwoAccounts(
        replication_delay=image,
        referrer_replication_delay=signature,
        replica_emits_push=pushes,
        replica_keeps_pushed_at=keeps,
        referrer_push=ReferrerPush.REFERRER_ACTION,
    )
    pushed = pair.push()
    pair.sign(pushed)
    hints: list[Hint] = []
    for _ in range(10):
        pair.there.clock.advance(MINUTE)
        pair.aws.settle()
        for event in pair.events():
            hints += parse_events(event, account=ACCOUNT, region=REGION)
        # Held back and shuffled, two of them lost, each one repeated.
        pair.there.pass_time(timedelta(0))
    shuffled = [hints[at] for at in order if at < len(hints)]
    kept = [hint for at, hint in enumerate(shuffled) if at not in lost] or hints[:1]
    for hint in (*kept, *kept):
        pair.there.gate.look(hint)
    record = pair.there.record(pushed)
    assert (record.verdict, record.hold) == (Verdict.TRUSTED, None)


@settings(max_examples=20)
@given(image=delays, signature=delays, signs=st.booleans())
def test_as_they_come_the_end_is_the_same(
    image: timedelta, signature: timedelta, *, signs: bool
) -> None:
    pair = TwoAccounts(replication_delay=image, referrer_replication_delay=signature)
    pushed = pair.push()
    if signs:
        pair.sign(pushed)
    pair.pass_time(22 * MINUTE)
    record = pair.there.record(pushed)
    assert record.verdict is (Verdict.TRUSTED if signs else Verdict.UNSIGNED)
    assert (record.hold is not None) is not signs
    assert record.replica is not None
    assert record.replica.source == ORIGIN
