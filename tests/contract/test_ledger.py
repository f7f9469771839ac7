"""One suite for every ledger: the table (on moto) and the one in memory."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sealward.ledger import (
    Record,
    Verdict,
)
from sealward.ports.failures import Conflict
from sealward.ports.ledger import Intent, Ledger
from tests.ledger_records import NOW, full_record, plain_record, subject_key

if TYPE_CHECKING:
    pass


def test_nothing_is_known_of_what_was_never_written(ledger: Ledger) -> None:
    assert ledger.current(subject_key()) is None
    assert list(ledger.history(subject_key())) == []
    assert list(ledger.due(NOW, limit=10)) == []


@pytest.mark.parametrize("make", [plain_record, full_record])
def test_a_record_comes_back_as_it_went(
    ledger: Ledger, make: Callable[[], Record]
) -> None:
    ledger.write(make(), expected=0)
    assert ledger.current(subject_key()) == make()


def test_a_write_on_the_version_read_succeeds(ledger: Ledger) -> None:
    ledger.write(full_record(), expected=0)
    ledger.write(plain_record(2), expected=1)
    assert ledger.current(subject_key()) == plain_record(2)


@pytest.mark.parametrize("report", [None, {"checks": []}])
@pytest.mark.parametrize(("stored", "expected"), [(1, 0), (2, 1), (0, 1), (1, 2)])
def test_a_write_on_any_other_version_conflicts_and_changes_nothing(
    ledger: Ledger, stored: int, expected: int, report: dict[str, Any] | None
) -> None:
    for version in range(1, stored + 1):
        ledger.write(plain_record(version), expected=version - 1)
    before = ledger.current(subject_key())
    with pytest.raises(Conflict):
        ledger.write(
            plain_record(expected + 1, reason="other"), expected=expected, report=report
        )
    assert ledger.current(subject_key()) == before
    assert list(ledger.history(subject_key())) == []


def test_a_record_must_follow_the_version_it_expects(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="version 3"):
        ledger.write(plain_record(3), expected=1)


def test_history_keeps_reports_oldest_first_beyond_nine(ledger: Ledger) -> None:
    for version in range(1, 13):
        verdict = Verdict.PENDING if version % 2 else Verdict.TRUSTED
        ledger.write(
            plain_record(
                version, verdict=verdict, updated_at=NOW + timedelta(minutes=version)
            ),
            expected=version - 1,
            report={"version": version, "text": "é", "nested": [None, True, 1.5]},
        )
    history = ledger.history(subject_key())
    assert [entry.version for entry in history] == list(range(1, 13))
    assert history[11].verdict == "trusted"
    assert history[11].at == NOW + timedelta(minutes=12)
    assert history[11].report == {
        "version": 12,
        "text": "é",
        "nested": [None, True, 1.5],
    }


def test_history_is_of_one_subject(ledger: Ledger) -> None:
    ledger.write(plain_record(), expected=0, report={"of": "app"})
    other = subject_key("app", f"sha256:{'b' * 64}")
    ledger.write(plain_record(key=other), expected=0)
    assert list(ledger.history(other)) == []


def test_a_second_intent_of_the_same_name_conflicts(ledger: Ledger) -> None:
    intent = Intent(id="1-archive", action="archive", decided_at=NOW, reason="unsigned")
    ledger.write(plain_record(), expected=0, intent=intent)
    with pytest.raises(Conflict):
        ledger.write(plain_record(2), expected=1, intent=intent)
    assert ledger.current(subject_key()) == plain_record()


def test_due_is_what_is_due_earliest_first_and_no_more_than_asked(
    ledger: Ledger,
) -> None:
    for number in range(12):
        ledger.write(
            plain_record(
                key=subject_key(f"app-{number}"),
                due=NOW + timedelta(seconds=11 - number),
            ),
            expected=0,
        )
    ledger.write(plain_record(key=subject_key("never-due")), expected=0)
    before = NOW + timedelta(seconds=5)
    assert [each.key.repository for each in ledger.due(before, limit=100)] == [
        "app-11",
        "app-10",
        "app-9",
        "app-8",
        "app-7",
        "app-6",
    ]
    assert [each.key.repository for each in ledger.due(before, limit=2)] == [
        "app-11",
        "app-10",
    ]


def test_what_is_no_longer_due_leaves_the_index(ledger: Ledger) -> None:
    ledger.write(plain_record(due=NOW), expected=0)
    ledger.write(plain_record(2, due=None), expected=1)
    assert list(ledger.due(NOW + timedelta(days=1), limit=10)) == []
