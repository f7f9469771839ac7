"""Evidence checked: read again, and held against the hashes that name it."""

import hashlib
from collections.abc import Mapping
from typing import Final

from notation_verifier.values import dataclass
from sealward.evidence.dossier import (
    DOSSIER_LIMIT,
    KEPT_LIMIT,
    Dossier,
    InvalidDossier,
    Piece,
    dossier_key,
    object_key,
)
from sealward.ports.evidence_store import EvidenceStore
from sealward.ports.failures import NotFound
from sealward.ports.reads import Read, RunBeside, ask

_MISSING: Final = "not there"
_OTHER: Final = "other bytes than its hash says"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One dossier as it was found."""

    digest: str
    """SHA-256 (hex) that names it."""
    dossier: Dossier | None
    """None where it is missing or not what it says."""
    contents: Mapping[str, bytes]
    """The pieces' bytes, by digest, as far as they are what they say."""
    problems: tuple[str, ...]
    """What is missing or was exchanged; nothing: all of it is there."""


def check(
    store: EvidenceStore,
    prefix: str,
    digest: str,
    *,
    beside: RunBeside | None = None,
) -> Checked:
    """Read the dossier ``digest`` (hex) under ``prefix`` and all that it names.

    Raises:
        Denied, Unavailable: the store did not answer.
    """
    content = _read(store, dossier_key(prefix, digest), DOSSIER_LIMIT)
    if content is None or hashlib.sha256(content).hexdigest() != digest:
        why = _MISSING if content is None else _OTHER
        return _nothing(digest, f"dossier {digest}: {why}")
    try:
        dossier = Dossier.of(content)
    except InvalidDossier as error:
        return _nothing(digest, f"dossier {digest}: {error}")
    wanted = {each.digest: each for each in dossier.pieces if not each.left_out}
    reads = {
        name: Read(lambda name=name: _read(store, object_key(name), KEPT_LIMIT))  # type: ignore[misc]
        for name in wanted
    }
    ask(list(reads.values()), beside)
    contents: dict[str, bytes] = {}
    problems: list[str] = []
    for name, piece in wanted.items():
        found = reads[name].answer()
        if found is None:
            problems.append(_problem(piece, _MISSING))
        elif f"sha256:{hashlib.sha256(found).hexdigest()}" != name:
            problems.append(_problem(piece, _OTHER))
        else:
            contents[name] = found
    return Checked(
        digest=digest, dossier=dossier, contents=contents, problems=tuple(problems)
    )


def _read(store: EvidenceStore, key: str, limit: int) -> bytes | None:
    try:
        return store.read(key, limit=limit)
    except NotFound:
        return None


def _nothing(digest: str, problem: str) -> Checked:
    return Checked(digest=digest, dossier=None, contents={}, problems=(problem,))


def _problem(piece: Piece, why: str) -> str:
    return f"{piece.role} {piece.digest}: {why}"
