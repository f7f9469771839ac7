"""GetFindings' filters, as far as they are simulated."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from simulator.errors import ServiceError

_FIELDS: Mapping[str, Callable[[Mapping[str, Any]], Sequence[str]]] = {
    "AwsAccountId": lambda finding: [finding["AwsAccountId"]],
    "ComplianceStatus": lambda finding: [
        finding.get("Compliance", {}).get("Status", "")
    ],
    "GeneratorId": lambda finding: [finding["GeneratorId"]],
    "Id": lambda finding: [finding["Id"]],
    "ProductArn": lambda finding: [finding["ProductArn"]],
    "RecordState": lambda finding: [finding["RecordState"]],
    "ResourceId": lambda finding: [x["Id"] for x in finding["Resources"]],
    "ResourceType": lambda finding: [x["Type"] for x in finding["Resources"]],
    "SeverityLabel": lambda finding: [finding["Severity"]["Label"]],
    "Title": lambda finding: [finding["Title"]],
    "WorkflowStatus": lambda finding: [finding["Workflow"]["Status"]],
}
_POSITIVE: Mapping[str, Callable[[str, str], bool]] = {
    "EQUALS": lambda value, wanted: value == wanted,
    "PREFIX": lambda value, wanted: value.startswith(wanted),
    "CONTAINS": lambda value, wanted: wanted in value,
}
_NEGATIVE: Mapping[str, str] = {
    "NOT_EQUALS": "EQUALS",
    "PREFIX_NOT_EQUALS": "PREFIX",
    "NOT_CONTAINS": "CONTAINS",
}


def accepts(filters: Mapping[str, Any], finding: Mapping[str, Any]) -> bool:
    """Return whether a finding passes: every field's, any of a field's conditions.

    Raises:
        ServiceError: a filter that is not simulated.
    """
    return all(
        _accepts_field(name, conditions, finding)
        for name, conditions in filters.items()
    )


def _accepts_field(
    name: str, conditions: Sequence[Mapping[str, str]], finding: Mapping[str, Any]
) -> bool:
    read = _FIELDS.get(name)
    if read is None:
        raise ServiceError(
            "InvalidInputException",
            f"The filter {name} is not simulated; use one of {', '.join(_FIELDS)}",
        )
    values = read(finding)
    wanted: list[bool] = []
    for condition in conditions:
        comparison = condition.get("Comparison", "EQUALS")
        positive = _POSITIVE.get(_NEGATIVE.get(comparison, comparison))
        if positive is None:
            raise ServiceError(
                "InvalidInputException", f"{comparison} is no comparison of strings"
            )
        met = any(positive(value, condition["Value"]) for value in values)
        if comparison not in _NEGATIVE:
            wanted.append(met)
        elif met:
            return False
    return not wanted or any(wanted)
