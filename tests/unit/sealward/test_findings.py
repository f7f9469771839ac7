"""Findings as Security Hub has them: stable, monotonic, clean, never in the way."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sealward.findings import Place, next_state, printable
from sealward.findings.ledger import ledger_forged
from sealward.ledger import FindingStatus, HoldState, Verdict
from simulator.errors import ServiceError
from simulator.faults import Fault
from tests.unit.sealward.stand import ACCOUNT, HOST, REPOSITORY, Stand, bundle

MINUTE = timedelta(minutes=1)
THROTTLED = ServiceError("TooManyRequestsException", "slow down")


@pytest.fixture
def stand() -> Stand:
    return Stand(
        current=bundle(
            grace="0s", owner={"team": "payments", "contact": "#payments-oncall"}
        )
    )


def test_a_finding_has_what_security_hub_requires(stand: Stand) -> None:
    image = stand.push(tag="v1")
    stand.look(image)
    (finding,) = stand.findings
    arn = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/{REPOSITORY}/{image.digest}"
    assert finding["Id"] == f"{arn}/signature"
    assert finding["SchemaVersion"] == "2018-10-08"
    assert finding["Compliance"]["Status"] == "FAILED"
    assert finding["FindingProviderFields"]["Severity"]["Label"] == "HIGH"
    (resource,) = finding["Resources"]
    assert (resource["Type"], resource["Id"]) == ("AwsEcrContainerImage", arn)
    assert resource["Details"]["AwsEcrContainerImage"]["ImageTags"] == ["v1"]
    text = finding["Remediation"]["Recommendation"]["Text"]
    assert "docs/findings.md#no-signature" in text
    assert f"sealward release {REPOSITORY}@{image.digest} --to-sign 15m" in text
    assert finding["ProductFields"]["sealward/ownerTeam"] == "payments"
    assert finding["ProductFields"]["sealward/hold"] == "held"


def test_its_commands_can_be_run_as_they_stand(stand: Stand) -> None:
    stand.gate = replace(stand.gate, host=HOST)
    image = stand.push()
    stand.look(image)
    (finding,) = stand.findings
    text = finding["Remediation"]["Recommendation"]["Text"]
    assert f"sealward release {REPOSITORY}@{image.digest} --to-sign 15m" in text
    assert f"notation sign {HOST}/{REPOSITORY}@{image.digest}." in text
    assert "REPOSITORY@DIGEST" not in text
    assert text.endswith("docs/findings.md#no-signature")


def test_a_command_is_never_cut(stand: Stand) -> None:
    repository = f"{REPOSITORY}/{'long' * 20}"
    stand.gate = replace(stand.gate, host=HOST)
    image = stand.push(repository=repository)
    stand.look(image, repository=repository)
    (finding,) = stand.findings
    text = finding["Remediation"]["Recommendation"]["Text"]
    assert f"sealward release {repository}@{image.digest} --to-sign 15m" in text
    assert "notation sign REPOSITORY@DIGEST." in text
    assert text.endswith("docs/findings.md#no-signature")


def test_the_same_content_is_sent_once(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.pass_time(timedelta(hours=5))
    sent = [
        call for call in stand.aws.operations if call.operation == "BatchImportFindings"
    ]
    assert len(sent) == 1


def test_a_changed_reason_updates_the_same_finding(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    (before,) = stand.findings
    stand.clock.advance(MINUTE)
    stand.look(stand.junk(image))
    (after,) = stand.findings
    assert after["Id"] == before["Id"]
    assert after["CreatedAt"] == before["CreatedAt"]
    assert after["UpdatedAt"] > before["UpdatedAt"]
    assert after["FindingProviderFields"]["Severity"]["Original"] != "no-signature"


def test_time_moves_on_by_a_millisecond_at_least() -> None:
    now = datetime.fromisoformat("2026-06-01T00:00:00.123456+00:00")
    first = next_state(None, {"Id": "a"}, FindingStatus.OPEN, now=now)
    earlier = now - MINUTE
    second = next_state(
        first, {"Id": "a", "Title": "b"}, FindingStatus.OPEN, now=earlier
    )
    assert second.updated_at == first.updated_at + timedelta(milliseconds=1)
    assert second.created_at == first.created_at
    assert not second.delivered


def test_a_hub_that_is_off_blocks_nothing_and_is_told_later() -> None:
    stand = Stand(current=bundle(grace="0s"), hub_on=False)
    image = stand.push()
    result = stand.look(image)
    assert (result.hold, result.delivered) == (HoldState.HELD, False)
    archived = len(stand.ledger.intents)
    stand.pass_time(timedelta(hours=3))
    assert len(stand.ledger.intents) == archived
    stand.enable_hub()
    stand.pass_time(timedelta(hours=1))
    assert [each["RecordState"] for each in stand.findings] == ["ACTIVE"]
    state = stand.record(image).finding
    assert state is not None
    assert state.delivered


def test_a_resolution_the_hub_refused_is_sent_again(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.attach(image)
    fault = stand.aws.faults.add(
        Fault(operation="BatchImportFindings", error=THROTTLED)
    )
    stand.pass_time(timedelta(hours=2))
    assert stand.record(image).verdict is Verdict.TRUSTED
    assert [each["RecordState"] for each in stand.findings] == ["ACTIVE"]
    stand.aws.faults.remove(fault)
    stand.pass_time(timedelta(hours=2))
    assert [each["RecordState"] for each in stand.findings] == ["ARCHIVED"]


def test_hostile_text_is_printable_and_short() -> None:
    hostile = "\x1b]0;owned\x07\u202e\n<script>" + "x" * 5_000
    clean = printable(hostile, 200)
    assert len(clean) == 200
    assert clean.isprintable()


def test_a_policy_that_only_reports_is_never_louder_than_low() -> None:
    stand = Stand(current=bundle(grace="0s", enforcement="report"))
    image = stand.push()
    stand.attach(image, by="Other")
    stand.look(image)
    (finding,) = stand.findings
    assert finding["FindingProviderFields"]["Severity"]["Label"] == "LOW"
    assert "they can be pulled" in finding["Description"]


def test_a_wrong_identity_is_critical_where_the_policy_quarantines(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.attach(image, by="Other")
    stand.look(image)
    (finding,) = stand.findings
    assert finding["FindingProviderFields"]["Severity"]["Label"] == "CRITICAL"


@pytest.mark.parametrize(
    ("environment", "label"),
    [
        ("", "CRITICAL"),
        ("production", "CRITICAL"),
        ("Prod", "CRITICAL"),
        ("staging", "HIGH"),
    ],
)
def test_outside_production_a_finding_is_one_step_lower(
    environment: str, label: str
) -> None:
    stand = Stand(current=bundle(grace="0s", environment=environment))
    image = stand.push()
    stand.attach(image, by="Other")
    stand.look(image)
    (finding,) = stand.findings
    assert finding["FindingProviderFields"]["Severity"]["Label"] == label


def test_a_finding_says_what_was_asked_for_and_what_was_found(stand: Stand) -> None:
    image = stand.push()
    stand.attach(image, by="Other")
    stand.look(image)
    (finding,) = stand.findings
    assert "Images matching" in finding["Description"]
    assert "CN=Leaf" in finding["Description"]
    assert "CN=Other" in finding["Description"]


def test_who_forges_the_ledger_again_is_seen_the_next_day() -> None:
    """A person resolved the first; Security Hub keeps that through every update."""
    here = Place(partition="aws", account=ACCOUNT, region="us-east-1")
    at = datetime.fromisoformat("2026-06-01T01:00:00+00:00")
    first, again, later = (
        ledger_forged(here, item="a", now=at + timedelta(hours=hours))["Id"]
        for hours in (0, 22, 24)
    )
    assert first == again != later
