"""Indexes by the hundred, each slow to read: a look ends in time all the same."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from notation_verifier import Descriptor
from sealward.ledger import HoldState, Verdict
from sealward.subjects import SubjectKey
from sealward.subjects.indexes import mentioned, mentions
from sealward.verifications.coverage import NODES
from tests.unit.sealward.family import HOUR, INDEX, MINUTE, entry, push_index, strict
from tests.unit.sealward.stand import REPOSITORY, Stand

ENOUGH = timedelta(seconds=62)
"""What the intake keeps for one look (sealward.aws.intake.RESERVE)."""


NUMBER = 180
"""Indexes; to read them all takes longer than that."""


class Slow:
    """A registry that takes four seconds to give manifests by the ten."""

    def __init__(self, inner: Any) -> None:
        self.account, self.region = inner.account, inner.region
        self._inner = inner
        self.advance: Callable[[timedelta], object] = str

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def manifests(self, repository: str, digests: Any, **how: Any) -> Any:
        if len(digests) > 1:
            self.advance(timedelta(seconds=4))
        return self._inner.manifests(repository, digests, **how)


@pytest.fixture
def stand() -> Stand:
    wrap: Callable[[Any], Any] = Slow
    stand = Stand(current=strict(grace="1m", untaggedGrace="1m"), registry=wrap)
    registry: Any = stand.gate.registry
    registry.advance = stand.clock.advance
    return stand


def shields(stand: Stand, image: Descriptor, number: int) -> list[Descriptor]:
    return [
        push_index(stand, [image], annotations={"n": str(each)})
        for each in range(number)
    ]


def took(stand: Stand, image: Descriptor) -> timedelta:
    begun = stand.clock.now
    stand.look(image)
    return stand.clock.now - begun


def test_a_bad_image_under_hundreds_of_indexes_is_judged_in_time(stand: Stand) -> None:
    image = stand.push("bad", tag="bad")
    shields(stand, image, NUMBER)
    stand.deliver()
    stand.clock.advance(2 * MINUTE)
    assert took(stand, image) < ENOUGH
    assert stand.record(image).verdict is Verdict.UNSIGNED


def test_a_good_child_under_hundreds_of_indexes_is_covered_all_the_same(
    stand: Stand,
) -> None:
    child = stand.push("child")
    shields(stand, child, NUMBER)
    good = push_index(stand, [child], tag="1.0")
    stand.attach(good)
    stand.deliver()
    stand.clock.advance(2 * MINUTE)
    assert took(stand, child) < ENOUGH
    assert stand.record(child).covered_by == good.digest


def test_a_listing_of_hundreds_nobody_saw_ends_in_time(stand: Stand) -> None:
    image = stand.push("bad")
    pushed = stand.push("other", tag="other")
    other = SubjectKey(repository=REPOSITORY, digest=pushed.digest)
    shields(stand, pushed, NUMBER)
    stand.aws.events.drain()
    stand.look(image)
    stand.clock.advance(2 * MINUTE)
    assert took(stand, image) < ENOUGH
    assert stand.record(image).verdict is Verdict.UNSIGNED
    # No listing is noted that was not read to its end: the next one goes on.
    assert stand.ledger.listing_note(REPOSITORY) is None
    for number in range(6):
        stand.work()
        again = stand.push(f"again {number}")
        stand.look(again)
        stand.clock.advance(2 * MINUTE)
        stand.look(again)
    assert stand.ledger.listing_note(REPOSITORY) is not None
    assert len(stand.ledger.parents(other, limit=NODES)) == NUMBER


def test_the_search_for_a_shield_nobody_knows_ends_in_time(stand: Stand) -> None:
    image = stand.push("bad", tag="bad")
    first = stand.push("first", tag="first")
    padding = [
        entry(first, annotations={"n": str(number)}, size=number)
        for number in range(1_200)
    ]
    push_index(stand, [*padding, entry(image)], tag="1.0")
    stand.clock.advance(timedelta(seconds=1))
    shields(stand, first, NUMBER)
    stand.deliver()
    stand.pass_time(10 * MINUTE)
    assert took(stand, image) < ENOUGH
    record = stand.record(image)
    assert record.hold is not None
    assert record.hold.state in {HoldState.HELD, HoldState.REFUSED}
    stand.pass_time(HOUR)
    assert stand.record(image).finding is not None


def decoys(number: int) -> dict[str, str]:
    """Return annotations that name digests nobody ever pushed."""
    return {f"a{each}": f"sha256:{each:064x}" for each in range(number)}


def test_digests_an_index_only_writes_down_cost_little(stand: Stand) -> None:
    image = stand.push("image", tag="image")
    index = push_index(stand, [image], tag="1.0", annotations=decoys(3_000))
    stand.deliver()
    stand.clock.advance(2 * MINUTE)
    waiting = len(stand.queue.waiting)
    stand.look(index)
    assert stand.record(index).verdict is Verdict.UNSIGNED
    assert len(stand.queue.waiting) - waiting <= 20
    key = SubjectKey(repository=REPOSITORY, digest=index.digest)
    assert stand.ledger.children(key)[0] == image.digest


def test_decoys_hide_no_shield(stand: Stand) -> None:
    image = stand.push("bad", tag="bad")
    index = push_index(
        stand, [image], tag="1.0", Annotations=decoys(100), annotations=decoys(100)
    )
    stand.deliver()
    stand.pass_time(5 * MINUTE)
    assert (stand.status(image), stand.status(index)) == ("ARCHIVED", "ARCHIVED")


FIRST, SECOND = (f"sha256:{letter * 64}" for letter in "ab")


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(FIRST),
        f'"\\u0073{FIRST[1:]}"',
        f'"\\u0073ha256\\u003A{FIRST[7:]}"',
        f'"{FIRST[:-1]}\\u0061"',
    ],
)
def test_a_digest_is_found_however_it_is_written(written: str) -> None:
    content = f'{{"manifests": [{{"digest": {written}}}]}}'.encode()
    assert mentions(content, INDEX, FIRST)
    assert not mentions(content, INDEX, SECOND)
    assert mentioned(content, INDEX) == (FIRST,)


def test_an_index_of_four_mib_is_looked_through() -> None:
    entries = [
        {"mediaType": INDEX, "digest": FIRST, "size": number}
        for number in range(27_000)
    ]
    content = json.dumps({"manifests": entries}).encode()
    assert not mentions(content, INDEX, SECOND)
    assert mentions(content, INDEX, FIRST)
