"""The codec: how the ledger's records are stored.

``to_item`` and ``from_item`` say what is stored, in plain JSON types, so that every
adapter stores the same. A kilobyte is what a write is paid by, so nothing stands in an
item twice: the key tells repository and digest, the attributes that indexes are sorted
by tell due time and statement, and what is as it mostly is, is left out.
"""

from collections.abc import Mapping
from typing import Any

from notation_verifier import Descriptor
from sealward.ledger.finding_items import finding_from, finding_item
from sealward.ledger.indexes import UNGOVERNED, statement_key
from sealward.ledger.instants import (
    from_text,
    optional_instant,
    optional_text,
    to_text,
)
from sealward.ledger.managed_signing import signing_from, signing_item
from sealward.ledger.records import (
    SCHEMA,
    Deletion,
    Exposure,
    Hold,
    HoldState,
    PullDenial,
    Record,
    Verdict,
)
from sealward.ledger.releases import release_from, release_item
from sealward.ledger.replicas import replica_from, replica_item
from sealward.ledger.schema_1 import upgraded
from sealward.subjects import SubjectKey


class UnreadableRecord(ValueError):  # noqa: N818 - named by what is wrong
    """A stored item that is no record of this version or the one before."""


def to_item(record: Record) -> dict[str, Any]:
    """Return ``record`` in plain JSON types: what every adapter stores.

    Instants are fixed-width ISO 8601 in UTC, so that they sort as text; absent values
    are left out, so that sparse indexes stay sparse; numbers are integers. ``pk`` is
    the subject's key; ``due_at`` and ``by_statement`` are keys of indexes as well.
    """
    found_by = statement_key(record)
    item: dict[str, Any] = {
        "pk": str(record.key),
        "schema": record.schema,
        "version": record.version,
        "verdict": record.verdict.value,
        "reason": record.reason,
        "detail": record.detail,
        "strict_verdict": record.strict_verdict.value
        if record.strict_verdict is not record.verdict
        else None,
        "statement": record.statement,
        "by_statement": found_by,
        "statement_hash": record.statement_hash
        if record.statement_hash != found_by
        else None,
        "bundle_serial": record.bundle_serial,
        "bundle_digest": record.bundle_digest,
        "evidence": record.evidence,
        "descriptor": _descriptor_item(record.descriptor, record.key),
        "tags": list(record.tags),
        "first_seen": to_text(record.first_seen),
        "pushed_at": optional_text(record.pushed_at),
        "settled_at": optional_text(record.settled_at),
        "ever_trusted": record.ever_trusted,
        "unknown_since": optional_text(record.unknown_since),
        "looks": record.looks,
        "due_at": optional_text(record.due),
        "signature": record.signature,
        "signer": record.signer,
        "further_signatures": list(record.further_signatures),
        "further_signers": list(record.further_signers),
        "hold": _hold_item(record.hold),
        "finding": finding_item(record.finding),
        "proposal": record.proposal,
        "proposal_id": record.proposal_id,
        "proposed_at": optional_text(record.proposed_at),
        "reported": record.reported,
        "recount": optional_text(record.recount),
        "pulls": record.pulls.value if record.pulls else None,
        "exposure_ms": round(record.exposure.seconds * 1000),
        "exposed_since": optional_text(record.exposure.open_since),
        "problem": record.problem or None,
        "covered_by": record.covered_by,
        "children": record.children,
        "covering": record.covering,
        "children_heard": record.children_heard,
        "former_tags": list(record.former_tags),
        "last_trusted": record.last_trusted,
        "grace_spent": record.grace_spent,
        "signing": signing_item(record.signing),
        "replica": replica_item(record.replica),
        "so_far": record.so_far,
        "untold": record.untold,
        "unkept_signature": record.unkept_signature,
        "pushed_by": record.pushed_by,
        "removed_by": record.removed_by,
        "owner": record.owner,
        "pulled_at": optional_text(record.pulled_at),
        "release": release_item(record.release),
        "updated_at": to_text(record.updated_at),
    }
    return {
        name: value
        for name, value in item.items()
        # No children is not the same as none remembered.
        if value or (name == "children" and value is not None)
    }


def from_item(item: Mapping[str, Any]) -> Record:
    """Return the record that ``item`` stores; other attributes are left alone.

    Raises:
        UnreadableRecord: a field is missing or of another shape, or the schema number
            is neither this version's nor the one before.
    """
    try:
        if int(item["schema"]) == SCHEMA - 1:
            item = upgraded(item)
        _require_readable(int(item["schema"]))
        key = SubjectKey.from_text(item["pk"])
        return Record(
            key=key,
            version=int(item["version"]),
            verdict=Verdict(item["verdict"]),
            reason=item["reason"],
            detail=item.get("detail", ""),
            strict_verdict=Verdict(item.get("strict_verdict", item["verdict"])),
            statement=item.get("statement", ""),
            statement_hash=_statement_hash(item),
            bundle_serial=int(item.get("bundle_serial", 0)),
            bundle_digest=item.get("bundle_digest", ""),
            evidence=item.get("evidence", ""),
            descriptor=_descriptor(item.get("descriptor"), key),
            tags=tuple(item.get("tags", ())),
            first_seen=from_text(item["first_seen"]),
            pushed_at=optional_instant(item.get("pushed_at")),
            settled_at=optional_instant(item.get("settled_at")),
            ever_trusted=bool(item.get("ever_trusted", False)),
            unknown_since=optional_instant(item.get("unknown_since")),
            looks=int(item.get("looks", 0)),
            due=optional_instant(item.get("due_at")),
            signature=item.get("signature"),
            signer=item.get("signer"),
            further_signatures=tuple(item.get("further_signatures", ())),
            further_signers=tuple(item.get("further_signers", ())),
            hold=_hold(item.get("hold")),
            finding=finding_from(item.get("finding")),
            proposal=item.get("proposal", ""),
            proposal_id=item.get("proposal_id", ""),
            proposed_at=optional_instant(item.get("proposed_at")),
            reported=item.get("reported", ""),
            recount=optional_instant(item.get("recount")),
            pulls=PullDenial(item["pulls"]) if item.get("pulls") else None,
            exposure=Exposure(
                seconds=int(item.get("exposure_ms", 0)) / 1000,
                open_since=optional_instant(item.get("exposed_since")),
            ),
            problem=item.get("problem", ""),
            covered_by=item.get("covered_by"),
            children=_optional_number(item.get("children")),
            covering=bool(item.get("covering", False)),
            children_heard=str(item.get("children_heard", "")),
            former_tags=tuple(item.get("former_tags", ())),
            last_trusted=str(item.get("last_trusted", "")),
            grace_spent=bool(item.get("grace_spent", False)),
            signing=signing_from(item.get("signing")),
            replica=replica_from(item.get("replica")),
            so_far=item.get("so_far", ""),
            untold=bool(item.get("untold", False)),
            unkept_signature=bool(item.get("unkept_signature", False)),
            pushed_by=item.get("pushed_by", ""),
            removed_by=item.get("removed_by", ""),
            owner=item.get("owner", ""),
            pulled_at=optional_instant(item.get("pulled_at")),
            release=release_from(item.get("release")),
            updated_at=from_text(item["updated_at"]),
            schema=SCHEMA,
        )
    except UnreadableRecord:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableRecord(f"not a record of the ledger: {error!r}") from error


def _statement_hash(item: Mapping[str, Any]) -> str:
    found_by: str = item.get("by_statement", "")
    said: str = item.get("statement_hash", "" if found_by == UNGOVERNED else found_by)
    return said


def _require_readable(schema: int) -> None:
    if schema != SCHEMA:
        raise UnreadableRecord(
            f"the record has schema {schema}; this version reads {SCHEMA} and "
            f"{SCHEMA - 1}: deploy the version that wrote it, or a newer one"
        )


def _optional_number(number: object) -> int | None:
    return None if number is None else int(str(number))


def _descriptor_item(
    descriptor: Descriptor | None, key: SubjectKey
) -> dict[str, Any] | None:
    if descriptor is None:
        return None
    item: dict[str, Any] = {
        "media_type": descriptor.media_type,
        "size": descriptor.size,
    }
    if descriptor.digest != key.digest:
        item["digest"] = descriptor.digest
    return item


def _descriptor(item: Mapping[str, Any] | None, key: SubjectKey) -> Descriptor | None:
    if item is None:
        return None
    return Descriptor(
        media_type=item["media_type"],
        digest=item.get("digest", key.digest),
        size=int(item["size"]),
    )


def _hold_item(hold: Hold | None) -> dict[str, Any] | None:
    if hold is None:
        return None
    return {
        "state": hold.state.value,
        "since": to_text(hold.since),
        "applied": hold.applied,
        "detail": hold.detail,
        **({"again": [to_text(each) for each in hold.again]} if hold.again else {}),
        **({"pushed_at": to_text(hold.pushed_at)} if hold.pushed_at else {}),
        **({"evidence": hold.evidence} if hold.evidence else {}),
        **({"unkept": hold.unkept} if hold.unkept else {}),
        **({"approved": True} if hold.approved else {}),
        **({"deletion": _deletion_item(hold.deletion)} if hold.deletion else {}),
        **(
            {"deletable_since": to_text(hold.deletable_since)}
            if hold.deletable_since
            else {}
        ),
    }


def _hold(item: Mapping[str, Any] | None) -> Hold | None:
    if item is None:
        return None
    return Hold(
        state=HoldState(item["state"]),
        since=from_text(item["since"]),
        applied=int(item["applied"]),
        detail=item["detail"],
        again=tuple(from_text(each) for each in item.get("again", ())),
        pushed_at=optional_instant(item.get("pushed_at")),
        evidence=item.get("evidence", ""),
        unkept=item.get("unkept", ""),
        approved=bool(item.get("approved", False)),
        deletion=_deletion(item.get("deletion")),
        deletable_since=optional_instant(item.get("deletable_since")),
    )


def _deletion_item(deletion: Deletion) -> dict[str, str]:
    return {
        "at": to_text(deletion.at),
        "refused": deletion.refused,
        **({"dossier": deletion.dossier} if deletion.dossier else {}),
    }


def _deletion(item: Mapping[str, Any] | None) -> Deletion | None:
    if item is None:
        return None
    return Deletion(
        at=from_text(item["at"]),
        refused=item["refused"],
        dossier=item.get("dossier", ""),
    )
