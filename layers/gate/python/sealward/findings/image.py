"""The finding about an image: one for each subject Sealward acts on. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from notation_verifier.sentence import requirement
from sealward.decisions import Severity
from sealward.decisions.judgement import GONE, SETTLED_FAILURES
from sealward.findings.document import (
    DESCRIPTION_LIMIT,
    FINDING_TYPE,
    TEXT_LIMIT,
    TITLE_LIMIT,
    VALUE_LIMIT,
    Place,
    filled,
    frame,
    instant_text,
    printable,
)
from sealward.findings.remedies import DOCUMENT, remedy
from sealward.findings.replica import of_replica
from sealward.findings.steps import ANY, DONE_LIMIT, circumstances, done, mend
from sealward.ledger.records import Record, Verdict
from sealward.policy.bundle import Policy

_TAGS = 20
_ASKED = 350
"""Characters of what the policy asks for: what was found and done must have room."""
_LEAST = 40
"""Of anything that has to give way."""

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
_GONE: Final = "Image was deleted"


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
    document = {
        **frame(place, finding_id(place, record)),
        "Title": _title(record),
        "Description": _description(record, policy, told.meaning),
        "FindingProviderFields": {
            "Severity": {"Label": severity.value, "Original": record.reason},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {
            "Status": "WARNING" if _is_unknown(record) else "FAILED",
            "StatusReasons": [
                {
                    "ReasonCode": record.reason.upper().replace("-", "_"),
                    "Description": filled(record.detail, record.reason, VALUE_LIMIT),
                }
            ],
        },
        "Remediation": {
            "Recommendation": {
                "Text": printable(_to_do(place, record, told.remedy), TEXT_LIMIT)
            }
        },
        "ProductFields": _product_fields(record, policy),
        "Resources": [_image(place, record)],
        "RecordState": "ACTIVE",
    }
    return of_replica(document, place, record)


def _to_do(place: Place, record: Record, remedy: str) -> str:
    """Return what to do, with this image's own name in its commands where it fits."""
    more = f" More: {DOCUMENT}#{record.reason}"
    plain = mend(record, remedy)
    texts = (
        mend(record, remedy, host=place.registry),
        plain,
        plain.replace(str(record.key), ANY),
    )
    fitting = (each for each in texts if len(each) + len(more) <= TEXT_LIMIT)
    return next(fitting, texts[-1]) + more


def _description(record: Record, policy: Policy | None, meaning: str) -> str:
    """Return what was asked for and found, what was done, and who did what.

    What the policy asks for and what was found are cut first: they are in the ledger.
    """
    rest = f"{printable(done(record), DONE_LIMIT)} {circumstances(record)}{meaning}"
    room = DESCRIPTION_LIMIT - len(rest) - len(str(record.key)) - len(": . ")
    said = printable(_sentence(record, policy, room), max(room, _LEAST))
    return printable(f"{record.key}: {said}. {rest}", DESCRIPTION_LIMIT)


def _sentence(record: Record, policy: Policy | None, room: int) -> str:
    """Return what was asked for, and what was found, as *explain* says it."""
    if policy is None or record.verdict not in SETTLED_FAILURES:
        return record.detail
    asked = requirement(policy.statement, None)
    return f"{printable(asked, min(_ASKED, max(room // 2, _LEAST)))}; {record.detail}"


def resolved(
    place: Place, record: Record, *, policy: Policy | None, counted: bool = False
) -> dict[str, Any]:
    """Return the end of a subject's own finding, its times left out.

    Args:
        place: where the stack runs.
        record: the subject as it stands.
        policy: what governs it; names the owner.
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
        "Title": _title(record),
        "Description": printable(description, DESCRIPTION_LIMIT),
        "FindingProviderFields": {
            "Severity": {"Label": "INFORMATIONAL", "Original": record.reason},
            "Types": [FINDING_TYPE],
        },
        "Compliance": {"Status": "NOT_AVAILABLE" if counted else "PASSED"},
        "ProductFields": _product_fields(record, policy),
        "Resources": [_image(place, record)],
        "RecordState": "ARCHIVED",
    }


def _title(record: Record) -> str:
    # What AWS answered before it went says nothing of an image that is gone.
    title = _GONE if record.reason == GONE else _TITLES[record.verdict]
    tag = f":{record.tags[0]}" if record.tags else ""
    return printable(f"{title}: {record.key.repository}{tag}", TITLE_LIMIT)


def _is_unknown(record: Record) -> bool:
    return record.verdict is Verdict.INCONCLUSIVE and record.reason != GONE


def _image(place: Place, record: Record) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "RegistryId": place.account,
        "RepositoryName": record.key.repository,
        "ImageDigest": record.key.digest,
    }
    if record.tags:
        detail["ImageTags"] = [printable(tag, 300) for tag in record.tags[:_TAGS]]
    if record.pushed_at is not None:
        detail["ImagePublishedAt"] = instant_text(record.pushed_at)
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
        "policy": record.statement,
        "bundleSerial": str(record.bundle_serial) if record.bundle_serial else "",
        "hold": record.hold.state.value if record.hold else "",
        "proposal": record.proposal,
        "environment": policy.environment if policy else "",
        "lastTrusted": record.last_trusted,
        "pushedBy": record.pushed_by,
        "removedBy": record.removed_by,
        "pulledAt": instant_text(record.pulled_at) if record.pulled_at else "",
        # While it grows, every look would send the finding anew.
        "exposureSeconds": f"{record.exposure.seconds:.1f}"
        if record.exposure.seconds and record.exposure.open_since is None
        else "",
        "ownerTeam": str(owner.get("team", "")),
        "ownerContact": str(owner.get("contact", "")),
    }
    return {
        f"sealward/{name}": printable(value, VALUE_LIMIT)
        for name, value in fields.items()
        if value.strip()
    }
