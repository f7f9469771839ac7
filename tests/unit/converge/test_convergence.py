"""The harness itself: histories are data, faults are found, and made small."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sealward.decisions import decide, decide_gone
from sealward.decisions.outcome import Decision
from sealward.ports.registry import ImageStatus
from tests.converge.ends import run
from tests.converge.generation import generate
from tests.converge.history import History, Kind, Mail, Step
from tests.converge.minimise import minimise

FAITHFUL: dict[str, Any] = {
    "seed": 0,
    "number": 0,
    "mail": Mail.FAITHFUL,
    "observes": False,
    "behaviours": {},
}


def step(kind: Kind, what: str = "", after: float = 1) -> Step:
    return Step(after=after, kind=kind, repository="prod/app", image="one", what=what)


def test_a_history_is_always_the_same_and_survives_being_kept() -> None:
    assert generate(3, 5) == generate(3, 5) != generate(3, 6)
    for number in range(20):
        history = generate(3, number)
        assert History.from_json(history.to_json()) == history
        assert history.switches is not None


@pytest.mark.parametrize("http", [False, True])
def test_a_few_histories_end_as_the_model_says(*, http: bool) -> None:
    for number in range(1 if http else 8):
        assert run(generate(17, number), http=http).wrong == ()


PLANTED: dict[str, tuple[str, Callable[..., Decision], tuple[Step, ...]]] = {}
"""Faults: what is replaced, by what, and a history that must show it."""


def planted(
    target: str, *steps: Step
) -> Callable[[Callable[..., Decision]], Callable[..., Decision]]:
    def plant(fault: Callable[..., Decision]) -> Callable[..., Decision]:
        PLANTED[fault.__name__] = (target, fault, steps)
        return fault

    return plant


@planted(
    "sealward.look.gate.decide_gone",
    step(Kind.PUSH),
    step(Kind.DELETE, after=3600),
)
def a_held_digest_is_forgotten_when_it_is_deleted(*known: Any, **at: Any) -> Decision:
    decision = decide_gone(*known, **at)
    return replace(decision, record=replace(decision.record, due=None))


@planted(
    "sealward.look.gate.decide",
    step(Kind.PUSH),
    step(Kind.SIGN, "good"),
    step(Kind.POLICY, "only-second", after=60),
)
def what_was_trusted_is_held_when_the_policy_changes(
    *given: Any, **at: Any
) -> Decision:
    key, known, sight, ruling = given
    if known is not None:
        known = replace(known, settled_at=None)
    return decide(key, known, sight, ruling, **at)


@planted("sealward.look.gate.decide", step(Kind.PUSH))
def there_is_no_grace(*given: Any, **at: Any) -> Decision:
    key, known, sight, ruling = given
    policy = replace(ruling.policy, grace=timedelta(0))
    return decide(key, known, sight, replace(ruling, policy=policy), **at)


@planted(
    "sealward.look.gate.decide",
    step(Kind.PUSH),
    step(Kind.RESTORE, after=3600),
)
def what_somebody_restores_stays_restored(*given: Any, **at: Any) -> Decision:
    key, known, sight, ruling = given
    if known is not None and known.hold is not None:
        detail = replace(sight.detail, status=ImageStatus.ARCHIVED)
        sight = replace(sight, detail=detail)
    return decide(key, known, sight, ruling, **at)


@planted(
    "sealward.look.gate.decide",
    step(Kind.PUSH),
    step(Kind.SIGN, "expiring"),
)
def an_expiry_is_never_looked_at(*given: Any, **at: Any) -> Decision:
    decision = decide(*given, **at)
    if decision.record.verdict.value != "trusted":
        return decision
    return replace(decision, due=None, record=replace(decision.record, due=None))


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target, fault, steps = PLANTED[name]
    history = History(**FAITHFUL, steps=steps)
    assert run(history, http=False).wrong == ()
    monkeypatch.setattr(target, fault)
    assert run(history, http=False).wrong


def test_a_counter_example_is_made_as_small_as_it_can_be() -> None:
    history = replace(
        generate(1, 1),
        steps=(
            step(Kind.PUSH),
            step(Kind.SIGN, "good", after=5),
            step(Kind.DELETE, after=7),
            step(Kind.POLICY, "audit"),
        ),
    )

    def shows(each: History) -> bool:
        return any(one.kind is Kind.DELETE for one in each.steps)

    small = minimise(history, shows)
    assert small == History(
        seed=1,
        number=1,
        mail=Mail.FAITHFUL,
        observes=False,
        behaviours={},
        steps=(step(Kind.DELETE, after=13),),
    )


def test_a_gate_that_never_rests_is_a_counter_example(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def restless(*given: Any, **at: Any) -> Decision:
        decision = decide(*given, **at)
        soon = at["now"] + timedelta(seconds=1)
        return replace(decision, due=soon, record=replace(decision.record, due=soon))

    monkeypatch.setattr("sealward.look.gate.decide", restless)
    monkeypatch.setattr("tests.converge.world._MOST_LOOKS", 200)
    history = History(**FAITHFUL, steps=(step(Kind.PUSH),))
    (first, *_) = run(history, http=False).wrong
    assert "200 looks" in first
