"""What is stored of a record: plain JSON types out, strictly read back in. Pure.

Instants are ISO 8601 in UTC with six decimals and ``Z``, so that they sort as text.
"""

import json
import re
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from notation_verifier import Descriptor
from sealward.ledger import (
    SCHEMA,
    Exposure,
    FindingState,
    FindingStatus,
    Hold,
    HoldState,
    Record,
    Verdict,
)
from sealward.ports import Unavailable
from sealward.subjects import SubjectKey

REPORT_LIMIT: Final = 300 * 1024
"""Bytes of a compressed report: an item of the table holds 400 KiB in all."""
_REPORT_TEXT_LIMIT: Final = 32 * 1024 * 1024
"""Bytes of a report's JSON: what is read back is bounded, whoever wrote it."""
_INSTANT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_INSTANT_SHAPE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_READS: Final = frozenset({SCHEMA})
"""Schema numbers understood: from the second on, the one before as well."""


_T = TypeVar("_T")


class UnreadableRecord(Unavailable):
    """What is stored is no record this version understands; it is left untouched."""


def instant_text(instant: datetime) -> str:
    """Return ``instant`` (aware) as it is stored."""
    return instant.astimezone(UTC).strftime(_INSTANT)


def instant_of(text: object) -> datetime:
    """Return the instant ``instant_text`` wrote.

    Raises:
        ValueError: it did not.
    """
    if not isinstance(text, str) or not _INSTANT_SHAPE.fullmatch(text):
        raise ValueError(f"not an instant: {text!r}")
    return datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)


def record_document(record: Record) -> dict[str, Any]:
    """Return ``record`` in plain JSON types; absent values are left out."""
    document: dict[str, Any] = {
        "schema": record.schema,
        "repository": record.key.repository,
        "digest": record.key.digest,
        "version": record.version,
        "verdict": record.verdict.value,
        "reason": record.reason,
        "detail": record.detail,
        "strict_verdict": record.strict_verdict.value,
        "statement": record.statement,
        "statement_hash": record.statement_hash,
        "bundle_serial": record.bundle_serial,
        "bundle_digest": record.bundle_digest,
        "evidence": record.evidence,
        "descriptor": _optional(_descriptor_document, record.descriptor),
        "tags": list(record.tags),
        "first_seen": instant_text(record.first_seen),
        "pushed_at": _optional(instant_text, record.pushed_at),
        "settled_at": _optional(instant_text, record.settled_at),
        "ever_trusted": record.ever_trusted,
        "unknown_since": _optional(instant_text, record.unknown_since),
        "looks": record.looks,
        "due": _optional(instant_text, record.due),
        "signature": record.signature,
        "signer": record.signer,
        "hold": _optional(_hold_document, record.hold),
        "finding": _optional(_finding_document, record.finding),
        "proposal": record.proposal,
        "exposure": _exposure_document(record.exposure),
        "updated_at": instant_text(record.updated_at),
    }
    return {name: value for name, value in document.items() if value is not None}


def record_of(document: Mapping[str, Any]) -> Record:
    """Return the record ``record_document`` wrote.

    Raises:
        UnreadableRecord: a schema number not understood, a field too many, too few or
            of another type; the message names the subject and the field.
    """
    place = f"record of {document.get('repository')}@{document.get('digest')}"
    fields = _Fields(document, place)
    schema = fields.count("schema")
    if schema not in _READS:
        raise UnreadableRecord(
            f"{place}: schema {schema} is not understood here; "
            "run the version of Sealward that wrote it, or a later one"
        )
    record = Record(
        key=SubjectKey(
            repository=fields.text("repository"),
            digest=fields.text("digest"),
        ),
        version=fields.count("version"),
        verdict=fields.read("verdict", Verdict),
        reason=fields.text("reason"),
        detail=fields.text("detail"),
        strict_verdict=fields.read("strict_verdict", Verdict),
        statement=fields.text("statement"),
        statement_hash=fields.text("statement_hash"),
        bundle_serial=fields.count("bundle_serial"),
        bundle_digest=fields.text("bundle_digest"),
        evidence=fields.text("evidence"),
        descriptor=fields.optional("descriptor", _descriptor_of),
        tags=fields.read("tags", _texts),
        first_seen=fields.read("first_seen", instant_of),
        pushed_at=fields.optional("pushed_at", instant_of),
        settled_at=fields.optional("settled_at", instant_of),
        ever_trusted=fields.read("ever_trusted", _flag),
        unknown_since=fields.optional("unknown_since", instant_of),
        looks=fields.count("looks"),
        due=fields.optional("due", instant_of),
        signature=fields.optional("signature", _text),
        signer=fields.optional("signer", _text),
        hold=fields.optional("hold", _hold_of),
        finding=fields.optional("finding", _finding_of),
        proposal=fields.text("proposal"),
        exposure=fields.read("exposure", _exposure_of),
        updated_at=fields.read("updated_at", instant_of),
        schema=schema,
    )
    fields.close()
    return record


def report_bytes(report: Mapping[str, Any]) -> bytes:
    """Return ``report`` as compressed JSON, or a note of its size where it is too big.

    A report that does not fit must not keep its verdict from being written.
    """
    text = json.dumps(report, sort_keys=True, separators=(",", ":")).encode()
    packed = zlib.compress(text, 6)
    if len(packed) > REPORT_LIMIT:
        note = {"omitted": "the report is too large to keep", "bytes": len(text)}
        packed = zlib.compress(json.dumps(note).encode())
    return packed


def report_of(packed: bytes) -> dict[str, Any]:
    """Return the report ``report_bytes`` packed.

    Raises:
        UnreadableRecord: it did not.
    """
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, _REPORT_TEXT_LIMIT)
        report = json.loads(text)
    except (zlib.error, ValueError, RecursionError) as error:
        raise UnreadableRecord(f"history entry: {error}") from error
    if not isinstance(report, dict):
        raise UnreadableRecord("history entry: not an object")
    return report


class _Fields:
    """Takes fields out of a stored object, and complains by name."""

    def __init__(self, document: object, place: str) -> None:
        if not isinstance(document, Mapping):
            raise UnreadableRecord(f"{place}: not an object")
        self._left: dict[str, Any] = dict(document)
        self._place = place

    def read(self, name: str, of: Callable[[Any], _T]) -> _T:
        """Take the field ``name`` and return what ``of`` makes of it."""
        if name not in self._left:
            raise UnreadableRecord(f"{self._place}: no field {name!r}")
        stored = self._left.pop(name)
        try:
            return of(stored)
        except (ValueError, TypeError) as error:
            raise UnreadableRecord(f"{self._place}: {name}: {error}") from error

    def optional(self, name: str, of: Callable[[Any], _T]) -> _T | None:
        """Take the field ``name`` if it is there."""
        return self.read(name, of) if name in self._left else None

    def text(self, name: str) -> str:
        """Take a string."""
        return self.read(name, _text)

    def count(self, name: str) -> int:
        """Take a whole number."""
        return self.read(name, _whole)

    def close(self) -> None:
        """Complain of what nobody took."""
        if self._left:
            raise UnreadableRecord(f"{self._place}: unknown field {min(self._left)!r}")


def _text(stored: object) -> str:
    if not isinstance(stored, str):
        raise TypeError(f"not a string: {stored!r}")
    return stored


def _texts(stored: object) -> tuple[str, ...]:
    if not isinstance(stored, list):
        raise TypeError(f"not a list: {stored!r}")
    return tuple(_text(each) for each in stored)


def _whole(stored: object) -> int:
    if not isinstance(stored, int) or isinstance(stored, bool):
        raise TypeError(f"not a whole number: {stored!r}")
    return stored


def _flag(stored: object) -> bool:
    if not isinstance(stored, bool):
        raise TypeError(f"neither true nor false: {stored!r}")
    return stored


def _seconds(stored: object) -> float:
    if not isinstance(stored, int | float) or isinstance(stored, bool):
        raise TypeError(f"not a number of seconds: {stored!r}")
    return float(stored)


def _optional(write: Callable[[_T], Any], value: _T | None) -> Any:  # noqa: ANN401 (JSON)
    return None if value is None else write(value)


def _descriptor_document(descriptor: Descriptor) -> dict[str, Any]:
    return {
        "media_type": descriptor.media_type,
        "digest": descriptor.digest,
        "size": descriptor.size,
    }


def _descriptor_of(stored: object) -> Descriptor:
    fields = _Fields(stored, "descriptor")
    descriptor = Descriptor(
        media_type=fields.text("media_type"),
        digest=fields.text("digest"),
        size=fields.count("size"),
    )
    fields.close()
    return descriptor


def _hold_document(hold: Hold) -> dict[str, Any]:
    return {
        "state": hold.state.value,
        "since": instant_text(hold.since),
        "applied": hold.applied,
        "detail": hold.detail,
    }


def _hold_of(stored: object) -> Hold:
    fields = _Fields(stored, "hold")
    hold = Hold(
        state=fields.read("state", HoldState),
        since=fields.read("since", instant_of),
        applied=fields.count("applied"),
        detail=fields.text("detail"),
    )
    fields.close()
    return hold


def _finding_document(finding: FindingState) -> dict[str, Any]:
    return {
        "id": finding.id,
        "status": finding.status.value,
        "created_at": instant_text(finding.created_at),
        "updated_at": instant_text(finding.updated_at),
        "content": finding.content,
        "delivered": finding.delivered,
    }


def _finding_of(stored: object) -> FindingState:
    fields = _Fields(stored, "finding")
    finding = FindingState(
        id=fields.text("id"),
        status=fields.read("status", FindingStatus),
        created_at=fields.read("created_at", instant_of),
        updated_at=fields.read("updated_at", instant_of),
        content=fields.text("content"),
        delivered=fields.read("delivered", _flag),
    )
    fields.close()
    return finding


def _exposure_document(exposure: Exposure) -> dict[str, Any]:
    document: dict[str, Any] = {"seconds": exposure.seconds}
    if exposure.open_since is not None:
        document["open_since"] = instant_text(exposure.open_since)
    return document


def _exposure_of(stored: object) -> Exposure:
    fields = _Fields(stored, "exposure")
    exposure = Exposure(
        seconds=fields.read("seconds", _seconds),
        open_since=fields.optional("open_since", instant_of),
    )
    fields.close()
    return exposure
