"""The ledger's codec: what is stored comes back, in JSON, and nothing else is read."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sealward.ledger import (
    SCHEMA,
    UnreadableRecord,
    from_item,
    from_text,
    to_item,
    to_text,
)
from sealward.ledger.records import Record
from tests import forge
from tests.unit.sealward.stand import Stand, bundle


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """Return records of every kind a gate writes."""
    stand = Stand(current=bundle(grace="0s"))
    images = [stand.push(name) for name in ("held", "trusted", "released")]
    stand.attach(images[1])
    found = []
    for image in images:
        stand.look(image)
        found.append(stand.record(image))
    stand.clock.advance(timedelta(minutes=1))
    stand.look(stand.attach(images[2]))
    return [*found, stand.record(images[2])]


def test_what_is_stored_comes_back(records: list[Record]) -> None:
    for record in records:
        stored = json.loads(json.dumps(to_item(record)))
        assert from_item(stored) == record


def test_absent_values_are_left_out(records: list[Record]) -> None:
    item = to_item(replace(records[0], due=None, hold=None))
    assert not {"due", "hold"} & set(item)


def test_a_record_is_about_a_kilobyte(records: list[Record]) -> None:
    assert max(len(json.dumps(to_item(record))) for record in records) < 2_048


def test_instants_sort_as_text() -> None:
    instants = [forge.NOW + timedelta(microseconds=n * 333_333) for n in range(10)]
    texts = [to_text(instant) for instant in instants]
    assert texts == sorted(texts)
    assert [from_text(text) for text in texts] == instants


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": SCHEMA + 1},
        {"schema": "x"},
        {"verdict": "fine"},
        {"first_seen": "yesterday"},
        {"version": None},
        {"hold": "held"},
        {"descriptor": {}},
    ],
)
def test_what_is_no_record_is_refused(
    records: list[Record], changes: dict[str, Any]
) -> None:
    with pytest.raises(UnreadableRecord):
        from_item(to_item(records[0]) | changes)
