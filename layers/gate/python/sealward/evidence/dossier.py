"""Dossiers: one document for each decision that names what was kept, by hash. Pure.

A dossier is JSON. Its own SHA-256 is in its key, and in the ledger's intent, so that
neither it nor what it names can be exchanged without being noticed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum
from typing import Any, Final

from notation_verifier.values import dataclass

KEPT_LIMIT: Final = 8 * 1024 * 1024
"""Bytes kept of one subject at one decision, the dossier beside it."""
OVER_QUOTA_LIMIT: Final = 256 * 1024
"""Bytes kept of one subject once its repository is over its quota for the day."""
DOSSIER_LIMIT: Final = 2 * 1024 * 1024
"""Bytes of a dossier: its report names at most 1,000 referrers."""
SCHEMA: Final = 1


class InvalidDossier(ValueError):  # noqa: N818 - named by what is wrong
    """Bytes that are no dossier of a schema this version reads."""


class Role(StrEnum):
    """What a piece is of."""

    MANIFEST = "manifest"
    """The image's own manifest."""
    CONFIG = "config"
    """The image's config."""
    SIGNATURE = "signature-manifest"
    """The manifest of a candidate."""
    ENVELOPE = "envelope"
    """What a candidate's manifest holds."""
    ANSWER = "revocation-answer"
    """What a responder or a CRL's server said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One object that a dossier names."""

    role: Role
    digest: str
    """``sha256:<hex>`` of its bytes."""
    size: int
    media_type: str = ""
    of: str = ""
    """Digest of the signature manifest an envelope belongs to."""
    left_out: str = ""
    """Why its bytes are not kept; empty where they are."""

    def as_json(self) -> dict[str, Any]:
        """Return it in plain JSON types."""
        return {
            "role": self.role.value,
            "digest": self.digest,
            "size": self.size,
            **({"mediaType": self.media_type} if self.media_type else {}),
            **({"of": self.of} if self.of else {}),
            **({"leftOut": self.left_out} if self.left_out else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What was kept before one action."""

    subject: Mapping[str, Any]
    """Account, Region, repository, digest, media type and size."""
    tags: tuple[str, ...]
    action: str
    decided_at: str
    version: int
    """Of the ledger's record that decided it."""
    report: Mapping[str, Any]
    """What made the verdict, as the ledger's history has it."""
    pieces: tuple[Piece, ...] = field(default_factory=tuple)
    grounds: Mapping[str, Any] = field(default_factory=dict)
    """Of a deletion: by what, by which rule, and after which hold."""

    @property
    def complete(self) -> bool:
        """Whether the image's manifest and every candidate are kept whole."""
        manifests = [each for each in self.pieces if each.role is Role.MANIFEST]
        return bool(manifests) and not any(
            each.left_out
            for each in self.pieces
            if each.role not in {Role.CONFIG, Role.ANSWER}
        )

    def content(self) -> bytes:
        """Return the document's bytes: the same dossier gives the same."""
        return json.dumps(
            {
                "schema": SCHEMA,
                "subject": dict(self.subject),
                "tags": list(self.tags),
                "action": self.action,
                "decidedAt": self.decided_at,
                "version": self.version,
                "report": dict(self.report),
                "pieces": [piece.as_json() for piece in self.pieces],
                **({"grounds": dict(self.grounds)} if self.grounds else {}),
            },
            sort_keys=True,
            separators=(",", ":"),
        ).encode()

    @classmethod
    def of(cls, content: bytes) -> "Dossier":
        """Return the dossier that ``content`` is.

        Raises:
            InvalidDossier: it is none, or of another schema.
        """
        try:
            document = json.loads(content)
            _require_readable(document["schema"])
            return cls(
                subject=dict(document["subject"]),
                tags=tuple(map(str, document["tags"])),
                action=str(document["action"]),
                decided_at=str(document["decidedAt"]),
                version=int(document["version"]),
                report=dict(document["report"]),
                pieces=tuple(_piece(each) for each in document["pieces"]),
                grounds=dict(document.get("grounds", {})),
            )
        except InvalidDossier:
            raise
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise InvalidDossier(f"no dossier: {error!r}") from error


def object_key(digest: str) -> str:
    """Return the key of the bytes with ``digest`` (``sha256:<hex>``)."""
    return f"objects/{digest.rpartition(':')[2]}"


def dossiers_of(account: str, region: str, repository: str, digest: str) -> str:
    """Return the prefix of the keys of one subject's dossiers."""
    subject = json.dumps([account, region, repository, digest])
    return f"dossiers/{hashlib.sha256(subject.encode()).hexdigest()}/"


def dossier_key(prefix: str, digest: str) -> str:
    """Return the key of the dossier with ``digest`` (hex) under ``prefix``."""
    return f"{prefix}{digest}"


def within(
    pieces: Sequence[tuple[Piece, bytes]], limit: int, why: str
) -> tuple[list[Piece], dict[str, bytes]]:
    """Return the pieces, those beyond ``limit`` left out because of ``why``.

    The first come first; also returned are the bytes to keep, by digest.
    """
    named: list[Piece] = []
    kept: dict[str, bytes] = {}
    left = limit
    for piece, content in pieces:
        if piece.digest not in kept and len(content) > left:
            named.append(replace(piece, left_out=why))
            continue
        if piece.digest not in kept:
            left -= len(content)
            kept[piece.digest] = content
        named.append(piece)
    return named, kept


def _require_readable(schema: object) -> None:
    if schema != SCHEMA:
        raise InvalidDossier(f"schema {schema!r}; this version reads {SCHEMA}")


def _piece(value: Mapping[str, Any]) -> Piece:
    return Piece(
        role=Role(value["role"]),
        digest=str(value["digest"]),
        size=int(value["size"]),
        media_type=str(value.get("mediaType", "")),
        of=str(value.get("of", "")),
        left_out=str(value.get("leftOut", "")),
    )
