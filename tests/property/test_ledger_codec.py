"""A record is read as it was written; whatever else is there is refused by name."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sealward.aws.ledger.attribute_values import attribute_values, plain_values
from sealward.ledger import Exposure, Hold, HoldState, Record, Verdict
from sealward.ledger.codec import UnreadableRecord, from_item, to_item
from sealward.ledger.records import Deletion, PullDenial
from tests.ledger_records import NOW, full_record, plain_record
from tests.property.test_bundle import changed, places

FULL = to_item(full_record())
texts = st.text(max_size=30)
instants = st.integers(-(10**15), 10**15).map(
    lambda microseconds: NOW + timedelta(microseconds=microseconds)
)
deletions = st.builds(Deletion, at=instants, refused=texts)
holds = st.builds(
    Hold,
    state=st.sampled_from(HoldState),
    since=instants,
    applied=st.integers(0, 100),
    detail=texts,
    again=st.lists(instants, max_size=3).map(tuple),
    pushed_at=st.none() | instants,
    evidence=texts,
    unkept=texts,
    approved=st.booleans(),
    deletion=st.none() | deletions,
)
exposures = st.builds(
    Exposure,
    seconds=st.integers(0, 10**12).map(lambda milliseconds: milliseconds / 1000),
    open_since=st.none() | instants,
)
records = st.builds(
    lambda changes: plain_record(**changes),
    st.fixed_dictionaries(
        {},
        optional={
            "version": st.integers(1, 2**60),
            "verdict": st.sampled_from(Verdict),
            "strict_verdict": st.sampled_from(Verdict),
            "reason": st.text(min_size=1, max_size=20),
            "detail": texts,
            "statement": texts,
            "bundle_serial": st.integers(0, 2**60),
            "tags": st.lists(texts, max_size=3).map(tuple),
            "former_tags": st.lists(texts, max_size=3).map(tuple),
            "pushed_at": st.none() | instants,
            "settled_at": st.none() | instants,
            "unknown_since": st.none() | instants,
            "due": st.none() | instants,
            "ever_trusted": st.booleans(),
            "grace_spent": st.booleans(),
            "untold": st.booleans(),
            "covering": st.booleans(),
            "looks": st.integers(0, 10**6),
            "children": st.none() | st.integers(0, 1000),
            "hold": st.none() | holds,
            "pulls": st.none() | st.sampled_from(PullDenial),
            "exposure": exposures,
            "owner": texts,
            "pushed_by": texts,
            "proposal": texts,
            "proposal_id": texts,
        },
    ),
)
stored = st.recursive(
    st.booleans()
    | st.integers(-(10**38), 10**38)
    | st.text(max_size=20)
    | st.binary(max_size=8)
    | st.sampled_from(["untrusted", "2026-11-21T12:00:00.000000Z", "1" * 30]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=5,
)
"""What an item may hold: DynamoDB has no nulls here, and numbers of 38 digits."""


def read(item: dict[str, Any]) -> Record | None:
    """Return what ``item`` is read as, by way of DynamoDB; None where it is refused."""
    try:
        return from_item(plain_values(attribute_values(item)))
    except UnreadableRecord as error:
        assert str(error)  # noqa: PT017 - it says what is wrong
        return None


@settings(max_examples=60, deadline=None)
@given(records)
def test_a_record_is_read_as_it_was_written(record: Record) -> None:
    item = to_item(record)
    assert read(item) == record
    assert from_item(json.loads(json.dumps(item))) == record


def test_one_with_everything_in_it_too() -> None:
    assert read(FULL) == full_record()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([each for each in places(FULL) if each]), stored)
def test_any_value_in_any_place_is_read_or_refused(
    place: tuple[str | int, ...], new: object
) -> None:
    found = read(changed(FULL, place, new))
    assert found is None or isinstance(found, Record)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FULL)) | texts, stored, max_size=8))
def test_any_item_is_read_or_refused(item: dict[str, Any]) -> None:
    found = read(item)
    assert found is None or isinstance(found, Record)
