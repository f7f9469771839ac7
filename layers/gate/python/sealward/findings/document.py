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
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.ledger.records import FindingState, FindingStatus

TITLE_LIMIT: Final = 256
DESCRIPTION_LIMIT: Final = 1024
TEXT_LIMIT: Final = 512
VALUE_LIMIT: Final = 2048
FINDING_TYPE: Final = "Software and Configuration Checks/Supply Chain/Image Signature"
RESEND: Final = timedelta(days=60)
"""After this long an open finding is sent again: Security Hub forgets at day 90."""
_TICK: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the stack runs: what every finding names."""

    partition: str
    account: str
    region: str
    registry: str = ""
    """The registry's host, as commands name it; empty where nobody said."""

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


def filled(text: str, instead: str, limit: int) -> str:
    """Return ``text`` printable and cut; ``instead`` where there is nothing to read.

    Security Hub refuses a finding, now and always, for one text that is blank.
    """
    return printable(text if text.strip() else instead, limit)


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


def next_state(
    state: FindingState | None,
    document: Mapping[str, Any],
    status: FindingStatus,
    *,
    now: datetime,
) -> FindingState:
    """Return the finding's state once it says ``document``.

    Equal content keeps the state as it is, unless it is open and was last sent so long
    ago that Security Hub is about to forget it. Otherwise its time is the later of now
    and a millisecond after the last: Security Hub ignores what is not newer.
    """
    content = hashlib.sha256(
        json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()
    if (
        state is not None
        and (state.status, state.content) == (status, content)
        and not (status is FindingStatus.OPEN and now - state.updated_at >= RESEND)
    ):
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
        "CreatedAt": instant_text(state.created_at),
        "UpdatedAt": instant_text(state.updated_at),
    }


def delivered(state: FindingState) -> FindingState:
    """Return the state of a finding Security Hub took."""
    return replace(state, delivered=True)


def instant_text(instant: datetime) -> str:
    """Return ``instant`` as Security Hub reads it: UTC, milliseconds."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
