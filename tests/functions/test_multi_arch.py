"""Multi-arch images through the function: real adapters, every event or only some."""

import json
from itertools import permutations
from typing import Any

import pytest

from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.ledger import Record
from sealward.subjects import SubjectKey
from tests.functions.event_files import CASES, push, referrer
from tests.functions.world import World, world

CASE = {case["name"]: case for case in json.loads(CASES.read_text())["cases"]}
SIGNED, UNSIGNED = CASE["multi-arch"], CASE["multi-arch-unsigned"]


def events_of(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the events of the case's push: index, children, signatures."""
    repository = case["repository"]
    return [
        *(push(repository, one["digest"], tag=one["tag"]) for one in case["images"]),
        *(referrer(repository, digest) for digest in case["signatures"]),
    ]


def work_off(made: World) -> None:
    """Look at what the function asked for, until nothing is asked for any more."""
    for _ in range(10):
        bodies = [body for body, _ in made.messages("looks")]
        if not bodies:
            return
        for body in dict.fromkeys(bodies):
            made.look(json.loads(body))


def record_of(made: World, case: dict[str, Any], digest: str) -> Record:
    key = SubjectKey(repository=case["repository"], digest=digest)
    record = LedgerTable("ledger", made.dynamodb).current(key)
    assert record is not None
    return record


def ends(made: World, case: dict[str, Any]) -> list[tuple[str, str]]:
    """Return verdict and registry status of the case's images, the index first."""
    found = []
    for image in case["images"]:
        answer = made.ecr.describe_images(
            repositoryName=case["repository"],
            imageIds=[{"imageDigest": image["digest"]}],
            filter={"imageStatus": "ANY"},
        )
        verdict = record_of(made, case, image["digest"]).verdict.value
        found.append((verdict, answer["imageDetails"][0]["imageStatus"]))
    return found


COVERED = [("trusted", "ACTIVE"), *[("covered", "ACTIVE")] * 3]


@pytest.mark.parametrize("order", [*permutations(range(5))][::17])
def test_events_in_any_order_end_the_same(order: tuple[int, ...]) -> None:
    with world() as made:
        made.push("multi-arch")
        events = events_of(SIGNED)
        for place in order:
            made.look(events[place])
        work_off(made)
        assert ends(made, SIGNED) == COVERED
        covered_by = record_of(made, SIGNED, SIGNED["images"][1]["digest"]).covered_by
        assert covered_by == SIGNED["images"][0]["digest"]
        assert made.findings() == []


def test_the_index_is_found_though_only_one_childs_event_came() -> None:
    with world() as made:
        made.push("multi-arch")
        made.look(events_of(SIGNED)[1])
        work_off(made)
        assert ends(made, SIGNED) == COVERED


@pytest.mark.parametrize("first", range(4))
def test_an_unsigned_index_is_held_with_what_it_lists(first: int) -> None:
    with world() as made:
        made.push("multi-arch-unsigned")
        events = events_of(UNSIGNED)
        for event in (events[first], *events):
            made.look(event)
        work_off(made)
        assert ends(made, UNSIGNED) == [("unsigned", "ARCHIVED")] * 4
        assert len(made.findings()) == 4


def test_observing_nothing_is_held_and_nothing_in_the_way_either() -> None:
    with world("observe") as made:
        made.push("multi-arch-unsigned")
        for event in events_of(UNSIGNED):
            made.look(event)
        work_off(made)
        assert ends(made, UNSIGNED) == [("unsigned", "ACTIVE")] * 4
