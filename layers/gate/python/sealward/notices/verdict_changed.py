"""The event that a verdict changed: what the bus is told. Pure.

Its form is published as ``schema/verdict-changed.schema.json``. An event is a hint, as
all events are: whoever acts upon one asks the ledger, or verifies, first.
"""

from datetime import UTC, datetime
from typing import Any, Final

from notation_verifier.sentence import requirement
from sealward.findings import Place, printable
from sealward.findings.remedies import DOCUMENT, remedy
from sealward.findings.steps import done, mend
from sealward.ledger.records import Record, Verdict
from sealward.policy.bundle import Policy

SOURCE: Final = "sealward"
DETAIL_TYPE: Final = "Verdict Changed"
SCHEMA: Final = 1
"""The form of the detail; another form gets another number."""
_TEXT: Final = 1024
"""Characters of a text."""
_NAME: Final = 256
"""Characters of a name."""
_TAGS: Final = 20


def is_change(known: Record | None, record: Record) -> bool:
    """Return whether ``record`` says what is to be told, ``known`` being told.

    The first sight of an image that waits for its signature is none, nor that of one no
    policy names; a signature refused while it waits is.
    """
    if known is not None:
        return _said(known) != _said(record) and bool(_word(record) or _word(known))
    return bool(_word(record))


def verdict_changed(
    place: Place, known: Record | None, record: Record, policy: Policy | None
) -> dict[str, Any]:
    """Return the event's detail, in plain JSON types.

    Args:
        place: where the stack runs.
        known: what was remembered before, if anything.
        record: the subject as it stands after the step.
        policy: what governs it; names the owner.
    """
    reason = record.so_far or record.reason
    told = remedy(reason)
    owner = (policy.owner or {}) if policy else {}
    return {
        "schema": SCHEMA,
        "account": place.account,
        "region": place.region,
        "repository": record.key.repository,
        "digest": record.key.digest,
        "tags": [printable(tag, _NAME) for tag in record.tags[:_TAGS]],
        "verdict": record.verdict.value,
        "reason": reason,
        "detail": printable(record.detail, _TEXT),
        "before": _before(known),
        "version": record.version,
        "at": _instant(record.updated_at),
        "pushedAt": _instant(record.pushed_at) if record.pushed_at else None,
        "pushedBy": printable(record.pushed_by, _TEXT) or None,
        "owner": {
            "team": printable(str(owner.get("team", "")), _NAME),
            "contact": printable(str(owner.get("contact", "")), _NAME),
        },
        "policy": printable(record.statement, _NAME) or None,
        "requirement": printable(requirement(policy.statement, None), _TEXT)
        if policy
        else None,
        "environment": printable(policy.environment, _NAME) if policy else "",
        "bundleSerial": record.bundle_serial,
        "hold": record.hold.state.value if record.hold else None,
        "proposal": record.proposal or None,
        "exposureSeconds": round(record.exposure.total(record.updated_at), 1),
        "done": printable(done(record), _TEXT) if _refused(record) else "",
        "meaning": told.meaning,
        "remedy": printable(mend(record, told.remedy, host=place.registry), _TEXT),
        "link": f"{DOCUMENT}#{reason}",
        "finding": record.finding.id if record.finding else None,
    }


def _refused(record: Record) -> bool:
    return record.verdict in {Verdict.UNSIGNED, Verdict.UNTRUSTED}


def _said(record: Record) -> tuple[str, str, str]:
    return record.verdict.value, record.reason, record.so_far


def _word(record: Record) -> str:
    """Return what there is to tell of a first sight, or nothing."""
    if record.verdict is Verdict.PENDING:
        return record.so_far
    return "" if record.verdict is Verdict.UNGOVERNED else record.verdict.value


def _before(known: Record | None) -> dict[str, str] | None:
    if known is None:
        return None
    return {
        "verdict": known.verdict.value,
        "reason": known.so_far or known.reason,
    }


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
