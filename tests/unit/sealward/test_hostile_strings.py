"""Threat 25: one corpus of hostile strings through every output there is.

An output is a module that prints, logs, or hands text to a service. Each is registered
below with the test that holds it against the corpus; one that is not fails.
"""

import io
import json
import logging
import re
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import click
import pytest
from click.testing import CliRunner

from sealward.aws.event_bus import EventBridgeBus
from sealward.aws.owner_topics import SnsTopics
from sealward.aws.telemetry import Telemetry
from sealward.cli.endings import EndingGroup
from sealward.cli.output import as_json, table
from sealward.cli.subject_answer import SubjectAnswer
from sealward.decisions import Severity
from sealward.findings import Place, dated, next_state
from sealward.findings.breaker import breaker_tripped
from sealward.findings.bundle import bundle_raised
from sealward.findings.image import raised, resolved
from sealward.findings.ledger import ledger_forged
from sealward.findings.repository import Counted, repository_raised
from sealward.ledger import FindingStatus, Hold, HoldState, Record, Verdict
from sealward.notices import owner_message, verdict_changed
from sealward.ports.delivery import Delivered
from sealward.proposals import Newest, Trip
from simulator.clock import ManualClock
from simulator.local_aws import LocalAws
from simulator.places import place
from tests.hostile_strings import HOSTILE
from tests.json_schema import problems
from tests.ledger_records import NOW, plain_record, subject_key
from tests.unit.sealward.stand import bundle

PACKAGE = Path(__file__).parents[3] / "layers/gate/python/sealward"
HERE = Place(partition="aws", account="123456789012", region="us-east-1")
TOPIC = "arn:aws:sns:us-east-1:123456789012:payments"
_OUTPUT = re.compile(
    r"click\.echo\(|\bprint\(|sys\.stdout|put_events|batch_import_findings"
    r"|\.publish\(\s*TopicArn|Logger\(|csv\.writer|\.write_(text|bytes)\("
    r"|\bopen\([^)]*\"[wxa]"
)
SERVICES = {
    "aws/event_bus.py": "test_an_event",
    "aws/owner_topics.py": "test_a_message",
    "aws/security_hub.py": "test_a_finding",
    "aws/telemetry.py": "test_a_log_line",
    "cli/output.py": "test_a_terminal",
}
"""Outputs that encode text themselves, and the test that shows how."""
_ENCODED = re.compile(
    r"printable\(|as_json\(|\btable\(|\.lines\(\)|json\.dumps|as_json"
)


@pytest.fixture(params=list(HOSTILE.values()), ids=list(HOSTILE))
def hostile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def hostile_record(text: str) -> Record:
    return plain_record(
        key=subject_key("prod/app"),
        verdict=Verdict.UNTRUSTED,
        reason="identity-not-allowed",
        detail=text,
        statement=text,
        tags=(text, text),
        owner=text,
        pushed_by=text,
        signer=text,
        hold=Hold(state=HoldState.REFUSED, since=NOW, applied=1, detail=text),
    )


def hostile_policy(text: str) -> Any:
    """Return a policy whose texts are hostile, however it came to be."""
    policy = bundle().policies[0]
    statement = replace(policy.statement, name=text, trusted_identities=(text,))
    return replace(
        policy,
        statement=statement,
        environment=text,
        owner={"team": text, "contact": text, "topic": TOPIC},
    )


def texts(value: object) -> list[str]:
    """Return every text in ``value``, names of fields among them."""
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in texts(each)]
    if isinstance(value, list | tuple):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


def test_a_finding(hostile: str) -> None:
    record, policy = hostile_record(hostile), hostile_policy(hostile)
    documents = [
        raised(HERE, record, severity=Severity.HIGH, policy=policy),
        resolved(HERE, record, policy=hostile_policy(hostile)),
        repository_raised(
            HERE,
            "prod/app",
            Counted(
                reported={"unsigned": 1},
                newest=(
                    Newest(
                        digest=record.key.digest, tag=hostile, reason="limit", at=NOW
                    ),
                ),
            ),
            policy=policy,
            acts=True,
        ),
        bundle_raised(HERE, reason="bundle-invalid", detail=hostile),
        ledger_forged(HERE, item=hostile, now=NOW),
        breaker_tripped(
            HERE,
            Trip(at=NOW, reversals=20, repositories=(hostile,), proposals=(hostile,)),
        ),
    ]
    aws, where = LocalAws(clock=ManualClock(NOW)), place(HERE.account, HERE.region)
    aws.hub(where).enabled_at = NOW - timedelta(days=1)
    for document in documents:
        assert all(text.isprintable() for text in texts(document))
        state = next_state(None, document, FindingStatus.OPEN, now=NOW)
        answer = aws.call(
            "securityhub",
            "BatchImportFindings",
            {"Findings": [dated(document, state)]},
            place=where,
        )
        assert answer["FailedFindings"] == []


def test_an_event(hostile: str) -> None:
    record = hostile_record(hostile)
    detail = verdict_changed(HERE, record, record, hostile_policy(hostile))
    assert problems(json.loads(json.dumps(detail)), "verdict-changed.schema.json") == []
    assert all(text.isprintable() for text in texts(detail))
    client = Mock(put_events=Mock(return_value={"Entries": [{"EventId": "1"}]}))
    assert EventBridgeBus(client, "default").publish(detail) == Delivered()
    (entry,) = client.put_events.call_args.kwargs["Entries"]
    assert json.loads(entry["Detail"]) == detail
    assert entry["Detail"].isascii()
    assert len(entry["Detail"]) < 200_000, "EventBridge takes 256 KB"


def test_a_message(hostile: str) -> None:
    message = owner_message(HERE, hostile_record(hostile), hostile_policy(hostile))
    assert message is not None
    client = Mock()
    SnsTopics(lambda _: client, pytest.fail).send(message)
    sent = client.publish.call_args.kwargs
    assert sent["TopicArn"] == TOPIC
    assert len(sent["Subject"]) <= 100
    assert sent["Subject"].isascii()
    assert sent["Subject"].isprintable()
    lines = sent["Message"].split("\n")
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert [line.partition(":")[0] for line in lines] == [
        "untrusted",
        "where",
        "why",
        "policy",
        "done",
        "pushed by",
        "mend",
        "more",
    ], "no text begins a line of its own"
    assert len(sent["Message"]) < 8_000


_LOGGERS = count()


def test_a_log_line(hostile: str) -> None:
    said = io.StringIO()
    names = {
        "POWERTOOLS_SERVICE_NAME": f"hostile-{next(_LOGGERS)}",
        "POWERTOOLS_METRICS_NAMESPACE": "Sealward",
    }
    with patch.dict("os.environ", names), redirect_stdout(said):
        telemetry = Telemetry()
        # pytest keeps what reaches the root, and cannot send half a character on.
        logging.getLogger(names["POWERTOOLS_SERVICE_NAME"]).propagate = False
        telemetry.event("look", repository=hostile, detail=hostile)
        telemetry.problem("look failed", error=ValueError(hostile), reason=hostile)
        telemetry.bundle_rejected(ValueError(hostile))
        telemetry.owner_not_told(hostile)
        text = said.getvalue()
        telemetry.flush()  # Powertools would carry the counts into the next test
    lines = text.splitlines()
    assert [json.loads(line)["message"] for line in lines if line] == [
        "look",
        "look failed",
        "policy bundle rejected",
        "owner not told",
    ]
    assert text.isascii()
    assert all(line.isprintable() for line in lines)


def test_a_terminal(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    table([(hostile, "a"), ("b", hostile)])
    rows = capsys.readouterr().out.split("\n")
    assert len(rows) == 3
    assert all(row.isprintable() for row in rows)
    as_json({hostile: [hostile]})
    said = capsys.readouterr().out
    assert said.isascii()
    assert json.loads(said) == {hostile: [hostile]}


def test_what_explain_and_wait_say(hostile: str) -> None:
    answer = SubjectAnswer(name="prod/app@sha256:1", record=hostile_record(hostile))
    lines = answer.lines()
    assert [line.split(" ")[0] for line in lines] == [
        "REFUSED",
        "why",
        "done",
        "who",
        "mend",
        "more",
    ]
    assert all(line.isprintable() and len(line) < 20_000 for line in lines)
    assert all(text.isprintable() for text in texts(answer.as_json()))


def test_what_a_command_was_asked_for(hostile: str) -> None:
    from sealward.cli.__main__ import main  # noqa: PLC0415 - the whole command line

    options = ["--table", "t", "--region", "us-east-1"]
    for command in (["explain"], ["wait"], ["ledger", "verdict"]):
        with patch("sealward.cli.open_ledger.CommandClients"):
            done = CliRunner().invoke(main, [*command, hostile, *options])
        assert done.exit_code == 2
        shown = done.output.replace("\n", " ")
        assert shown.isprintable(), command


def test_a_defect_of_a_command(
    hostile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def defect() -> None:
        raise KeyError(hostile)

    group = EndingGroup("sealward")
    group.add_command(click.Command("defect", callback=defect))
    with pytest.raises(SystemExit):
        group.main(["defect"])
    assert all(line.isprintable() for line in capsys.readouterr().err.split("\n"))


def _outputs() -> dict[str, str]:
    return {
        path.relative_to(PACKAGE).as_posix(): source
        for path in sorted(PACKAGE.rglob("*.py"))
        if _OUTPUT.search(source := path.read_text(encoding="utf-8"))
    }


def test_every_output_is_registered_or_encodes_by_one_that_is() -> None:
    outputs = _outputs()
    assert outputs.keys() >= SERVICES.keys(), "registered, and no output any more"
    for name, source in outputs.items():
        if name in SERVICES:
            assert SERVICES[name] in globals(), name
            continue
        assert name.startswith("cli/"), f"{name}: register it, and test it"
        assert _ENCODED.search(source), f"{name}: prints, and encodes nothing"
