"""A month of history: complete, in order, and no line of it changed unseen."""

import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from click.testing import CliRunner
from moto import mock_aws

from sealward.aws.ledger.history_export import HistoryExport
from sealward.aws.ledger.history_table import CURRENT, HistoryTable
from sealward.aws.ledger.ledger_table import LedgerTable
from sealward.aws.ledger.reports import unpack
from sealward.cli.__main__ import main
from sealward.cli.sorted_lines import sorted_lines
from sealward.ports.ledger import Intent
from tests.ledger_on_moto import ledger_on_moto
from tests.ledger_records import plain_record, subject_key

TABLE = ["--table", "ledger", "--region", "us-east-1"]
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def client() -> Iterator[Any]:
    with ledger_on_moto() as client:
        yield client


@pytest.fixture
def ledger(client: Any) -> LedgerTable:
    ledger = LedgerTable("ledger", client)
    for number in range(6):
        key = subject_key(f"app-{number % 2}")
        at = NOVEMBER + timedelta(days=7 * number)
        version = 1 + number // 2
        ledger.write(
            plain_record(key=key, version=version, updated_at=at),
            expected=version - 1,
            # Large, and unlike any other: what an item carries must overflow.
            report={"reason": "r", "number": number, "text": f"{number}" + LONG},
            intent=Intent(
                id=str(number), action="archive", decided_at=at, reason="unsigned"
            ),
        )
    return ledger


LONG = "".join(chr(33 + (n * n * 31 + n) % 90) for n in range(700))


def made(service: str) -> Any:
    return botocore.session.Session().create_client(service, region_name="us-east-1")


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["export", *arguments])
    return done.exit_code, done.output


def exported(path: Path, month: str = "2026-11", *more: str) -> list[Any]:
    code, said = run("month", month, "--to", str(path), *TABLE, *more)
    assert code == 0, said
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.usefixtures("ledger")
def test_a_month_holds_its_own_decisions_and_actions_in_order(tmp_path: Path) -> None:
    first, *lines, last = exported(tmp_path / "november")
    entries = [each["entry"] for each in lines]
    assert first["header"]["month"] == "2026-11"
    assert last["end"] == {"entries": len(entries)}
    assert [each["at"] for each in entries] == sorted(each["at"] for each in entries)
    decided = [each for each in entries if "report" in each]
    assert [each["report"]["number"] for each in decided] == [0, 1, 2, 3, 4]
    assert len([each for each in entries if "action" in each]) == 5
    later = [e["entry"] for e in exported(tmp_path / "december", "2026-12")[1:-1]]
    assert [e["report"]["number"] for e in later if "report" in e] == [5]


@pytest.mark.usefixtures("ledger")
def test_an_entry_on_its_way_out_of_its_record_is_written_once(
    client: Any, tmp_path: Path
) -> None:
    before = exported(tmp_path / "before")
    moved = 0
    for key in (subject_key("app-0"), subject_key("app-1")):
        named = {"pk": {"S": str(key)}, "sk": {"S": CURRENT}}
        item = client.get_item(TableName="ledger", Key=named)["Item"]
        entries = unpack(item["entries"]["B"])["entries"]
        HistoryTable("ledger", client).put(key, entries)
        moved += len(entries)
    after = exported(tmp_path / "after")
    assert moved >= 2
    assert [each["entry"] for each in after[1:-1]] == [
        each["entry"] for each in before[1:-1]
    ]


@pytest.mark.usefixtures("ledger")
def test_an_export_holds_and_its_next_one_follows_it(tmp_path: Path) -> None:
    november, december = tmp_path / "november", tmp_path / "december"
    exported(november)
    exported(december, "2026-12", "--after", str(november))
    assert run("verify", str(november))[0] == 0
    code, said = run("verify", str(december), "--after", str(november))
    assert (code, "holds" in said) == (0, True)
    code, said = run("verify", str(november), "--after", str(december))
    assert (code, "does not follow" in said) == (1, True)


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [lines[0].replace("2026-11", "2026-10", 1), *lines[1:]],
        lambda lines: [*lines[:2], lines[2].replace("app-", "apq-", 1), *lines[3:]],
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        lambda lines: lines[:-1],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines[:3], lines[2], *lines[3:]],
        lambda lines: [*lines[:2], "{", *lines[3:]],
        lambda _lines: [],
        lambda lines: lines[1:],
    ],
    ids=(
        "header",
        "entry",
        "lost",
        "moved",
        "cut",
        "more",
        "twice",
        "no-json",
        "empty",
        "headless",
    ),
)
def test_a_line_that_was_changed_lost_added_or_moved_breaks_it(
    tmp_path: Path, change: Any
) -> None:
    path = tmp_path / "november"
    exported(path)
    lines = path.read_text().splitlines()
    path.write_text("".join(f"{line}\n" for line in change(lines)))
    code, said = run("verify", str(path))
    assert (code, "does not hold" in said) == (1, True)


def test_what_is_forged_is_left_out_where_the_seal_can_be_checked(
    client: Any, ledger: LedgerTable, tmp_path: Path
) -> None:
    del ledger  # nothing of it is sealed: with a key all of it counts as forged
    secrets = made("secretsmanager")
    secrets.create_secret(Name="key", SecretString="k" * 64)
    assert len(list(HistoryExport("ledger", client).of_month("2026-11"))) == 10
    lines = exported(tmp_path / "november", "2026-11", "--key", "key")
    assert lines[0]["header"]["sealChecked"] is True
    assert lines[-1]["end"] == {"entries": 0}


@pytest.mark.usefixtures("ledger")
def test_it_is_put_into_s3_once(tmp_path: Path) -> None:
    s3 = made("s3")
    s3.create_bucket(Bucket="audit")
    target = "s3://audit/2026-11.jsonl"
    assert run("month", "2026-11", "--to", target, *TABLE)[0] == 0
    path = tmp_path / "copy"
    path.write_bytes(s3.get_object(Bucket="audit", Key="2026-11.jsonl")["Body"].read())
    assert run("verify", str(path))[0] == 0


@pytest.mark.usefixtures("ledger")
def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "november"
    path.write_text("an older export")
    assert run("month", "2026-11", "--to", str(path), *TABLE)[0] == 2
    assert path.read_text() == "an older export"


@pytest.mark.parametrize("month", ["2026-13", "2026", "november", "2026-1"])
def test_what_is_no_month_is_refused(month: str) -> None:
    with mock_aws():
        assert run("month", month, "--to", "x", *TABLE)[0] == 2


def test_more_than_fits_into_memory_is_sorted_all_the_same() -> None:
    entries = [(f"{n * 7919 % 1000:04d}", {"n": n}) for n in range(1000)]
    with sorted_lines(iter(entries), chunk=64) as lines:
        assert list(lines) == [
            entry for _, entry in sorted(entries, key=lambda e: e[0])
        ]


def test_what_comes_twice_is_written_once_however_far_apart() -> None:
    entries = [(f"{n % 50:04d}", {"n": n % 100}) for n in range(1000)]
    with sorted_lines(iter(entries), chunk=64) as lines:
        found = [each["n"] for each in lines]
    assert sorted(found) == list(range(100))


def test_many_entries_take_the_memory_of_a_chunk() -> None:
    report = {"reason": "no-signature", "text": "x" * 300}
    entries = (
        (f"2026-11-22T{n % 86_400:06d} prod/app@{n:064x}", {"n": n, "report": report})
        for n in range(10_000)
    )
    tracemalloc.start()
    try:
        with sorted_lines(entries, chunk=1_000) as lines:
            count = sum(1 for _ in lines)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 10_000
    assert most < 4 * 1024 * 1024
