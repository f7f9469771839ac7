"""Findings: what Security Hub is told, as ASFF documents. Pure.

A finding's Id is stable for its subject; its content is a function of the record, so
that equal records make equal findings and nothing is sent twice. Every text that came
from elsewhere is made printable and short before it goes in.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, assert_never

from notation_verifier.values import dataclass
from sealward.decisions import Severity
from sealward.findings.remedies import DOCUMENT, remedy
from sealward.ledger.records import (
    REPUSHES,
    FindingState,
    FindingStatus,
    Hold,
    HoldState,
    PullDenial,
    Record,
    Verdict,
)
from sealward.policy.bundle import Policy

_TITLE = 256
DESCRIPTION_LIMIT: Final = 1024
TEXT_LIMIT: Final = 512
VALUE_LIMIT: Final = 2048
_TAGS = 20
FINDING_TYPE: Final = "Software and Configuration Checks/Supply Chain/Image Signature"
_TICK: Final = timedelta(milliseconds=1)

_TITLES: Final[Mapping[Verdict, str]] = {
    Verdict.UNSIGNED: "Image is not signed",
    Verdict.UNTRUSTED: "Image is signed by nobody trusted",
    Verdict.INCONCLUSIVE: "Image signature cannot be verified",
    Verdict.TRUSTED: "Image is signed and trusted",
    Verdict.COVERED: "Image is listed by a trusted index",
    Verdict.PENDING: "Image waits for its signature",
    Verdict.EXEMPT: "Image is exempt from verification",
    Verdict.UNGOVERNED: "Image is governed by no policy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the stack runs: what every finding names."""

    partition: str
    account: str
    region: str

    def image_arn(self, repository: str, digest: str) -> str:
        """Return the name Security Hub knows an image by."""
        return (
            f"arn:{self.partition}:ecr:{self.region}:{self.account}:repository/"
            f"{repository}/{digest}"
        )


def printable(text: str, limit: int) -> str:
    """Return ``text`` on one line without control or direction marks, cut to size."""
    clean = text
    if not text.isprintable():
        clean = "".join(each if each.isprintable() else "?" for each in text)
    return clean if len(clean) <= limit else f"{clean[: limit - 3]}..."


def frame(place: Place, identity: str) -> dict[str, Any]:
    """Return what every finding of this product has."""
    return {
        "SchemaVersion": "2018-10-08",
        "Id": identity,
        "ProductArn": (
            f"arn:{place.partition}:securityhub:{place.region}:{place.account}:"
            f"product/{place.account}/default"
        ),
        "ProductName": "Sealward",
        "CompanyName": "Sealward",
        "GeneratorId": "sealward/image-signature",
        "AwsAccountId": place.account,
    }


def finding_id(place: Place, record: Record) -> str:
    """Return the stable Id of a subject's finding."""
    image = place.image_arn(record.key.repository, record.key.digest)
    return f"{image}/signature"


def raised(
    place: Place,
    record: Record,
    *,
    severity: Severity,
    policy: Policy | None,
) -> dict[str, Any]:
    """Return the finding about a failing subject, its times left out."""
    told = remedy(record.reason)
    description = (
        f"{record.key.repository}@{record.key.digest}: {record.detail}. "
        f"{_done(record)} {told.meaning}"
    )
    return {
        **frame(place, finding_id(place, record)),
        "Title": printable(
            f"{_TITLES[record.verdict]}: {record.key.repository}", _TITLE
        ),
        "Description": printable(description, DESCRIPTION_LIMIT),
        "FindingProviderFields": {
            "Severity": {"Label": severity.value, "Original": record.reason},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {
            "Status": "WARNING" if record.verdict is Verdict.INCONCLUSIVE else "FAILED",
            "StatusReasons": [
                {
                    "ReasonCode": record.reason.upper().replace("-", "_"),
                    "Description": printable(
                        record.detail or record.reason, VALUE_LIMIT
                    ),
                }
            ],
        },
        "Remediation": {
            "Recommendation": {
                "Text": printable(
                    f"{_mend(record, told.remedy)} More: {DOCUMENT}#{record.reason}",
                    TEXT_LIMIT,
                )
            }
        },
        "ProductFields": _product_fields(record, policy),
        "Resources": [_image(place, record)],
        "RecordState": "ACTIVE",
    }


def resolved(place: Place, record: Record, *, counted: bool = False) -> dict[str, Any]:
    """Return the end of a subject's own finding, its times left out.

    Args:
        place: where the stack runs.
        record: the subject as it stands.
        counted: whether it still fails, and is told with others of its repository.
    """
    rest = (
        "Nothing is done about it by itself: the finding of its repository counts it."
        if counted
        else "Nothing remains to be done."
    )
    image = f"{record.key.repository}@{record.key.digest}"
    description = f"{image}: {record.detail}. {rest}"
    return {
        **frame(place, finding_id(place, record)),
        "Title": printable(
            f"{_TITLES[record.verdict]}: {record.key.repository}", _TITLE
        ),
        "Description": printable(description, DESCRIPTION_LIMIT),
        "FindingProviderFields": {
            "Severity": {"Label": "INFORMATIONAL", "Original": record.reason},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "NOT_AVAILABLE" if counted else "PASSED"},
        "ProductFields": _product_fields(record, None),
        "Resources": [_image(place, record)],
        "RecordState": "ARCHIVED",
    }


def next_state(
    state: FindingState | None,
    document: Mapping[str, Any],
    status: FindingStatus,
    *,
    now: datetime,
) -> FindingState:
    """Return the finding's state once it says ``document``.

    Equal content keeps the state as it is. Otherwise its time is the later of now and a
    millisecond after the last: Security Hub ignores what is not newer.
    """
    content = hashlib.sha256(
        json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()
    if state is not None and (state.status, state.content) == (status, content):
        return state
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return FindingState(
        id=document["Id"],
        status=status,
        created_at=state.created_at if state else now,
        updated_at=max(now, state.updated_at + _TICK) if state else now,
        content=content,
        delivered=False,
    )


def dated(document: Mapping[str, Any], state: FindingState) -> dict[str, Any]:
    """Return ``document`` with the times of its state, ready to be sent."""
    return {
        **document,
        "CreatedAt": _instant(state.created_at),
        "UpdatedAt": _instant(state.updated_at),
    }


def delivered(state: FindingState) -> FindingState:
    """Return the state of a finding Security Hub took."""
    return replace(state, delivered=True)


def _done(record: Record) -> str:
    """Return one sentence on what was done about the image."""
    if record.hold is not None:
        return _held(record, record.hold)
    if record.proposal:
        return (
            f"It was accepted before, so nothing was done by itself: proposed is to "
            f"{record.proposal} it."
        )
    return "Nothing was done about it: it can be pulled."


def _held(record: Record, hold: Hold) -> str:
    if hold.escalated(record.updated_at):
        return _brought_back(record)
    match hold.state:
        case HoldState.HELD:
            return (
                "It was taken out of reach and cannot be pulled; it could be for "
                f"{record.exposure.seconds:.1f} s."
            )
        case HoldState.HOLDING:
            return "It is being taken out of reach."
        case HoldState.REFUSED:
            return (
                f"It can still be pulled: the registry refuses to archive it "
                f"({hold.detail}); this is tried again."
            )
        case HoldState.RELEASING:
            return "It is being released."
        case _:
            assert_never(hold.state)


def _brought_back(record: Record) -> str:
    """Return one sentence on an image that is pushed again and again."""
    match record.pulls:
        case PullDenial.DENIED:
            denied = "Pulls from the repository are denied until an hour is quiet."
        case PullDenial.DENYING:
            why = record.hold.detail if record.hold else ""
            denied = f"Pulls from the repository could not be denied yet: {why}."
        case None:
            denied = "It is archived again each time."
    return (
        f"It is held, and was pushed again {REPUSHES} times within an hour; it could "
        f"be pulled for {record.exposure.total(record.updated_at):.1f} s. {denied}"
    )


def _mend(record: Record, remedy: str) -> str:
    """Return what to do; an image out of reach cannot be signed where it is."""
    if record.hold is not None and record.hold.escalated(record.updated_at):
        return (
            "Find who pushes it: CloudTrail, event PutImage, this repository and "
            "digest; take that principal's right to push away."
        )
    if record.hold is None or record.hold.state is not HoldState.HELD:
        return remedy
    return (
        "A held image cannot be signed: its manifest cannot be read. Push a new build "
        f"and sign it before its grace ends. {remedy}"
    )


def _image(place: Place, record: Record) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "RegistryId": place.account,
        "RepositoryName": record.key.repository,
        "ImageDigest": record.key.digest,
    }
    if record.tags:
        detail["ImageTags"] = [printable(tag, 300) for tag in record.tags[:_TAGS]]
    if record.pushed_at is not None:
        detail["ImagePublishedAt"] = _instant(record.pushed_at)
    return {
        "Type": "AwsEcrContainerImage",
        "Id": place.image_arn(record.key.repository, record.key.digest),
        "Partition": place.partition,
        "Region": place.region,
        "Details": {"AwsEcrContainerImage": detail},
    }


def _product_fields(record: Record, policy: Policy | None) -> dict[str, str]:
    owner = (policy.owner or {}) if policy else {}
    fields = {
        "verdict": record.verdict.value,
        "strictVerdict": record.strict_verdict.value,
        "reason": record.reason,
        "statement": record.statement,
        "bundleSerial": str(record.bundle_serial) if record.bundle_serial else "",
        "hold": record.hold.state.value if record.hold else "",
        "proposal": record.proposal,
        "environment": policy.environment if policy else "",
        "ownerTeam": str(owner.get("team", "")),
        "ownerContact": str(owner.get("contact", "")),
    }
    return {
        f"sealward/{name}": printable(value, VALUE_LIMIT)
        for name, value in fields.items()
        if value
    }


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
