"""One suite for every ledger: the table (on moto) and the one in memory."""

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from moto import mock_aws

from notation_verifier import Descriptor
from sealward.aws.attribute_values import attribute_values
from sealward.aws.ledger_table import LedgerTable
from sealward.aws.reports import pack
from sealward.ledger import (
    Exposure,
    FindingState,
    FindingStatus,
    Hold,
    HoldState,
    JudgedReferrers,
    Recalled,
    Record,
    Verdict,
)
from sealward.ledger.judged import REFUSED_LIMIT
from sealward.ports import Conflict, Denied, Intent, Ledger, Unavailable
from sealward.subjects import SubjectKey
from simulator.in_process_ledger import InProcessLedger
from tests.template.rendering import load, render

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
DIGEST = f"sha256:{'a' * 64}"


def _key(name: str = "app", digest: str = DIGEST) -> SubjectKey:
    return SubjectKey(repository=name, digest=digest)


def _record(version: int = 1, **changes: Any) -> Record:
    plain = Record(
        key=_key(),
        version=version,
        verdict=Verdict.PENDING,
        reason="no-signature",
        detail="No signature yet; the grace ends at 12:10.",
        strict_verdict=Verdict.PENDING,
        statement="prod",
        statement_hash="sha256:5a",
        bundle_serial=7,
        bundle_digest="sha256:b1",
        evidence="sha256:e1",
        descriptor=None,
        tags=(),
        first_seen=NOW,
        pushed_at=None,
        settled_at=None,
        ever_trusted=False,
        unknown_since=None,
        looks=0,
        due=None,
        signature=None,
        signer=None,
        hold=None,
        finding=None,
        proposal="",
        updated_at=NOW,
    )
    return replace(plain, **changes)


def _full_record() -> Record:
    return _record(
        verdict=Verdict.UNTRUSTED,
        detail="größer: 画像 \U0001f512",
        descriptor=Descriptor(media_type="application/x", digest=DIGEST, size=2**53),
        tags=("latest", "v1"),
        pushed_at=NOW - timedelta(days=400),
        settled_at=NOW,
        ever_trusted=True,
        unknown_since=NOW,
        looks=12,
        due=NOW + timedelta(microseconds=1),
        signature=DIGEST,
        problem="manifest-ambiguous",
        signer="x509.subject: CN=build, O=Example, C=US",
        hold=Hold(state=HoldState.HELD, since=NOW, applied=3, detail="re-pushed"),
        finding=FindingState(
            id="sealward/1",
            status=FindingStatus.OPEN,
            created_at=NOW,
            updated_at=NOW + timedelta(milliseconds=1),
            content="sha256:c0",
            delivered=False,
        ),
        proposal="quarantine",
        exposure=Exposure(seconds=12.345, open_since=NOW),
    )


@pytest.fixture
def dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator["DynamoDBClient"]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client: Any = botocore.session.Session().create_client(
            "dynamodb", region_name="us-east-1"
        )
        properties = render(load())["LedgerTable"]["Properties"]
        client.create_table(
            TableName="ledger",
            **{
                name: properties[name]
                for name in (
                    "AttributeDefinitions",
                    "BillingMode",
                    "GlobalSecondaryIndexes",
                    "KeySchema",
                )
            },
        )
        yield client


@pytest.fixture(params=["table", "memory"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    if request.param == "memory":
        return InProcessLedger()
    return LedgerTable("ledger", request.getfixturevalue("dynamodb"))


def test_nothing_is_known_of_what_was_never_written(ledger: Ledger) -> None:
    assert ledger.current(_key()) is None
    assert list(ledger.history(_key())) == []
    assert list(ledger.due(NOW, limit=10)) == []


@pytest.mark.parametrize("make", [_record, _full_record])
def test_a_record_comes_back_as_it_went(
    ledger: Ledger, make: Callable[[], Record]
) -> None:
    ledger.write(make(), expected=0)
    assert ledger.current(_key()) == make()


def test_a_write_on_the_version_read_succeeds(ledger: Ledger) -> None:
    ledger.write(_full_record(), expected=0)
    ledger.write(_record(2), expected=1)
    assert ledger.current(_key()) == _record(2)


@pytest.mark.parametrize("report", [None, {"checks": []}])
@pytest.mark.parametrize(("stored", "expected"), [(1, 0), (2, 1), (0, 1), (1, 2)])
def test_a_write_on_any_other_version_conflicts_and_changes_nothing(
    ledger: Ledger, stored: int, expected: int, report: dict[str, Any] | None
) -> None:
    for version in range(1, stored + 1):
        ledger.write(_record(version), expected=version - 1)
    before = ledger.current(_key())
    with pytest.raises(Conflict):
        ledger.write(
            _record(expected + 1, reason="other"), expected=expected, report=report
        )
    assert ledger.current(_key()) == before
    assert list(ledger.history(_key())) == []


def test_a_record_must_follow_the_version_it_expects(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="version 3"):
        ledger.write(_record(3), expected=1)


def test_history_keeps_reports_oldest_first_beyond_nine(ledger: Ledger) -> None:
    for version in range(1, 13):
        verdict = Verdict.PENDING if version % 2 else Verdict.TRUSTED
        ledger.write(
            _record(
                version, verdict=verdict, updated_at=NOW + timedelta(minutes=version)
            ),
            expected=version - 1,
            report={"version": version, "text": "é", "nested": [None, True, 1.5]},
        )
    history = ledger.history(_key())
    assert [entry.version for entry in history] == list(range(1, 13))
    assert history[11].verdict == "trusted"
    assert history[11].at == NOW + timedelta(minutes=12)
    assert history[11].report == {
        "version": 12,
        "text": "é",
        "nested": [None, True, 1.5],
    }


def test_history_is_of_one_subject(ledger: Ledger) -> None:
    ledger.write(_record(), expected=0, report={"of": "app"})
    other = _key("app", f"sha256:{'b' * 64}")
    ledger.write(_record(key=other), expected=0)
    assert list(ledger.history(other)) == []


def test_a_second_intent_of_the_same_name_conflicts(ledger: Ledger) -> None:
    intent = Intent(id="1-archive", action="archive", decided_at=NOW, reason="unsigned")
    ledger.write(_record(), expected=0, intent=intent)
    with pytest.raises(Conflict):
        ledger.write(_record(2), expected=1, intent=intent)
    assert ledger.current(_key()) == _record()


def test_due_is_what_is_due_earliest_first_and_no_more_than_asked(
    ledger: Ledger,
) -> None:
    for number in range(12):
        ledger.write(
            _record(
                key=_key(f"app-{number}"), due=NOW + timedelta(seconds=11 - number)
            ),
            expected=0,
        )
    ledger.write(_record(key=_key("never-due")), expected=0)
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
    ledger.write(_record(due=NOW), expected=0)
    ledger.write(_record(2, due=None), expected=1)
    assert list(ledger.due(NOW + timedelta(days=1), limit=10)) == []


# -- what only a table can do ----------------------------------------------------------


def test_the_intent_is_stored_beside_the_record(dynamodb: "DynamoDBClient") -> None:
    table = LedgerTable("ledger", dynamodb)
    intent = Intent(id="1-archive", action="archive", decided_at=NOW, reason="unsigned")
    table.write(_record(), expected=0, intent=intent)
    assert table.intents(_key()) == [intent]


def test_history_that_outlived_its_record_keeps_no_new_one_out(
    dynamodb: "DynamoDBClient",
) -> None:
    table = LedgerTable("ledger", dynamodb)
    later = NOW + timedelta(minutes=1)
    for at in (NOW, later):
        intent = Intent(id="1", action="archive", decided_at=at, reason="unsigned")
        table.write(
            _record(updated_at=at), expected=0, report=_noise(at), intent=intent
        )
        dynamodb.delete_item(
            TableName="ledger",
            Key={"pk": {"S": str(_key())}, "sk": {"S": "current"}},
        )
    assert [entry.at for entry in table.history(_key())] == [NOW, later]
    assert [intent.decided_at for intent in table.intents(_key())] == [NOW, later]


def _noise(seed: object, words: int = 200) -> dict[str, Any]:
    """Return a report that cannot be packed small: it goes beside its record."""
    return {"noise": [sha256(f"{seed} {n}".encode()).hexdigest() for n in range(words)]}


def _item_keys(client: "DynamoDBClient") -> list[str]:
    return [
        item["sk"]["S"].split("#")[0]
        for item in client.scan(TableName="ledger")["Items"]
    ]


def test_a_first_verdict_with_its_report_and_intent_is_one_item(
    dynamodb: "DynamoDBClient",
) -> None:
    intent = Intent(id="1-archive", action="archive", decided_at=NOW, reason="unsigned")
    LedgerTable("ledger", dynamodb).write(
        _record(), expected=0, report={"checks": []}, intent=intent
    )
    assert _item_keys(dynamodb) == ["current"]


def test_what_no_longer_fits_a_record_is_moved_out_oldest_first(
    dynamodb: "DynamoDBClient",
) -> None:
    table = LedgerTable("ledger", dynamodb)
    for version in range(1, 5):
        table.write(
            _record(version, updated_at=NOW + timedelta(minutes=version)),
            expected=version - 1,
            report=_noise(version, 10),
        )
    assert _item_keys(dynamodb) == ["current", "h", "h"]
    stored = dynamodb.scan(TableName="ledger")["Items"]
    assert max(len(item.get("entries", {}).get("B", b"")) for item in stored) <= 900
    assert [entry.report for entry in table.history(_key())] == [
        _noise(version, 10) for version in range(1, 5)
    ]


def test_a_function_that_did_not_read_the_record_loses_none_of_its_history(
    dynamodb: "DynamoDBClient",
) -> None:
    LedgerTable("ledger", dynamodb).write(_record(), expected=0, report={"at": 1})
    LedgerTable("ledger", dynamodb).write(_record(2), expected=1)
    third = _record(3, updated_at=NOW + timedelta(minutes=1))
    LedgerTable("ledger", dynamodb).write(third, expected=2, report={"at": 3})
    found = LedgerTable("ledger", dynamodb).history(_key())
    assert [entry.report for entry in found] == [{"at": 1}, {"at": 3}]


@pytest.mark.parametrize("words", [10, 200])
def test_a_lost_race_leaves_only_history_that_happened(
    dynamodb: "DynamoDBClient", words: int
) -> None:
    """Also where the loser moved entries out of the record before it lost."""
    loser, winner = (LedgerTable("ledger", dynamodb) for _ in range(2))
    for version in (1, 2):
        at = NOW + timedelta(minutes=version)
        loser.write(
            _record(version, updated_at=at),
            expected=version - 1,
            report=_noise(version, 10),
        )
    winner.write(_record(3), expected=2)
    with pytest.raises(Conflict):
        loser.write(_record(3, reason="other"), expected=2, report=_noise(3, words))
    found = loser.history(_key())
    assert [entry.report for entry in found] == [_noise(1, 10), _noise(2, 10)]


def test_history_that_cannot_be_read_is_said_so_and_never_dropped(
    dynamodb: "DynamoDBClient",
) -> None:
    table = LedgerTable("ledger", dynamodb)
    table.write(_record(), expected=0, report={"at": 1})
    key = {"pk": {"S": str(_key())}, "sk": {"S": "current"}}
    stored = dynamodb.get_item(TableName="ledger", Key=key)["Item"]
    poison = {"entries": {"B": b"no report"}}
    dynamodb.put_item(TableName="ledger", Item={**stored, **poison})
    assert table.current(_key()) == _record()
    with pytest.raises(Unavailable, match=str(_key())):
        table.history(_key())
    with pytest.raises(Unavailable, match=str(_key())):
        table.write(_record(2), expected=1, report={"at": 2})
    table.write(_record(2), expected=1)
    stored = dynamodb.get_item(TableName="ledger", Key=key)["Item"]
    assert stored["entries"] == {"B": b"no report"}


def test_a_report_too_large_to_keep_does_not_keep_the_verdict_out(
    dynamodb: "DynamoDBClient",
) -> None:
    table = LedgerTable("ledger", dynamodb)
    noise = [f"{number:x}-{hash((number, 'x'))}" for number in range(80_000)]
    table.write(_record(), expected=0, report={"noise": noise})
    assert table.current(_key()) == _record()
    (entry,) = table.history(_key())
    assert entry.report["bytes"] == len(
        json.dumps({"noise": noise}, separators=(",", ":"))
    )


def test_a_record_of_the_version_before_is_read_and_written_on(
    dynamodb: "DynamoDBClient",
) -> None:
    """As version 1 wrote it, index attributes included."""
    text = "2026-11-21T12:00:00.123456Z"
    written: dict[str, Any] = {
        "pk": str(_key()),
        "sk": "current",
        "schema": 1,
        "repository": "app",
        "digest": DIGEST,
        "version": 1,
        "verdict": "untrusted",
        "reason": "not-anchored",
        "detail": "",
        "strict_verdict": "untrusted",
        "statement": "prod",
        "statement_hash": "sha256:5a",
        "bundle_serial": 7,
        "bundle_digest": "sha256:b1",
        "evidence": "sha256:e1",
        "descriptor": {"media_type": "application/x", "digest": DIGEST, "size": 5},
        "tags": ["v1"],
        "first_seen": text,
        "ever_trusted": True,
        "looks": 3,
        "due": text,
        "due_shard": "1",
        "due_at": text,
        "signer": "x509.subject: CN=build",
        "by_signer": "x509.subject: CN=build",
        "by_statement": "sha256:5a",
        "by_state": "untrusted",
        "proposal": "",
        "exposure_ms": 12,
        "updated_at": text,
    }
    history = {
        "pk": str(_key()),
        "sk": f"h#000000000001#{text}",
        "version": 1,
        "at": text,
        "verdict": "untrusted",
        "report": zlib.compress(b'{"checks": []}'),
    }
    for item in (written, history):
        dynamodb.put_item(TableName="ledger", Item=attribute_values(item))
    expected = _record(
        verdict=Verdict.UNTRUSTED,
        strict_verdict=Verdict.UNTRUSTED,
        reason="not-anchored",
        detail="",
        descriptor=Descriptor(media_type="application/x", digest=DIGEST, size=5),
        tags=("v1",),
        ever_trusted=True,
        looks=3,
        due=NOW,
        signer="x509.subject: CN=build",
        exposure=Exposure(seconds=0.012),
    )
    table = LedgerTable("ledger", dynamodb)
    assert table.current(_key()) == expected
    second = replace(expected, version=2, updated_at=NOW + timedelta(minutes=1))
    table.write(second, expected=1, report={"checks": [1]})
    assert table.current(_key()) == second
    found = [entry.report for entry in table.history(_key())]
    assert found == [{"checks": []}, {"checks": [1]}]


def test_a_record_of_the_version_before_under_another_key_is_none(
    dynamodb: "DynamoDBClient",
) -> None:
    item = {"pk": str(_key()), "sk": "current", "schema": 1, "repository": "other"}
    dynamodb.put_item(
        TableName="ledger", Item=attribute_values({**item, "digest": DIGEST})
    )
    with pytest.raises(Unavailable, match="the record is of other@"):
        LedgerTable("ledger", dynamodb).current(_key())


@pytest.mark.parametrize(
    "poison",
    [
        {"schema": {"N": "99"}},
        {"verdict": {"S": "splendid"}},
        {"version": {"S": "one"}},
        {"due_at": {"S": "tomorrow"}},
        {"tags": {"NULL": True}},
        {"looks": {"N": "1.5"}},
        {"descriptor": {"M": {}}},
    ],
)
def test_a_row_that_is_no_record_is_never_a_verdict(
    dynamodb: "DynamoDBClient", poison: dict[str, Any]
) -> None:
    table = LedgerTable("ledger", dynamodb)
    table.write(_full_record(), expected=0)
    key = {"pk": {"S": str(_key())}, "sk": {"S": "current"}}
    stored = dynamodb.get_item(TableName="ledger", Key=key)["Item"]
    dynamodb.put_item(TableName="ledger", Item={**stored, **poison})
    with pytest.raises(Unavailable, match=str(_key())):
        table.current(_key())


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
    assert ledger.judged(_key()) is None


@pytest.mark.parametrize("number", [0, 1, REFUSED_LIMIT])
def test_what_was_judged_comes_back_as_it_went(ledger: Ledger, number: int) -> None:
    ledger.keep_judged(_key(), _judged(number))
    assert ledger.judged(_key()) == _judged(number)


def test_the_last_writer_of_what_was_judged_wins_and_no_record_is_touched(
    ledger: Ledger,
) -> None:
    ledger.write(_full_record(), expected=0, report={"a": 1})
    ledger.keep_judged(_key(), _judged(5))
    ledger.keep_judged(_key(), _judged(2, "m2"))
    assert ledger.judged(_key()) == _judged(2, "m2")
    assert ledger.judged(_key("other")) is None
    assert ledger.current(_key()) == _full_record()
    assert [entry.version for entry in ledger.history(_key())] == [1]


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
    row: dict[str, Any] = {"pk": {"S": str(_key())}, "sk": {"S": "judged"}}
    if poison is not None:
        row["judged"] = poison
    dynamodb.put_item(TableName="ledger", Item=row)
    assert LedgerTable("ledger", dynamodb).judged(_key()) is None


def test_a_thousand_refusals_fit_in_a_tenth_of_an_item(
    dynamodb: "DynamoDBClient",
) -> None:
    refused = tuple(
        replace(each, digest=f"sha256:{sha256(each.digest.encode()).hexdigest()}")
        for each in _judged(2 * REFUSED_LIMIT).refused
    )
    table = LedgerTable("ledger", dynamodb)
    table.keep_judged(_key(), JudgedReferrers(material="m1", refused=refused))
    found = table.judged(_key())
    assert found is not None
    assert found.refused == refused[:REFUSED_LIMIT]
    key = {"pk": {"S": str(_key())}, "sk": {"S": "judged"}}
    stored = dynamodb.get_item(TableName="ledger", Key=key)["Item"]
    assert len(stored["judged"]["B"]) < 40 * 1024


def test_a_missing_table_is_for_a_person_to_mend(dynamodb: "DynamoDBClient") -> None:
    table = LedgerTable("no-such-table", dynamodb)
    with pytest.raises(Denied, match="ResourceNotFoundException"):
        table.current(_key())


def test_sparse_indexes_hold_what_they_are_for(dynamodb: "DynamoDBClient") -> None:
    table = LedgerTable("ledger", dynamodb)
    table.write(_full_record(), expected=0, report={})
    table.write(
        _record(key=_key("quiet"), verdict=Verdict.TRUSTED, statement_hash=""),
        expected=0,
    )
    for index in ("due", "signer", "statement", "state"):
        rows = dynamodb.scan(TableName="ledger", IndexName=index)["Items"]
        assert [row["pk"]["S"] for row in rows] == [str(_key())], index
