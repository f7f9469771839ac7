"""The way out: ``sealward uninstall``, what it leaves, and the way back."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sealward.subjects import SubjectKey
from tests.functions.deployed_stack import Deployed
from tests.functions.world import EVIDENCE, LEDGER_KEY


@pytest.fixture(autouse=True)
def sources(deployed: Deployed) -> Any:
    """Make the stack's rule and alarm; return the clients of both."""
    events = deployed.stack.client("events")
    events.put_rule(Name="image-rule", EventPattern='{"source":["aws.ecr"]}')
    cloudwatch = deployed.stack.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="tick-missing",
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
    )
    return events, cloudwatch


def is_on(sources: Any) -> tuple[bool, bool]:
    events, cloudwatch = sources
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["tick-missing"])["MetricAlarms"]
    rule = events.describe_rule(Name="image-rule")
    return rule["State"] == "ENABLED", alarm["ActionsEnabled"]


def open_findings(deployed: Deployed) -> list[str]:
    return [
        each["Id"]
        for each in deployed.world.findings()
        if each["RecordState"] == "ACTIVE"
    ]


def test_uninstalling_restores_and_resolves_and_can_be_repeated(
    deployed: Deployed,
) -> None:
    digest = deployed.hold()
    name = f"demo/unsigned@{digest}"
    assert deployed.status_of(digest) == "ARCHIVED"
    code, said = deployed.answer("uninstall", "--plan")
    assert (code, said["restore"], said["applied"]) == (0, [name], False)
    assert said["findings"] >= 1
    assert said["kept"] == {"table": "ledger", "secret": LEDGER_KEY, "bucket": EVIDENCE}
    assert deployed.status_of(digest) == "ARCHIVED"
    code, text = deployed.run("uninstall", "--apply")
    assert (code, "Capability=observe" in text) == (2, True)
    deployed.with_parameter(Capability="observe")
    code, said = deployed.answer("uninstall", "--apply")
    assert (code, said["restored"], said["left"]) == (0, 1, [])
    assert deployed.status_of(digest) != "ARCHIVED"
    assert {each["RecordState"] for each in deployed.world.findings()} == {"ARCHIVED"}
    deployed.world.clock.advance(timedelta(minutes=30))
    code, said = deployed.answer("uninstall", "--apply")
    assert (code, said["restored"], said["activeAlready"]) == (0, 0, 1)
    assert said["findings"] == 0


def test_what_the_list_names_stays_in_quarantine(
    deployed: Deployed, tmp_path: Path
) -> None:
    digest = deployed.hold()
    keep = tmp_path / "keep"
    keep.write_text(f"demo/unsigned@{digest}\n")
    deployed.with_parameter(Capability="observe")
    code, said = deployed.answer("uninstall", "--apply", "--keep", str(keep))
    assert (code, said["restored"], len(said["keep"])) == (0, 0, 1)
    assert deployed.status_of(digest) == "ARCHIVED"
    keep.write_text("demo/unsigned:latest\n")
    assert deployed.run("uninstall", "--plan", "--keep", str(keep))[0] == 2


def test_what_somebody_else_archived_is_theirs_to_bring_back(
    deployed: Deployed,
) -> None:
    digest = deployed.hold()
    key = SubjectKey(repository="demo/unsigned", digest=digest)
    record = deployed.world.ledger.current(key)
    assert record is not None
    assert record.hold is not None
    theirs = replace(record.hold, applied=0)
    deployed.world.ledger.write(
        replace(record, hold=theirs, version=record.version + 1),
        expected=record.version,
    )
    deployed.with_parameter(Capability="observe")
    code, said = deployed.answer("uninstall", "--apply")
    assert (code, said["restored"], said["restore"]) == (0, 0, [])
    assert deployed.status_of(digest) == "ARCHIVED"


@pytest.mark.parametrize("both", [(), ("--plan", "--apply"), ("--apply", "--undo")])
def test_either_the_plan_or_its_doing(deployed: Deployed, both: Any) -> None:
    assert deployed.run("uninstall", *both)[0] == 2


def test_what_brings_looks_is_switched_off_before_anything_else(
    deployed: Deployed, sources: Any
) -> None:
    deployed.hold()
    _, said = deployed.answer("uninstall", "--plan")
    assert said["switchOff"] == {
        "rules": ["image-rule"],
        "mappings": ["the-mapping"],
        "alarms": ["tick-missing"],
    }
    assert is_on(sources) == (True, True)
    deployed.with_parameter(Capability="observe")
    _, text = deployed.run("uninstall", "--apply")
    assert "switched off: 1 rules, 1 queue mapping, notices of 1 alarms" in text
    assert deployed.lambda_.mappings == ["Disabled"]
    assert is_on(sources) == (False, False)


def test_nothing_is_restored_while_the_stack_may_still_tell(
    deployed: Deployed, sources: Any
) -> None:
    digest = deployed.hold()
    deployed.with_parameter(Capability="observe")
    told = open_findings(deployed)
    sources[0].delete_rule(Name="image-rule")
    assert deployed.run("uninstall", "--apply")[0] == 2
    assert deployed.status_of(digest) == "ARCHIVED"
    assert open_findings(deployed) == told != []


def test_the_ledger_answers_after_it(deployed: Deployed) -> None:
    digest = deployed.hold()
    deployed.with_parameter(Capability="observe")
    deployed.run("uninstall", "--apply")
    record = deployed.world.ledger.current(
        SubjectKey(repository="demo/unsigned", digest=digest)
    )
    assert record is not None
    assert record.verdict.value == "unsigned"


def test_undone_the_stack_goes_on_where_it_stopped(
    deployed: Deployed, sources: Any
) -> None:
    deployed.hold()
    before = {
        each["Id"]: (each["RecordState"], each["Compliance"], each["ProductFields"])
        for each in deployed.world.findings()
    }
    deployed.with_parameter(Capability="observe")
    deployed.run("uninstall", "--apply")
    assert open_findings(deployed) == []
    code, said = deployed.answer("uninstall", "--undo")
    assert (code, said["reopened"], said["left"]) == (0, len(before), [])
    assert is_on(sources) == (True, True)
    assert deployed.lambda_.mappings == ["Enabled"]
    (asked,) = deployed.lambda_.invoked
    assert json.loads(asked["Payload"]) == {"walk": True}
    after = {
        each["Id"]: (each["RecordState"], each["Compliance"], each["ProductFields"])
        for each in deployed.world.findings()
    }
    assert after == before
    # Again, it finds nothing left to open.
    assert deployed.answer("uninstall", "--undo")[1]["reopened"] == 0
