"""Security Hub's operations: enabling, importing findings, reading them."""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from simulator.behaviours import Behaviours
from simulator.errors import ServiceError, invalid_parameter
from simulator.pages import page
from simulator.places import Place
from simulator.security_hub.filters import accepts
from simulator.security_hub.validation import problems, timestamp

IMPORTED = "Security Hub Findings - Imported"
_MOST_FINDINGS = 100
_MOST_REQUEST_BYTES = 6 * 1024 * 1024
# What the customer sets: a provider gives them once and never again.
_CUSTOMERS = ("Note", "UserDefinedFields", "VerificationState", "Workflow")

Emit = Callable[[str, Mapping[str, Any], datetime, list[str]], None]
"""Takes an event's detail-type, detail, time and resources."""


@dataclass(slots=True, kw_only=True)
class Hub:
    """Security Hub of one account in one Region."""

    place: Place
    behaviours: Behaviours
    emit: Emit
    enabled_at: datetime | None = None
    findings: dict[str, dict[str, Any]] = field(default_factory=dict)


def enable_security_hub(
    hub: Hub, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Turn the hub on."""
    del request
    if hub.enabled_at is not None:
        raise ServiceError(
            "ResourceConflictException",
            "Account is already subscribed to Security Hub",
            HTTPStatus.CONFLICT,
        )
    hub.enabled_at = now
    return {}


def disable_security_hub(
    hub: Hub, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Turn the hub off; its findings are gone."""
    del request, now
    _check_enabled(hub)
    hub.enabled_at = None
    hub.findings.clear()
    return {}


def describe_hub(hub: Hub, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Describe the hub."""
    del request, now
    enabled_at = _check_enabled(hub)
    return {
        "HubArn": hub.place.arn("securityhub", "hub/default"),
        "SubscribedAt": enabled_at.isoformat(),
    }


def batch_import_findings(
    hub: Hub, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Create or update findings; the answer names those that were not taken."""
    del now
    _check_enabled(hub)
    findings = request["Findings"]
    if not 1 <= len(findings) <= _MOST_FINDINGS:
        raise ServiceError(
            "InvalidInputException", f"Findings must hold 1 to {_MOST_FINDINGS}"
        )
    if len(json.dumps(findings).encode()) > _MOST_REQUEST_BYTES:
        raise ServiceError(
            "InvalidInputException", f"more than {_MOST_REQUEST_BYTES} bytes"
        )
    failed = []
    imported = 0
    for finding in findings:
        failure = _failure(hub, finding)
        if failure is not None:
            failed.append(failure)
        elif _store(hub, finding) or hub.behaviours.stale_finding_counts_as_imported:
            imported += 1
    return {
        "FailedCount": len(failed),
        "SuccessCount": imported,
        "FailedFindings": failed,
    }


def get_findings(hub: Hub, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Page through the findings that pass all filters."""
    del now
    _check_enabled(hub)
    if request.get("SortCriteria"):
        raise ServiceError("InvalidInputException", "SortCriteria is not simulated")
    filters = request.get("Filters", {})
    try:
        shown, token = page(
            (
                ((finding_id,), copy.deepcopy(finding))
                for finding_id, finding in sorted(hub.findings.items())
                if accepts(filters, finding)
            ),
            token=request.get("NextToken"),
            size=request.get("MaxResults", _MOST_FINDINGS),
        )
    except ServiceError as error:
        if error.code == invalid_parameter("", "").code:
            raise ServiceError("InvalidInputException", error.message) from error
        raise
    return {"Findings": shown} | ({"NextToken": token} if token else {})


Operation = Callable[[Hub, Mapping[str, Any], datetime], dict[str, Any]]

OPERATIONS: Mapping[str, Operation] = {
    "BatchImportFindings": batch_import_findings,
    "DescribeHub": describe_hub,
    "DisableSecurityHub": disable_security_hub,
    "EnableSecurityHub": enable_security_hub,
    "GetFindings": get_findings,
}


def _check_enabled(hub: Hub) -> datetime:
    if hub.enabled_at is None:
        raise ServiceError(
            "InvalidAccessException",
            f"Account {hub.place.account} is not subscribed to AWS Security Hub",
            HTTPStatus.UNAUTHORIZED,
        )
    return hub.enabled_at


def _failure(hub: Hub, finding: Mapping[str, Any]) -> dict[str, str] | None:
    finding_id = str(finding.get("Id", ""))
    wrong = tuple(problems(finding, hub.place))
    if wrong:
        return {
            "Id": finding_id,
            "ErrorCode": "InvalidInput",
            "ErrorMessage": "; ".join(wrong),
        }
    if finding["AwsAccountId"] != hub.place.account:
        return {
            "Id": finding_id,
            "ErrorCode": "InvalidAccess",
            "ErrorMessage": (
                f"The account {hub.place.account} may not import findings of account "
                f"{finding['AwsAccountId']}"
            ),
        }
    return None


def _store(hub: Hub, finding: Mapping[str, Any]) -> bool:
    """Take a finding unless one at least as new is there; return whether it was."""
    key = f"{finding['ProductArn']}/{finding['Id']}"
    old = hub.findings.get(key)
    if old is not None and timestamp(finding["UpdatedAt"]) <= timestamp(
        old["UpdatedAt"]
    ):
        return False
    new = copy.deepcopy(dict(finding))
    new.setdefault("RecordState", "ACTIVE")
    provider = new.get("FindingProviderFields", {})
    severity = provider.get("Severity") or new.get("Severity") or {}
    new["Severity"] = {"Label": "INFORMATIONAL"} | severity
    new["Types"] = list(provider.get("Types") or new.get("Types") or [])
    new.setdefault("Workflow", {"Status": "NEW"})
    if old is not None:
        for name in _CUSTOMERS:
            new.pop(name, None)
            if name in old:
                new[name] = old[name]
    hub.findings[key] = new
    detail = {"findings": [copy.deepcopy(new)]}
    hub.emit(IMPORTED, detail, timestamp(new["UpdatedAt"]), [key])
    return True
