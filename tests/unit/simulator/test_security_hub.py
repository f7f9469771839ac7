"""Security Hub: enabling, importing, reading back with filters and pages."""

from typing import Any

import pytest

from simulator.errors import ServiceError

Finding = dict[str, Any]


@pytest.fixture
def hub(bench: Any) -> Any:
    bench.hub("EnableSecurityHub")
    return bench


def publish(hub: Any, *findings: Finding) -> dict[str, Any]:
    return dict(hub.hub("BatchImportFindings", Findings=list(findings)))


def read(hub: Any, **filters: Any) -> list[str]:
    wanted = {
        name: [
            value
            if isinstance(value, dict)
            else {"Comparison": "EQUALS", "Value": value}
            for value in values
        ]
        for name, values in filters.items()
    }
    found = hub.hub("GetFindings", Filters=wanted)["Findings"]
    return [finding["Id"] for finding in found]


@pytest.mark.parametrize("operation", ["GetFindings", "DescribeHub"])
def test_nothing_works_before_it_is_enabled(bench: Any, operation: str) -> None:
    with pytest.raises(ServiceError, match="not subscribed"):
        bench.hub(operation)


def test_it_is_enabled_once_and_forgets_when_disabled(
    hub: Any, finding: Finding
) -> None:
    with pytest.raises(ServiceError, match="ResourceConflict"):
        hub.hub("EnableSecurityHub")
    assert hub.hub("DescribeHub")["HubArn"].endswith(":hub/default")
    publish(hub, finding)
    hub.hub("DisableSecurityHub")
    hub.hub("EnableSecurityHub")
    assert read(hub) == []


def test_a_stored_finding_has_the_fields_security_hub_adds(
    hub: Any, finding: Finding
) -> None:
    publish(hub, finding)
    (found,) = hub.hub("GetFindings")["Findings"]
    assert found["RecordState"] == "ACTIVE"
    assert found["Severity"] == {"Label": "HIGH"}
    assert found["Types"] == ["TTPs/x"]
    assert found["Workflow"] == {"Status": "NEW"}


def test_an_import_emits_an_event(hub: Any, finding: Finding) -> None:
    publish(hub, finding)
    (event,) = hub.aws.events.drain()
    assert event["source"] == "aws.securityhub"
    assert event["detail-type"] == "Security Hub Findings - Imported"
    assert event["detail"]["findings"][0]["Id"] == finding["Id"]


def test_what_the_customer_set_stays(hub: Any, finding: Finding) -> None:
    publish(hub, finding)
    stored = next(iter(hub.aws.hub(hub.place).findings.values()))
    stored["Workflow"] = {"Status": "SUPPRESSED"}
    newer = finding | {
        "UpdatedAt": "2026-11-21T21:00:00Z",
        "Workflow": {"Status": "NEW"},
    }
    publish(hub, newer)
    (found,) = hub.hub("GetFindings")["Findings"]
    assert found["Workflow"] == {"Status": "SUPPRESSED"}
    assert found["UpdatedAt"] == "2026-11-21T21:00:00Z"


def test_times_are_compared_as_instants(hub: Any, finding: Finding) -> None:
    publish(hub, finding)
    # Later on the clock, earlier in time.
    publish(hub, finding | {"UpdatedAt": "2026-11-21T21:00:00+02:00", "Title": "older"})
    assert hub.hub("GetFindings")["Findings"][0]["Title"] == finding["Title"]


def test_a_batch_takes_the_good_and_names_the_bad(hub: Any, finding: Finding) -> None:
    answer = publish(hub, finding, finding | {"Id": "bad", "Title": ""})
    assert (answer["SuccessCount"], answer["FailedCount"]) == (1, 1)
    assert answer["FailedFindings"][0]["Id"] == "bad"
    assert "Title is required" in answer["FailedFindings"][0]["ErrorMessage"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SchemaVersion": "2020"}, "SchemaVersion"),
        ({"AwsAccountId": "1"}, "twelve digits"),
        ({"LastObservedAt": "now"}, "LastObservedAt"),
        ({"UpdatedAt": "2026-13-45T00:00:00Z"}, "UpdatedAt"),
        ({"Resources": [{"Type": "x"}]}, "Resources[].Id"),
        ({"Resources": [{"Type": "x", "Id": "y"}] * 33}, "1 to 32"),
        ({"Compliance": {"Status": "BAD"}}, "Compliance.Status"),
        ({"RecordState": "GONE"}, "RecordState"),
        ({"ProductFields": {"x": "y" * 2049}}, "ProductFields"),
        ({"ProductFields": {str(n): "" for n in range(51)}}, "50 entries"),
        ({"FindingProviderFields": {"Severity": {"Label": "BAD"}}}, "Severity.Label"),
        ({"FindingProviderFields": {"Types": ["TTPs/x"] * 51}}, "Types holds more"),
        ({"UserDefinedFields": {"x": "y" * 250_000}}, "larger than"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_rule_of_asff_is_told(
    hub: Any, finding: Finding, changes: Finding, said: str
) -> None:
    (failed,) = publish(hub, finding | changes)["FailedFindings"]
    assert failed["ErrorCode"] == "InvalidInput"
    assert said in failed["ErrorMessage"]


@pytest.mark.parametrize("count", [0, 101])
def test_a_batch_has_its_bounds(hub: Any, finding: Finding, count: int) -> None:
    with pytest.raises(ServiceError, match="1 to 100"):
        publish(hub, *[finding] * count)


def test_filters_choose(hub: Any, finding: Finding) -> None:
    publish(
        hub,
        finding | {"Id": "open"},
        finding | {"Id": "closed", "RecordState": "ARCHIVED"},
    )
    assert read(hub, Id=["open"]) == ["open"]
    assert read(hub, Id=["open", "closed"]) == ["closed", "open"]
    assert read(hub, RecordState=["ARCHIVED"]) == ["closed"]
    assert read(hub, RecordState=["ARCHIVED"], Id=["open"]) == []
    assert read(hub, Id=[{"Comparison": "PREFIX", "Value": "cl"}]) == ["closed"]
    assert read(hub, Id=[{"Comparison": "NOT_EQUALS", "Value": "open"}]) == ["closed"]
    assert read(hub, ResourceId=["app@sha256:aa"], SeverityLabel=["LOW"]) == []


@pytest.mark.parametrize(
    "request_",
    [
        {"Filters": {"Region": [{"Comparison": "EQUALS", "Value": "x"}]}},
        {"Filters": {"Id": [{"Comparison": "LIKE", "Value": "x"}]}},
        {"SortCriteria": [{"Field": "Id"}]},
        {"NextToken": "none"},
    ],
    ids=str,
)
def test_what_is_not_simulated_is_said(
    hub: Any, finding: Finding, request_: dict[str, Any]
) -> None:
    publish(hub, finding)
    with pytest.raises(ServiceError, match="InvalidInputException"):
        hub.hub("GetFindings", **request_)


def test_findings_come_in_pages(hub: Any, finding: Finding) -> None:
    publish(hub, *[finding | {"Id": str(number)} for number in range(5)])
    first = hub.hub("GetFindings", MaxResults=3)
    second = hub.hub("GetFindings", MaxResults=3, NextToken=first["NextToken"])
    found = [*first["Findings"], *second["Findings"]]
    assert [entry["Id"] for entry in found] == ["0", "1", "2", "3", "4"]
    assert "NextToken" not in second
