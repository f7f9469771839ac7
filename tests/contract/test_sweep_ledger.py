"""One suite for what a sweep reads of the ledger: the table (on moto) and in memory."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.sweep_table import PARTITION, SweepTable
from sealward.ledger import Record, Verdict
from sealward.ledger.indexes import LONGEST, UNGOVERNED
from sealward.ports.failures import Conflict, Denied, Unavailable
from sealward.subjects import SubjectKey
from sealward.sweep.ports import SweepLedger
from sealward.sweep.progress import (
    Kind,
    Progress,
    Recheck,
    Visit,
    Walk,
)
from simulator.in_process.ledger import InProcessLedger
from simulator.in_process.sweep import InProcessSweepLedger
from tests.ledger_records import NOW, plain_record, subject_key

Write = Callable[[Record], None]


@pytest.fixture(params=["table", "memory"])
def made(request: pytest.FixtureRequest) -> tuple[SweepLedger, Write]:
    if request.param == "memory":
        memory = InProcessLedger()
        return InProcessSweepLedger(memory), lambda record: memory.write(
            record, expected=0
        )
    client: Any = request.getfixturevalue("dynamodb")
    table = LedgerTable("ledger", client)
    return SweepTable("ledger", client), lambda record: table.write(record, expected=0)


def _digest(number: int) -> str:
    return f"sha256:{number:064x}"


def _of(repository: str, number: int, **changes: Any) -> Record:
    return plain_record(key=subject_key(repository, _digest(number)), **changes)


def test_records_are_those_that_there_are(made: tuple[SweepLedger, Write]) -> None:
    ledger, write = made
    written = [_of("app", number) for number in range(120)]
    for record in written:
        write(record)
    keys = [record.key for record in written]
    found = ledger.records([*keys, subject_key("app", _digest(999))])
    assert set(found) == set(keys)
    assert found[keys[7]].verdict is Verdict.PENDING
    assert ledger.records([]) == {}


def test_subjects_are_found_by_statement_in_order_and_from_where_one_stopped(
    made: tuple[SweepLedger, Write],
) -> None:
    ledger, write = made
    for repository in ("b", "a", "a-c", "a/d"):
        for number in (3, 1, 2):
            write(_of(repository, number, statement_hash="h1"))
    write(_of("other", 1, statement_hash="h2"))
    everything = ledger.under_statement("h1", limit=100)
    assert [str(key) for key in everything] == sorted(str(key) for key in everything)
    assert len(everything) == 12
    assert ledger.under_statement("h1", limit=5) == everything[:5]
    following = ledger.under_statement("h1", after=str(everything[4]), limit=100)
    assert following == everything[5:]
    one = ledger.under_statement("h1", repository="a", limit=100)
    assert {key.repository for key in one} == {"a"}
    assert len(one) == 3
    assert not ledger.under_statement("h1", after=str(everything[-1]), limit=1)


def test_what_no_policy_names_is_found(made: tuple[SweepLedger, Write]) -> None:
    ledger, write = made
    write(_of("app", 1, statement_hash="", verdict=Verdict.UNGOVERNED))
    write(_of("app", 2, statement_hash="", verdict=Verdict.INCONCLUSIVE))
    (found,) = ledger.under_statement(UNGOVERNED, limit=10)
    assert found.digest == _digest(1)
    assert ledger.records([found])[found].statement_hash == ""


@pytest.mark.parametrize(
    "signer",
    ["x509.subject: CN=build", f"x509.subject: CN={'ü' * LONGEST}"],
    ids=["short", "longer than a key may be"],
)
def test_subjects_are_found_by_what_made_them_trusted(
    made: tuple[SweepLedger, Write], signer: str
) -> None:
    ledger, write = made
    for number in (2, 1):
        write(_of("app", number, signer=signer, verdict=Verdict.TRUSTED))
    write(_of("app", 3, signer="another", verdict=Verdict.TRUSTED))
    found = ledger.signed_by(signer, limit=10)
    assert [key.digest for key in found] == [_digest(1), _digest(2)]
    assert ledger.signed_by(signer, after=str(found[0]), limit=10) == found[1:]
    assert ledger.records(found)[found[0]].signer == signer


PROGRESS = Progress(
    version=1,
    looks=7.0,
    refilled_at=NOW,
    walk=Walk(
        started_at=NOW,
        after="prod/b",
        waiting=(Visit(repository="prod/a", after=_digest(5), failures=1),),
    ),
    walked_at=NOW,
    bundle="sha256:b1",
    statements=("h1", "h2"),
    rechecks=(Recheck(kind=Kind.SIGNER, value="CN=ü", after="app@x"),),
)


def test_progress_is_kept(made: tuple[SweepLedger, Write]) -> None:
    ledger, _ = made
    assert ledger.progress() is None
    ledger.keep_progress(PROGRESS)
    assert ledger.progress() == PROGRESS
    following = replace(PROGRESS, version=2, walk=None, walked_at=None, rechecks=())
    ledger.keep_progress(following)
    assert ledger.progress() == following


@pytest.mark.parametrize("version", [1, 3])
def test_of_two_steps_one_is_kept(
    made: tuple[SweepLedger, Write], version: int
) -> None:
    ledger, _ = made
    ledger.keep_progress(PROGRESS)
    with pytest.raises(Conflict):
        ledger.keep_progress(replace(PROGRESS, version=version))
    assert ledger.progress() == PROGRESS


def test_two_thousand_statements_fit(made: tuple[SweepLedger, Write]) -> None:
    ledger, _ = made
    many = tuple(_digest(number * 7919**9) for number in range(2_000))
    rechecks = tuple(Recheck(kind=Kind.MOVED, value=value) for value in many)
    progress = replace(PROGRESS, statements=many, rechecks=rechecks)
    ledger.keep_progress(progress)
    assert ledger.progress() == progress


def test_progress_that_cannot_be_read_is_said(dynamodb: Any) -> None:
    dynamodb.put_item(
        TableName="ledger",
        Item={"pk": {"S": PARTITION}, "sk": {"S": "current"}, "progress": {"B": b"x"}},
    )
    with pytest.raises(Unavailable, match=PARTITION):
        SweepTable("ledger", dynamodb).progress()


def test_a_record_that_cannot_be_read_is_left_to_a_look(dynamodb: Any) -> None:
    key = SubjectKey(repository="app", digest=_digest(1))
    dynamodb.put_item(
        TableName="ledger",
        Item={"pk": {"S": str(key)}, "sk": {"S": "current"}, "schema": {"N": "99"}},
    )
    assert SweepTable("ledger", dynamodb).records([key]) == {}


def test_a_table_that_is_gone_is_denied(dynamodb: Any) -> None:
    with pytest.raises(Denied):
        SweepTable("none", dynamodb).under_statement("h1", limit=1)
