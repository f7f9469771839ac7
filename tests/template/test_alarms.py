"""Alarms, dashboard and queries: whom they tell, and that they can say something."""

import dataclasses
import json
import re
from typing import Any

import pytest

from sealward.aws.look_queue import LONGEST_DELAY
from sealward.look.result import LookResult
from tests.functions.event_files import ROOT
from tests.template.rendering import load, render
from tests.template.resources import PARAMETERS, RULE, of_type


@pytest.mark.parametrize("topic", ["", "arn:aws:sns:us-east-1:123456789012:alarms"])
def test_alarms_notify_the_topic_that_is_given(topic: str) -> None:
    resources = render(load(), {**PARAMETERS, "AlarmTopicArn": topic})
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    assert len(alarms) == 12
    for alarm in alarms.values():
        assert alarm.get("AlarmActions", []) == ([topic] if topic else [])


def test_each_rule_has_an_alarm_for_hints_that_never_reached_the_queue(
    resources: dict[str, dict[str, Any]],
) -> None:
    watched = {
        dimension["Value"]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if (alarm["Namespace"], alarm["MetricName"])
        == ("AWS/Events", "FailedInvocations")
        for dimension in alarm["Dimensions"]
    }
    assert watched == {f"<{rule}>" for rule in of_type(resources, RULE)}


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


def test_shipped_queries_ask_for_what_a_look_logs() -> None:
    """A field that no line has makes a query that is always empty."""
    queries = of_type(render(load(), PARAMETERS), "AWS::Logs::QueryDefinition")
    assert len(queries) == 5
    fields = {field.name for field in dataclasses.fields(LookResult)}
    logged = fields | {"service", "level", "message", "exception_name"}
    for query in queries.values():
        text = re.sub(r'"[^"]*"', "", query["QueryString"])
        made = set(re.findall(r" as (\w+)", text))
        words = set(re.findall(r"[a-z_]{2,}", re.sub(r"@\w+|\b\w+\(", "", text)))
        assert words - QUERY_WORDS - made <= logged, words - QUERY_WORDS - logged


QUERY_WORDS = {
    *("filter", "and", "or", "in", "stats", "by", "as", "sort", "desc", "asc"),
    *("fields", "limit"),
}
