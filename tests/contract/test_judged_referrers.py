"""One suite for every ledger: the referrers that need not be read again."""

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.reports import pack
from sealward.ledger import (
    JudgedReferrers,
    Recalled,
)
from sealward.ledger.judged import REFUSED_LIMIT
from sealward.ports.ledger import Ledger
from tests.ledger_records import full_record, subject_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def _judged(number: int, material: str = "m1") -> JudgedReferrers:
    return JudgedReferrers(
        material=material,
        refused=tuple(
            Recalled(
                digest=f"sha256:{each:064x}",
                reason="envelope-malformed" if each % 2 else "not-anchored",
                detail=f"größer: 画像 {each % 3}",
                place=each % 2 - 1,
            )
            for each in range(number)
        ),
    )


def test_nothing_was_judged_of_what_was_never_written(ledger: Ledger) -> None:
    assert ledger.judged(subject_key()) is None


@pytest.mark.parametrize("number", [0, 1, REFUSED_LIMIT])
def test_what_was_judged_comes_back_as_it_went(ledger: Ledger, number: int) -> None:
    ledger.keep_judged(subject_key(), _judged(number))
    assert ledger.judged(subject_key()) == _judged(number)


def test_the_last_writer_of_what_was_judged_wins_and_no_record_is_touched(
    ledger: Ledger,
) -> None:
    ledger.write(full_record(), expected=0, report={"a": 1})
    ledger.keep_judged(subject_key(), _judged(5))
    ledger.keep_judged(subject_key(), _judged(2, "m2"))
    assert ledger.judged(subject_key()) == _judged(2, "m2")
    assert ledger.judged(subject_key("other")) is None
    assert ledger.current(subject_key()) == full_record()
    assert [entry.version for entry in ledger.history(subject_key())] == [1]


@pytest.mark.parametrize(
    "poison",
    [
        None,
        {"S": "text"},
        {"B": b"no zlib"},
        {"B": pack({"material": "m1", "why": [], "refused": [["sha256:0", 0]]})},
        {"B": pack({"material": "m1", "why": [["a", "b"]], "refused": []})},
        {"B": pack({"why": [], "refused": []})},
    ],
)
def test_what_is_no_judged_referrers_counts_as_none(
    dynamodb: "DynamoDBClient", poison: dict[str, Any] | None
) -> None:
    """It only saves calls: nobody need mend it."""
    row: dict[str, Any] = {"pk": {"S": str(subject_key())}, "sk": {"S": "judged"}}
    if poison is not None:
        row["judged"] = poison
    dynamodb.put_item(TableName="ledger", Item=row)
    assert LedgerTable("ledger", dynamodb).judged(subject_key()) is None


def test_a_thousand_refusals_fit_in_a_tenth_of_an_item(
    dynamodb: "DynamoDBClient",
) -> None:
    refused = tuple(
        replace(each, digest=f"sha256:{sha256(each.digest.encode()).hexdigest()}")
        for each in _judged(2 * REFUSED_LIMIT).refused
    )
    table = LedgerTable("ledger", dynamodb)
    table.keep_judged(subject_key(), JudgedReferrers(material="m1", refused=refused))
    found = table.judged(subject_key())
    assert found is not None
    assert found.refused == refused[:REFUSED_LIMIT]
    key = {"pk": {"S": str(subject_key())}, "sk": {"S": "judged"}}
    stored = dynamodb.get_item(TableName="ledger", Key=key)["Item"]
    assert len(stored["judged"]["B"]) < 40 * 1024
