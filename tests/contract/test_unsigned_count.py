"""One suite for every ledger: a repository's digests that ended unsigned or gone."""

from datetime import UTC, datetime, timedelta

import pytest

from sealward.ledger.unsigned_count import UnsignedCount
from sealward.ports.failures import Conflict
from sealward.ports.ledger import Ledger

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)


def test_of_a_repository_nobody_counted_there_are_none(ledger: Ledger) -> None:
    assert ledger.unsigned_count("prod/app") == UnsignedCount()


def test_a_count_is_kept_for_its_repository_only(ledger: Ledger) -> None:
    count = UnsignedCount().one_more(NOON)
    ledger.keep_unsigned_count("prod/app", count, expected=0)
    assert ledger.unsigned_count("prod/app") == count
    assert ledger.unsigned_count("prod/other") == UnsignedCount()


def test_two_looks_never_count_as_one(ledger: Ledger) -> None:
    count = UnsignedCount().one_more(NOON)
    ledger.keep_unsigned_count("prod/app", count, expected=0)
    with pytest.raises(Conflict):
        ledger.keep_unsigned_count("prod/app", count, expected=0)
    ledger.keep_unsigned_count("prod/app", count.one_more(NOON), expected=1)
    assert ledger.unsigned_count("prod/app").on(NOON) == 2


def test_a_new_day_begins_anew() -> None:
    count = UnsignedCount().one_more(NOON).one_more(NOON)
    tomorrow = NOON + timedelta(hours=12)
    assert (count.on(NOON), count.on(tomorrow)) == (2, 0)
    assert (count.one_more(tomorrow).digests, count.version) == (1, 2)
