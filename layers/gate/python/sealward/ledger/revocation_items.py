"""The ledger: how knowledge of revocation is stored. Pure.

A memory is cut into shards by its keys, so that no item grows without end and writers
seldom meet. Each shard keeps its newest entries: an answer older than one that fell out
is long past its own ``nextUpdate``.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sealward.ledger.instants import from_text, to_text

if TYPE_CHECKING:
    from notation_verifier.revocation import Revocation, RevocationMemory

SHARDS: Final = tuple("0123456789abcdef")
"""By the first digit of a key, which is a hash."""
MOST_SEEN: Final = 256
"""OCSP answers, and CRLs, whose age one shard keeps: 4,096 of each in all."""
MOST_REVOKED: Final = 512
"""Revocations one shard keeps: 8,192 in all."""


def by_shard(memory: "RevocationMemory") -> Mapping[str, "RevocationMemory"]:
    """Return the shards of ``memory`` that hold anything, each cut to its bounds."""
    from notation_verifier.revocation import (  # noqa: PLC0415 - few looks need it
        RevocationMemory,
        Standing,
    )

    found = {}
    for shard in SHARDS:
        crls = _own(memory.crls, shard)
        ocsp = _own(memory.ocsp, shard)
        revocations = _own(memory.revocations, shard)
        if not (crls or ocsp or revocations):
            continue
        found[shard] = RevocationMemory(
            crls=_newest(crls, MOST_SEEN, lambda seen: seen.this_update),
            ocsp=_newest(ocsp, MOST_SEEN, lambda seen: seen),
            # For good before on hold: the one that is never taken back is kept longest.
            revocations=_newest(
                revocations,
                MOST_REVOKED,
                lambda one: (one.standing is Standing.REVOKED, one.this_update),
            ),
        )
    return found


def bounded(memory: "RevocationMemory") -> "RevocationMemory":
    """Return ``memory`` cut to what the ledger would keep of it."""
    shards = by_shard(memory).values()
    kept = next(iter(shards), memory)
    for shard in shards:
        kept = kept.merged(shard)
    return kept


def _own(entries: Mapping[str, Any], shard: str) -> dict[str, Any]:
    return {key: entries[key] for key in entries if key.startswith(shard)}


def _newest(entries: dict[str, Any], most: int, age: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any order
    if len(entries) > most:
        kept = sorted(entries, key=lambda key: (age(entries[key]), key))[-most:]
        entries = {key: entries[key] for key in kept}
    return MappingProxyType(entries)


def to_document(memory: "RevocationMemory") -> dict[str, Any]:
    """Return ``memory`` in plain JSON types."""
    return {
        "crls": {
            key: [seen.number, to_text(seen.this_update)]
            for key, seen in sorted(memory.crls.items())
        },
        "ocsp": {key: to_text(seen) for key, seen in sorted(memory.ocsp.items())},
        "revocations": {
            key: _revocation_document(one)
            for key, one in sorted(memory.revocations.items())
        },
    }


def _revocation_document(revocation: "Revocation") -> dict[str, Any]:
    invalid = revocation.invalidity_date
    return {
        "standing": revocation.standing.value,
        "this_update": to_text(revocation.this_update),
        "revoked_at": to_text(revocation.revoked_at),
        "reason": revocation.reason,
        **({} if invalid is None else {"invalidity_date": to_text(invalid)}),
    }


def from_document(document: Mapping[str, Any]) -> "RevocationMemory":
    """Return the memory that ``to_document`` wrote.

    Raises:
        ValueError: it did not.
    """
    from notation_verifier.revocation import (  # noqa: PLC0415 - few looks need it
        Revocation,
        RevocationMemory,
        SeenCrl,
        Standing,
    )

    try:
        return RevocationMemory(
            crls=MappingProxyType(
                {
                    str(key): SeenCrl(
                        number=None if number is None else int(number),
                        this_update=from_text(seen),
                    )
                    for key, (number, seen) in document["crls"].items()
                }
            ),
            ocsp=MappingProxyType(
                {str(key): from_text(seen) for key, seen in document["ocsp"].items()}
            ),
            revocations=MappingProxyType(
                {
                    str(key): Revocation(
                        standing=Standing(one["standing"]),
                        this_update=from_text(one["this_update"]),
                        revoked_at=from_text(one["revoked_at"]),
                        reason=str(one["reason"]),
                        invalidity_date=from_text(one["invalidity_date"])
                        if "invalidity_date" in one
                        else None,
                    )
                    for key, one in document["revocations"].items()
                }
            ),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"not a memory of revocation: {error!r}") from error
