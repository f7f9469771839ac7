"""Refusals remembered: what was refused for good is not read again."""

from datetime import timedelta

from sealward.ledger import Verdict
from sealward.signatures.candidates import (
    CANDIDATES_LIMIT,
    Rejection,
)
from tests import forge
from tests.unit.sealward.counting import (
    CONFIG_READ,
    CREATED,
    FUTURE,
    MINUTE,
    Counting,
    flood,
)
from tests.unit.sealward.stand import (
    bundle,
)


class TestRefusalsAreRemembered:
    def test_what_was_refused_for_good_is_not_read_again(
        self, counting: Counting
    ) -> None:
        image = counting.push()
        flood(counting, image, 40)
        first = counting.calls_of_a_look(image)
        again = counting.calls_of_a_look(image)
        assert (first["blob"], again["blob"], again["manifests"]) == (
            80 + CONFIG_READ,
            0,
            1,
        )
        result = counting.look(image)
        assert (result.verdict, result.reason) == (
            Verdict.UNTRUSTED,
            Rejection.ENVELOPE_MALFORMED,
        )
        assert result.candidates == 40

    def test_the_most_telling_refusal_is_remembered_as_such(
        self, counting: Counting
    ) -> None:
        image = counting.push()
        counting.attach(image, by="Other")
        flood(counting, image, 10)
        before = counting.look(image)
        counting.clock.advance(MINUTE)
        after = counting.look(image)
        assert (after.reason, after.detail) == (before.reason, before.detail)
        assert after.reason == "identity-not-allowed"
        assert not after.changed

    def test_beyond_the_bound_each_look_comes_further(self, counting: Counting) -> None:
        image = counting.push()
        counting.attach(image, annotations={CREATED: "2000-01-01T00:00:00Z"})
        flood(counting, image, CANDIDATES_LIMIT + 1)
        assert counting.look(image).reason == "limit"
        counting.clock.advance(MINUTE)
        assert counting.look(image).verdict is Verdict.TRUSTED

    def test_another_policy_has_everything_read_again(self, counting: Counting) -> None:
        image = counting.push()
        for each in range(6):
            counting.attach(image, by="Other", annotations={"n": str(each)})
        assert counting.look(image).verdict is Verdict.UNTRUSTED
        counting.bundles.current = bundle(grace="0s", serial=2, identities=["Other"])
        counting.clock.advance(MINUTE)
        assert counting.look(image).verdict is Verdict.TRUSTED

    def test_what_time_or_the_registry_may_mend_is_not_remembered(
        self, counting: Counting
    ) -> None:
        image = counting.push()
        for each in range(6):
            counting.attach(
                image,
                expiry=forge.SIGNING_TIME + MINUTE,
                annotations={"n": str(each)},
            )
        counting.look(image)
        key = counting.record(image).key
        assert counting.ledger.judged(key) is None

    def test_a_ledger_that_forgets_costs_calls_and_nothing_else(
        self, counting: Counting
    ) -> None:
        image = counting.push()
        flood(counting, image, 12)
        first = counting.look(image)
        counting.ledger.forget_judged()
        again = counting.calls_of_a_look(image)
        assert again["blob"] == 24
        assert counting.record(image).reason == first.reason

    def test_junk_pushed_one_by_one_costs_the_same_for_each(
        self, counting: Counting
    ) -> None:
        """Threat 24: N referrers cost O(N) calls, the pages of the listing aside."""
        image = counting.push()
        counting.look(image)
        costs = []
        for each in range(120):
            junk = counting.attach(image, b"junk %d" % each, annotations=FUTURE)
            calls = counting.calls_of_a_look(junk)
            del calls["referrers"]
            costs.append(calls.total())
        early, late = costs[20:60], costs[80:120]
        assert sum(late) <= sum(early)
        assert max(costs) <= 16


def test_a_refusal_remembered_is_as_final_where_the_policy_fails_fast() -> None:
    stand = Counting(failFast=True)
    stand.bundles.current = bundle(failFast=True)
    image = stand.push()
    for each in range(6):
        stand.attach(image, by="Other", annotations={"n": str(each)})
    first = stand.look(image)
    assert stand.calls_of_a_look(image)["blob"] == 0
    record = stand.record(image)
    assert (record.verdict, record.reason) == (first.verdict, first.reason)
    assert first.reason == "identity-not-allowed"


def test_the_same_refusals_write_nothing(counting: Counting) -> None:
    image = counting.push()
    flood(counting, image, 12)
    counting.look(image)
    counting.clock.advance(MINUTE)
    counting.look(image)
    writes = counting.ledger.writes
    counting.clock.advance(MINUTE)
    counting.look(image)
    assert counting.ledger.writes == writes


def test_the_next_day_everything_is_read_again(counting: Counting) -> None:
    """What a release refused wrongly is not refused for ever."""
    image = counting.push()
    flood(counting, image, 12)
    counting.look(image)
    assert counting.calls_of_a_look(image)["blob"] == 0
    counting.clock.advance(timedelta(days=1))
    assert counting.calls_of_a_look(image)["blob"] == 24
