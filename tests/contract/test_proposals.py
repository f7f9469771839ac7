"""One suite for every ledger: proposals, answers, notes, reversals."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sealward.ledger import FindingState, FindingStatus, Verdict, reported_state
from sealward.ports.failures import Conflict
from sealward.ports.ledger import Ledger
from sealward.proposals import (
    APPROVALS_LIMIT,
    DIGESTS_LIMIT,
    Answer,
    Approval,
    Cause,
    Newest,
    Proposal,
    RepositoryNote,
    Reversal,
    Trip,
)
from sealward.subjects import SubjectKey
from tests.ledger_records import plain_record

NOW = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PROPOSAL = Proposal(
    id="expired-0123456789ab",
    cause=Cause.EXPIRED,
    action="quarantine",
    statement="prod",
    statement_hash="5a",
    bundle_serial=3,
    opened_at=NOW,
    reason="signature-expired",
)


def _approval(
    minute: int = 0, by: str = "arn:ann", **part: tuple[str, ...]
) -> Approval:
    return Approval(
        proposal_id=PROPOSAL.id,
        answer=Answer.APPROVED,
        by=by,
        at=NOW + minute * MINUTE,
        until=NOW + timedelta(days=7),
        repositories=part.get("repositories", ()),
        digests=part.get("digests", ()),
        reason="größer",
    )


def _keys(count: int, repository: str) -> Iterator[SubjectKey]:
    for number in range(count):
        yield SubjectKey(repository=repository, digest=f"sha256:{number:064x}")


def test_nothing_is_proposed_at_first(ledger: Ledger) -> None:
    assert list(ledger.proposals()) == []
    assert list(ledger.approvals("none-0")) == []
    assert ledger.repository_note("app") == RepositoryNote()
    assert ledger.last_trip() is None


def test_a_proposal_is_opened_once(ledger: Ledger) -> None:
    ledger.open_proposal(PROPOSAL)
    later = Proposal(
        **{
            name: getattr(PROPOSAL, name)
            for name in PROPOSAL.__slots__
            if name != "opened_at"
        },
        opened_at=NOW + MINUTE,
    )
    ledger.open_proposal(later)
    assert list(ledger.proposals()) == [PROPOSAL]


def test_answers_come_back_as_they_went_oldest_first(ledger: Ledger) -> None:
    second = _approval(1, digests=("sha256:a",), repositories=("app",))
    ledger.approve(second)
    ledger.approve(_approval(0))
    assert list(ledger.approvals(PROPOSAL.id)) == [_approval(0), second]


def test_two_people_may_answer_at_one_instant_and_one_only_once(ledger: Ledger) -> None:
    ledger.approve(_approval())
    ledger.approve(_approval(by="arn:ben"))
    with pytest.raises(Conflict):
        ledger.approve(_approval())
    assert len(ledger.approvals(PROPOSAL.id)) == 2


def test_only_the_newest_answers_are_read(ledger: Ledger) -> None:
    for minute in range(APPROVALS_LIMIT + 3):
        ledger.approve(_approval(minute))
    read = ledger.approvals(PROPOSAL.id)
    assert len(read) == APPROVALS_LIMIT
    assert read[-1] == _approval(APPROVALS_LIMIT + 2)


def test_an_answer_of_as_many_digests_as_are_allowed_fits(ledger: Ledger) -> None:
    digests = tuple(f"sha256:{number:064x}" for number in range(DIGESTS_LIMIT))
    ledger.approve(_approval(digests=digests))
    (read,) = ledger.approvals(PROPOSAL.id)
    assert read.digests == digests


def test_a_state_is_counted_and_listed_by_repository(ledger: Ledger) -> None:
    for repository, count in (("app", 3), ("app-test", 2)):
        for key in _keys(count, repository):
            ledger.write(
                plain_record(key=key, verdict=Verdict.UNSIGNED, reported="unsigned"),
                expected=0,
            )
    state = reported_state("unsigned")
    assert ledger.count(state) == 5
    assert ledger.count(state, "app") == 3, "a prefix of a name is no repository"
    assert sorted(ledger.members(state, repository="app", limit=10)) == list(
        _keys(3, "app")
    )
    assert len(ledger.members(state, limit=4)) == 4


def test_what_leaves_a_state_is_counted_no_more(ledger: Ledger) -> None:
    (key,) = _keys(1, "app")
    ledger.write(
        plain_record(key=key, verdict=Verdict.UNSIGNED, reported="unsigned"), expected=0
    )
    ledger.write(plain_record(2, key=key, verdict=Verdict.TRUSTED), expected=1)
    assert ledger.count(reported_state("unsigned")) == 0


def test_a_note_is_written_on_condition_of_its_version(ledger: Ledger) -> None:
    note = RepositoryNote(
        version=1,
        finding=FindingState(
            id="id",
            status=FindingStatus.OPEN,
            created_at=NOW,
            updated_at=NOW,
            content="c",
            delivered=True,
        ),
        newest=(Newest(digest="sha256:a", tag="v1", reason="no-signature", at=NOW),),
        proposals=(PROPOSAL.id,),
        told_at=NOW,
        holder="sha256:a",
        holder_due=NOW + MINUTE,
    )
    ledger.keep_repository_note("app", note, expected=0)
    assert ledger.repository_note("app") == note
    with pytest.raises(Conflict):
        ledger.keep_repository_note("app", note, expected=0)


def test_a_reversal_counts_once_and_for_an_hour(ledger: Ledger) -> None:
    key, other = _keys(2, "app")
    for minute in (0, 1):
        ledger.record_reversal(
            Reversal(proposal_id=PROPOSAL.id, key=key, at=NOW + minute * MINUTE)
        )
    late = Reversal(proposal_id=PROPOSAL.id, key=other, at=NOW + 50 * MINUTE)
    ledger.record_reversal(late)
    now = NOW + 50 * MINUTE
    assert len(ledger.reversals(now - 60 * MINUTE, now)) == 2
    now = NOW + 90 * MINUTE
    assert list(ledger.reversals(now - 60 * MINUTE, now)) == [late]


def test_the_last_trip_is_remembered(ledger: Ledger) -> None:
    for minute in (0, 1):
        trip = Trip(
            at=NOW + minute * MINUTE,
            reversals=20,
            repositories=("app",),
            proposals=(PROPOSAL.id,),
            finding=FindingState(
                id="id",
                status=FindingStatus.OPEN,
                created_at=NOW,
                updated_at=NOW,
                content="c",
                delivered=False,
            )
            if minute
            else None,
        )
        ledger.keep_trip(trip)
        assert ledger.last_trip() == trip
