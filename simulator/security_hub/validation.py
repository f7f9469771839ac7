"""ASFF's rules for a finding that is imported."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from simulator.places import Place

SCHEMA_VERSION = "2018-10-08"
_MOST_BYTES = 240 * 1024
_MOST_RESOURCES = 32
_MOST_TYPES = 50
_MOST_PRODUCT_FIELDS = 50
_MOST_RECOMMENDED = 512
_MOST_ORIGINAL = 64
_TEXTS = {"Id": 512, "GeneratorId": 512, "Title": 256, "Description": 1024}
_TIMES = ("CreatedAt", "UpdatedAt")
_OPTIONAL_TIMES = ("FirstObservedAt", "LastObservedAt")
_LABELS = ("INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL")
_NAMESPACES = (
    "Software and Configuration Checks",
    "TTPs",
    "Effects",
    "Unusual Behaviors",
    "Sensitive Data Identifications",
)
_STATUSES = ("PASSED", "WARNING", "FAILED", "NOT_AVAILABLE")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)")


def problems(finding: Mapping[str, Any], place: Place) -> Iterator[str]:
    """Yield what is wrong with a finding; nothing for a good one."""
    if finding.get("SchemaVersion") != SCHEMA_VERSION:
        yield f"SchemaVersion must be {SCHEMA_VERSION}"
    for name, most in _TEXTS.items():
        yield from _text(finding, name, most)
    for name in (*_TIMES, *(x for x in _OPTIONAL_TIMES if x in finding)):
        yield from _time(finding.get(name), name)
    if not re.fullmatch(r"\d{12}", str(finding.get("AwsAccountId", ""))):
        yield "AwsAccountId must be twelve digits"
    prefix = place.arn("securityhub", f"product/{place.account}/")
    if not str(finding.get("ProductArn", "")).startswith(prefix):
        yield f"ProductArn must be {prefix}default or another product of yours"
    yield from _resources(finding.get("Resources"))
    yield from _provider_fields(finding.get("FindingProviderFields"))
    yield from _states(finding)
    yield from _remediation(finding.get("Remediation"))
    yield from _product_fields(finding.get("ProductFields"))
    if len(json.dumps(finding).encode()) > _MOST_BYTES:
        yield f"the finding is larger than {_MOST_BYTES} bytes"


def timestamp(text: str) -> datetime:
    """Return the instant an ASFF timestamp means.

    Raises:
        ValueError: it is none.
    """
    if not _TIMESTAMP.fullmatch(text):
        raise ValueError(f"{text!r} is not an ISO 8601 time with a zone")
    return datetime.fromisoformat(text)


def _states(finding: Mapping[str, Any]) -> Iterator[str]:
    status = _mapping(finding.get("Compliance")).get("Status", "PASSED")
    if status not in _STATUSES:
        yield f"Compliance.Status must be one of {', '.join(_STATUSES)}"
    if finding.get("RecordState", "ACTIVE") not in ("ACTIVE", "ARCHIVED"):
        yield "RecordState must be ACTIVE or ARCHIVED"


def _text(finding: Mapping[str, Any], name: str, most: int) -> Iterator[str]:
    value = finding.get(name)
    if not isinstance(value, str) or not value:
        yield f"{name} is required"
    elif len(value) > most:
        yield f"{name} is longer than {most} characters"


def _time(value: object, name: str) -> Iterator[str]:
    try:
        timestamp(value if isinstance(value, str) else "")
    except ValueError as error:
        yield f"{name}: {error}"


def _resources(value: object) -> Iterator[str]:
    entries = value if isinstance(value, list) else []
    if not 1 <= len(entries) <= _MOST_RESOURCES:
        yield f"Resources must hold 1 to {_MOST_RESOURCES} entries"
    for entry in entries:
        for name in ("Type", "Id"):
            if not _mapping(entry).get(name):
                yield f"Resources[].{name} is required"


def _provider_fields(value: object) -> Iterator[str]:
    fields = _mapping(value)
    label = _mapping(fields.get("Severity")).get("Label", "LOW")
    if label not in _LABELS:
        yield f"FindingProviderFields.Severity.Label must be one of {_LABELS}"
    types = fields.get("Types", [])
    if len(types) > _MOST_TYPES:
        yield f"FindingProviderFields.Types holds more than {_MOST_TYPES}"
    for entry in types:
        if str(entry).split("/")[0] not in _NAMESPACES:
            yield f"FindingProviderFields.Types: {entry!r} is in no known namespace"
    original = _mapping(fields.get("Severity")).get("Original", "")
    if len(str(original)) > _MOST_ORIGINAL:
        yield f"FindingProviderFields.Severity.Original is over {_MOST_ORIGINAL} long"


def _remediation(value: object) -> Iterator[str]:
    said = _mapping(_mapping(value).get("Recommendation"))
    if len(str(said.get("Text", ""))) > _MOST_RECOMMENDED:
        yield f"Remediation.Recommendation.Text is over {_MOST_RECOMMENDED} long"


def _product_fields(value: object) -> Iterator[str]:
    fields = _mapping(value)
    if len(fields) > _MOST_PRODUCT_FIELDS:
        yield f"ProductFields holds more than {_MOST_PRODUCT_FIELDS} entries"
    for name, text in fields.items():
        if len(name) > 128 or len(str(text)) > 2048:  # noqa: PLR2004 - ASFF's bounds
            yield f"ProductFields[{name[:128]!r}] is too long"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
