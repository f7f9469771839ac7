"""Coverage that ends, and what neither ends nor begins it: outages, lost events."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from notation_verifier import Descriptor
from sealward.ledger import Verdict
from sealward.ports.failures import Unavailable
from tests.unit.sealward.family import (
    DAY,
    HOUR,
    MINUTE,
    covered_family,
    events,
    open_findings,
    push_family,
    push_index,
    strict,
    strict_stand,
    verdicts,
)
from tests.unit.sealward.stand import (
    REPOSITORY,
    Stand,
)


class TestTheEnd:
    """Coverage ends with the index; what was accepted is only proposed."""

    def ended(self, stand: Stand, *children: Descriptor) -> None:
        stand.pass_time(DAY + MINUTE)
        assert verdicts(stand, *children) == ["unsigned"] * len(children)
        for child in children:
            record = stand.record(child)
            assert record.covered_by is None
            assert (record.hold, record.proposal) == (None, "quarantine")
            assert stand.status(child) == "ACTIVE"

    def test_when_it_is_deleted_though_no_event_says_so(self) -> None:
        stand = strict_stand()
        index, children = covered_family(stand)
        stand.delete(index)
        stand.aws.events.drain()
        self.ended(stand, *children)

    def test_when_somebody_archives_it(self) -> None:
        stand = strict_stand()
        index, children = covered_family(stand)
        stand.gate.registry.archive(REPOSITORY, index.digest)
        stand.deliver()
        stand.work()
        assert verdicts(stand, *children) == ["unsigned"] * 2
        self.ended(stand, *children)

    def test_an_index_that_comes_back_covers_again_though_no_event_says_so(
        self,
    ) -> None:
        stand = strict_stand()
        index, _children = covered_family(stand)
        stand.gate.registry.archive(REPOSITORY, index.digest)
        stand.deliver()
        assert not stand.record(index).covering
        stand.gate.registry.restore(REPOSITORY, index.digest)
        stand.clock.advance(MINUTE)
        stand.look(index)
        stand.aws.events.drain()
        stand.pass_time(HOUR)
        stand.aws.events.drain()
        assert stand.record(index).covering

    def test_when_the_policy_no_longer_trusts_its_signer(self) -> None:
        stand = strict_stand()
        index, children = covered_family(stand)
        changed = strict(serial=2, userMetadata={"team": "payments"})
        stand.bundles.current = changed
        stand.pass_time(DAY + MINUTE)
        assert verdicts(stand, index, *children) == ["untrusted"] + ["unsigned"] * 2
        assert {stand.status(one) for one in (index, *children)} == {"ACTIVE"}
        assert stand.record(index).proposal == "quarantine"

    def test_not_while_another_trusted_index_lists_it(self) -> None:
        stand = strict_stand()
        index, (shared, other) = covered_family(stand)
        second = push_index(stand, [shared], tag="2.0")
        stand.attach(second)
        stand.deliver()
        stand.delete(index)
        stand.pass_time(DAY + MINUTE)
        assert verdicts(stand, shared, other) == ["covered", "unsigned"]
        assert stand.record(shared).covered_by == second.digest

    def test_a_failing_index_takes_no_child_of_a_trusted_one_with_it(self) -> None:
        stand = strict_stand()
        _, (shared, _) = covered_family(stand)
        own = stand.push("own")
        bad = push_index(stand, [shared, own], tag="2.0")
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, bad, shared, own) == ["unsigned", "covered", "unsigned"]
        assert [stand.status(one) for one in (bad, shared, own)] == [
            "ARCHIVED",
            "ACTIVE",
            "ARCHIVED",
        ]


class TestLostEvents:
    def test_before_a_child_is_unsigned_the_indexes_are_listed(self) -> None:
        stand = strict_stand()
        index, children = push_family(stand)
        stand.attach(index)
        for hint in events(stand):
            if hint.digest in {one.digest for one in children}:
                stand.gate.look(hint)
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, *children) == ["trusted", "covered", "covered"]
        assert stand.ledger.intents == []

    def test_one_listing_serves_all_children_of_a_push(self) -> None:
        calls: list[str] = []

        class Counted:
            def __init__(self, inner: Any) -> None:
                self._inner = inner

            def __getattr__(self, name: str) -> Any:
                return getattr(self._inner, name)

            def indexes(self, repository: str) -> Any:
                calls.append(repository)
                return self._inner.indexes(repository)

        wrap: Callable[[Any], Any] = Counted
        stand = Stand(current=strict(enforcement="report"), registry=wrap)
        children = [stand.push(f"app {number}") for number in range(40)]
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert set(verdicts(stand, *children)) == {"unsigned"}
        assert calls == [REPOSITORY]

    def test_a_repository_too_large_to_list_at_will_is_listed_now_and_then(
        self,
    ) -> None:
        stand = strict_stand(enforcement="report")
        for number in range(3):
            stand.push(f"app {number}")
            stand.deliver()
            stand.clock.advance(timedelta(seconds=2))
        key = next(iter(stand.ledger.records))
        stand.pass_time(59 * MINUTE)
        note = stand.ledger.listing_note(key.repository)
        assert note is None
        stand.pass_time(2 * MINUTE)
        note = stand.ledger.listing_note(key.repository)
        assert note is not None
        assert note.since <= stand.record(key.digest).first_seen


class TestOutages:
    class Failing:
        """A registry that gives no manifest of an index while told so."""

        def __init__(self, inner: Any) -> None:
            self.account, self.region = inner.account, inner.region
            self._inner = inner
            self.silent: set[str] = set()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

        def describe(self, repository: str, digest: str) -> Any:
            if digest in self.silent:
                raise Unavailable("throttled")
            return self._inner.describe(repository, digest)

    def stand(self, **settings: Any) -> tuple[Stand, "TestOutages.Failing"]:
        made: list[TestOutages.Failing] = []

        def wrap(registry: Any) -> Any:
            made.append(TestOutages.Failing(registry))
            return made[0]

        return Stand(current=strict(**settings), registry=wrap), made[0]

    def test_a_covered_child_stays_covered_while_its_index_cannot_be_asked_for(
        self,
    ) -> None:
        stand, registry = self.stand()
        index, children = covered_family(stand)
        registry.silent = {index.digest}
        assert stand.look(children[0]).verdict is Verdict.COVERED
        stand.pass_time(50 * MINUTE)
        assert verdicts(stand, *children) == ["covered", "covered"]
        registry.silent = set()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, *children) == ["covered", "covered"]
        assert stand.findings == []

    def test_a_new_child_is_inconclusive_and_never_held_for_it(self) -> None:
        stand, registry = self.stand(unknownFor="5h")
        index, children = push_family(stand)
        stand.attach(index)
        registry.silent = {index.digest}
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, *children) == ["inconclusive"] * 2
        assert {stand.status(one) for one in children} == {"ACTIVE"}
        registry.silent = set()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, *children) == ["trusted", "covered", "covered"]


class TestAnIndexThatCannotBeJudged:
    """Its signature was lost: no evidence against what it lists either."""

    def test_a_covered_child_stays_so_for_a_while_and_is_never_held(self) -> None:
        stand = strict_stand()
        index, children = push_family(stand)
        signature = stand.attach(index)
        stand.deliver()
        stand.pass_time(MINUTE)
        stand.delete(signature)
        assert stand.look(index).reason == "signature-lost"
        stand.pass_time(50 * MINUTE)
        assert verdicts(stand, *children) == ["covered", "covered"]
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, *children) == ["inconclusive"] * 3
        assert stand.record(children[0]).reason == "index-undecided"
        stand.pass_time(DAY)
        assert {stand.status(one) for one in (index, *children)} == {"ACTIVE"}
        assert open_findings(stand) == ["HIGH"]
        stand.attach(index)
        stand.deliver()
        stand.pass_time(2 * HOUR)
        assert verdicts(stand, index, *children) == ["trusted", "covered", "covered"]
        assert open_findings(stand) == []

    def test_a_new_child_of_it_is_inconclusive_and_the_index_never_held(self) -> None:
        stand = strict_stand()
        index, children = push_family(stand)
        signature = stand.attach(index)
        stand.look(index)
        stand.delete(signature)
        stand.deliver()
        stand.pass_time(3 * HOUR)
        assert verdicts(stand, index, *children) == ["inconclusive"] * 3
        assert {stand.status(one) for one in (index, *children)} == {"ACTIVE"}
