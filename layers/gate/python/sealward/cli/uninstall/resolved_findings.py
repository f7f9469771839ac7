"""Sealward's findings in Security Hub: the open ones, resolved by a person's word.

Read from Security Hub itself: what the ledger takes for open may be closed, or gone. A
finding that is resolved here is marked, so that just these can be opened again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sealward.aws.errors import translated
from sealward.cli.stack import Stack
from sealward.findings.document import instant_text

MARK: Final = "sealward/uninstalled"
"""Among the product's fields of a finding that an uninstallation resolved."""
_ACTIVE, _ARCHIVED = "ACTIVE", "ARCHIVED"
_STATUS: Final = "sealward/compliance"
"""The compliance status that it had."""
_TICK: Final = timedelta(milliseconds=1)
_NAMES: Final = (
    "SchemaVersion",
    "Id",
    "ProductArn",
    "GeneratorId",
    "AwsAccountId",
    "FindingProviderFields",
    "Types",
    "CreatedAt",
    "Title",
    "Description",
    "Severity",
    "Remediation",
    "Resources",
)
"""Of a finding, what its provider said and says again."""


def open_findings(stack: Stack) -> Iterator[dict[str, Any]]:
    """Yield the stack's open findings.

    Raises:
        Denied, Unavailable: as named in ``sealward.ports.failures``.
    """
    yield from _findings(stack, _ACTIVE)


def closed_findings(stack: Stack) -> Iterator[dict[str, Any]]:
    """Yield those that an uninstallation resolved.

    Raises:
        Denied, Unavailable: as named in ``sealward.ports.failures``.
    """
    for finding in _findings(stack, _ARCHIVED):
        if MARK in finding.get("ProductFields", {}):
            yield finding


def resolved(
    findings: Sequence[Mapping[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """Return ``findings`` as their provider says that they are over."""
    return [
        {
            **_said(finding, now),
            "ProductFields": {
                **_fields(finding),
                MARK: instant_text(now),
                _STATUS: finding.get("Compliance", {}).get("Status", "FAILED"),
            },
            "RecordState": _ARCHIVED,
            "Compliance": {**finding.get("Compliance", {}), "Status": "PASSED"},
        }
        for finding in findings
    ]


def reopened(
    findings: Sequence[Mapping[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """Return ``findings`` as they were before ``resolved``, but for their time."""
    said = []
    for finding in findings:
        fields = _fields(finding)
        fields.pop(MARK, None)
        status = fields.pop(_STATUS, "FAILED")
        said.append(
            {
                **_said(finding, now),
                "ProductFields": fields,
                "RecordState": _ACTIVE,
                "Compliance": {**finding.get("Compliance", {}), "Status": status},
            }
        )
    return said


def _fields(finding: Mapping[str, Any]) -> dict[str, str]:
    """Return the product's own fields, without those that Security Hub adds."""
    fields: Mapping[str, str] = finding.get("ProductFields", {})
    return {
        name: value for name, value in fields.items() if not name.startswith("aws/")
    }


def _said(finding: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    kept = {name: finding[name] for name in _NAMES if name in finding}
    # Newer than what is there, or Security Hub takes no notice.
    last = datetime.fromisoformat(str(finding["UpdatedAt"]))
    updated = max(now, last.astimezone(UTC) + _TICK)
    return {**kept, "UpdatedAt": instant_text(updated)}


def _findings(stack: Stack, state: str) -> Iterator[dict[str, Any]]:
    client = stack.client("securityhub")
    product = (
        f"arn:{stack.partition}:securityhub:{stack.region}:{stack.account}:product/"
        f"{stack.account}/default"
    )
    filters = {
        "ProductArn": [{"Value": product, "Comparison": "EQUALS"}],
        "GeneratorId": [{"Value": "sealward/", "Comparison": "PREFIX"}],
        "RecordState": [{"Value": state, "Comparison": "EQUALS"}],
    }
    page: dict[str, Any] = {}
    while True:
        with translated("GetFindings"):
            answer = client.get_findings(Filters=filters, MaxResults=100, **page)
        yield from answer["Findings"]
        if not answer.get("NextToken"):
            return
        page = {"NextToken": answer["NextToken"]}
