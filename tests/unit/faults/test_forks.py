"""Forks: one child for each fault of a call, and what each tells."""

import os

from tests.faults.faults import Fault, Kind, kinds
from tests.faults.forks import Forks
from tests.faults.run import Share, chosen_by


def _told(forks: Forks, operation: str, number: int) -> dict[Fault, object]:
    """Fork, and let each child tell what befalls it."""
    fault = forks(operation, number)
    if forks.fault is not None:
        forks.end(f"child of {fault}")
    assert fault is None
    return dict(forks.became)


def test_each_way_to_fail_has_a_child_that_tells_what_became_of_it() -> None:
    told = _told(Forks(lambda _fault: True), "ecr:PutImage", 2)
    assert {fault.kind for fault in told} == set(kinds("ecr:PutImage", 2))
    assert all(said == f"child of {fault}" for fault, said in told.items())


def test_what_befalls_all_calls_begins_at_the_first() -> None:
    told = _told(Forks(lambda fault: fault.number is None), "ecr:PutImage", 1)
    assert {fault.kind for fault in told} == {
        Kind.THROTTLED,
        Kind.LOST_AFTER,
        Kind.DENIED,
    }
    forks = Forks(lambda fault: fault.number is None)
    assert not _told(forks, "ecr:PutImage", 2)


def test_a_child_that_ends_without_a_word_is_said_to() -> None:
    forks = Forks(lambda fault: fault.kind is Kind.DENIED and fault.number == 2)
    forks("ecr:PutImage", 2)
    if forks.fault is not None:
        os._exit(3)
    assert list(forks.became.values()) == ["the process ended early: 3"]


def test_shares_are_all_trials_each_once() -> None:
    faults = [
        Fault(operation=operation, number=number, kind=kind)
        for operation in ("ecr:PutImage", "sqs:SendMessage")
        for number in (1, 2, 3)
        for kind in kinds(operation, number)
    ]
    shares = [chosen_by(Share("signed", "", number, 3)) for number in range(3)]
    for fault in faults:
        assert [chosen(fault) for chosen in shares].count(True) == 1


def test_a_prefix_chooses_the_trials_whose_names_begin_so() -> None:
    chosen = chosen_by(Share("signed", "signed/ecr:PutImage/2"))
    fault = Fault(operation="ecr:PutImage", number=2, kind=Kind.DENIED)
    assert chosen(fault)
    assert not chosen(Fault(operation="ecr:PutImage", number=1, kind=Kind.DENIED))
