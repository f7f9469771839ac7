"""Alarms, dashboard and queries: whom they tell, and that they can say something."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import pytest

from sealward.aws.look_queue import LONGEST_DELAY
from tests.functions.event_files import ROOT
from tests.template.rendering import load, render
from tests.template.resources import FUNCTION, PARAMETERS, RULE, of_type


@pytest.mark.parametrize("topic", ["", "arn:aws:sns:us-east-1:123456789012:alarms"])
def test_alarms_notify_the_topic_that_is_given(topic: str) -> None:
    resources = render(load(), {**PARAMETERS, "AlarmTopicArn": topic})
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    assert len(alarms) == 12
    for alarm in alarms.values():
        assert alarm.get("AlarmActions", []) == ([topic] if topic else [])


EVERYTHING: Final = {
    **PARAMETERS,
    "CanaryRepository": "canary",
    "Capability": "delete",
    "VerdictCallerArn": "arn:aws:iam::111122223333:root",
    "WhoPushed": "yes",
}
"""Parameters with which every function and rule of the template is made."""
TOLD: Final = {"OperateFunction", "VerdictFunction"}
"""Whoever asks these is told at once that they do not run."""
A_TICKET_WILL_DO: Final = {"PullThroughRule", "PusherRule", "SignerRevocationRule"}
"""Their lost events are dead letters, whose alarm is a ticket; the others' page."""


@pytest.fixture(scope="module")
def everything() -> dict[str, dict[str, Any]]:
    made = render(load(), EVERYTHING)
    declared = load()["Resources"]
    for kind in (FUNCTION, RULE):
        assert set(of_type(made, kind)) == set(of_type(declared, kind)), kind
    return made


def alarms_on(
    resources: dict[str, dict[str, Any]], metric: str
) -> dict[str, dict[str, Any]]:
    """Return alarms on ``<namespace>/<metric>`` by what their dimension names."""
    return {
        dimension["Value"]: alarm
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if f"{alarm['Namespace']}/{alarm['MetricName']}" == metric
        for dimension in alarm["Dimensions"]
    }


def silent(
    resources: dict[str, dict[str, Any]], function: str, properties: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return alarms that ring where nothing comes from ``function`` any more."""
    service = properties["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    return [
        alarm
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if alarm["TreatMissingData"] == "breaching"
        and alarm["ComparisonOperator"] == "LessThanThreshold"
        and alarm["Dimensions"][0]["Value"] in (f"<{function}>", service)
    ]


def test_every_function_has_an_alarm_for_its_errors(
    everything: dict[str, dict[str, Any]],
) -> None:
    watched = alarms_on(everything, "AWS/Lambda/Errors")
    for name, properties in of_type(everything, FUNCTION).items():
        # What counts its own success and fails is missed as if it had not run.
        missed = [
            alarm
            for alarm in silent(everything, name, properties)
            if alarm["Namespace"] == "Sealward"
        ]
        assert f"<{name}>" in watched or missed, name


def test_every_function_that_runs_by_itself_has_an_alarm_for_its_silence(
    everything: dict[str, dict[str, Any]],
) -> None:
    ages = alarms_on(everything, "AWS/SQS/ApproximateAgeOfOldestMessage")
    for name, properties in of_type(everything, FUNCTION).items():
        sources = list(properties.get("Events", {}).values())
        queues = [each["Properties"] for each in sources if each["Type"] == "SQS"]
        for queue in queues:
            waiting = queue["Queue"].replace(".Arn>", ".QueueName>")
            assert waiting in ages, name
        if not queues and name not in TOLD:
            assert silent(everything, name, properties), name


def test_each_rules_lost_events_are_heard_of(
    everything: dict[str, dict[str, Any]],
) -> None:
    """By an alarm of its own, or as dead letters where a ticket will do."""
    pages = alarms_on(everything, "AWS/Events/FailedInvocations")
    letters = alarms_on(everything, "AWS/SQS/ApproximateNumberOfMessagesVisible")
    assert "<LookDeadLetterQueue.QueueName>" in letters
    rules = of_type(everything, RULE)
    for name, rule in rules.items():
        for target in rule["Targets"]:
            dead = target["DeadLetterConfig"]["Arn"]
            assert dead == "<LookDeadLetterQueue.Arn>", name
        assert (f"<{name}>" in pages) != (name in A_TICKET_WILL_DO), name
    assert set(rules) >= A_TICKET_WILL_DO


def test_what_the_functions_count_is_what_alarms_watch(
    everything: dict[str, dict[str, Any]],
) -> None:
    """A metric that nobody writes makes an alarm that never rings, or always."""
    code = "".join(
        path.read_text()
        for folder in ("functions", "layers/gate/python/sealward")
        for path in (ROOT / folder).rglob("*.py")
    )
    for name, alarm in of_type(everything, "AWS::CloudWatch::Alarm").items():
        if alarm["Namespace"] == "Sealward":
            assert f'"{alarm["MetricName"]}"' in code, name


def test_each_alarm_is_charged_as_one() -> None:
    """Of a metric for each; metric math is charged by the metric."""
    for name, alarm in of_type(load()["Resources"], "AWS::CloudWatch::Alarm").items():
        assert "Metrics" not in alarm, name


def test_a_look_delayed_on_purpose_is_no_alarm(
    resources: dict[str, dict[str, Any]],
) -> None:
    """The age of a message counts from its sending, its delay included."""
    alarm = resources["LooksWaitAlarm"]["Properties"]
    assert alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
    assert alarm["Threshold"] > LONGEST_DELAY.total_seconds()


def test_every_alarm_is_a_page_or_a_ticket_with_its_runbook() -> None:
    told = (ROOT / "docs/runbooks.md").read_text()
    for name, resource in load()["Resources"].items():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            said = resource["Properties"]["AlarmDescription"]
            kind, _, rest = said.partition(": ")
            assert rest.endswith(f". Runbook: docs/runbooks.md#{name.lower()}"), name
            assert f"\n## {name}\n\n**{kind.capitalize()}.**" in told, name
            assert kind in {"PAGE", "TICKET"}


def _runbooks() -> dict[str, str]:
    told = (ROOT / "docs/runbooks.md").read_text()
    return dict(re.findall(r"(?ms)^## (\w+Alarm)\n(.*?)(?=^## |\Z)", told))


@pytest.mark.parametrize("name", _runbooks())
def test_a_runbook_says_what_it_means_what_to_do_and_when_it_is_over(name: str) -> None:
    means, _, rest = _runbooks()[name].strip().partition("\n\n")
    steps, _, over = rest.rpartition("\n\n")
    assert re.match(r"\*\*(Page|Ticket)\.\*\* \w", means)
    assert re.match(r"1\. \S", steps)
    assert re.match(r"\*\*Over when\*\* \S", over)


def test_a_runbook_names_lines_that_status_has() -> None:
    status = (ROOT / "layers/gate/python/sealward/cli/status.py").read_text()
    said = set(re.findall(r'^        \("([a-z ]+)", _\w+\),$', status, re.MULTILINE))
    told = re.sub(r"\s+", " ", (ROOT / "docs/runbooks.md").read_text())
    named = set(re.findall(r"`([a-z ]+)` of `sealward status`", told))
    assert len(named) >= 4
    assert named <= said


def test_tickets_go_to_their_own_topic_where_one_is_given() -> None:
    topics = {"AlarmTopicArn": "page", "TicketTopicArn": "ticket"}
    alarms = of_type(render(load(), {**PARAMETERS, **topics}), "AWS::CloudWatch::Alarm")
    for alarm in alarms.values():
        kind = alarm["AlarmDescription"].partition(":")[0].lower()
        assert alarm["AlarmActions"] == alarm["OKActions"] == [kind]


def test_the_dashboard_is_made_where_it_is_asked_for_and_is_json() -> None:
    kind = "AWS::CloudWatch::Dashboard"
    assert of_type(render(load(), PARAMETERS), kind) == {}
    made = of_type(render(load(), {**PARAMETERS, "Dashboard": "yes"}), kind)
    (dashboard,) = made.values()
    widgets = json.loads(dashboard["DashboardBody"])["widgets"]
    assert len(widgets) == 4


def test_failures_are_looked_for_in_every_functions_log() -> None:
    given = {"CanaryRepository": "canary", "VerdictCallerArn": "arn:aws:iam::1:role/x"}
    resources = render(load(), {**PARAMETERS, **given})
    query = resources["FailuresQuery"]["Properties"]
    logs = {
        each["LoggingConfig"]["LogGroup"]
        for each in of_type(resources, FUNCTION).values()
    }
    assert set(query["LogGroupNames"]) == logs
