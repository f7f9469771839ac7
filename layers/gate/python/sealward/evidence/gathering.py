"""Gathering evidence: an image's manifest and config, its candidates, what was heard.

Bytes that the look read are taken as it read them; the rest is asked of the registry.
What is not to be had is named with the reason: it never keeps an image from being held.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from notation_verifier.values import dataclass
from sealward.evidence.dossier import Piece, Role
from sealward.evidence.recording import Recorder
from sealward.ledger import Record
from sealward.ports.failures import Denied, NotFound, PortError
from sealward.ports.reads import Read, RunBeside, ask
from sealward.ports.registry import Manifest, Registry
from sealward.signatures.retrieval import LARGE
from sealward.subjects import SignatureManifest, classify

CONFIG_LIMIT: Final = 1024 * 1024
"""Bytes of a config; real ones have ten thousand."""
READ_AGAIN: Final = 20
"""Candidates read again that this look did not read: earlier looks refused them."""
_DETAIL: Final = 200
_LARGE: Final = "too large to be read only to be kept"
_UNREAD: Final = "an earlier look refused it, and it was not read again"

Gathered = tuple[Piece, bytes] | Piece
"""A piece with its bytes, or one whose bytes are not to be had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """Gathers what one look's decision rests on."""

    registry: Registry
    recorder: Recorder
    """What the look read."""
    beside: RunBeside | None

    def manifest(self, record: Record) -> Manifest | None:
        """Return the image's own manifest, or None where the registry gives none.

        Raises:
            Unavailable: the registry did not answer.
        """
        digest = record.key.digest
        found = self.recorder.manifest(digest)
        if found is None:
            try:
                there = self.registry.manifests(record.key.repository, (digest,))
            except (Denied, NotFound):
                # Whoever shuts us out keeps no image from being held by it.
                return None
            found = there.get(digest)
        return found

    def config(self, record: Record, manifest: Manifest | None) -> tuple[Gathered, ...]:
        """Return the config that ``manifest`` names; nothing where it names none."""
        digest = "" if manifest is None else _config_of(manifest)
        if not digest:
            return ()
        piece = Piece(role=Role.CONFIG, digest=digest, size=0)
        try:
            content = self._layer(record, digest, CONFIG_LIMIT)
        except PortError as error:
            # It is the image's own, and nothing was judged by it.
            return (_lacking(piece, error),)
        return ((Piece(role=Role.CONFIG, digest=digest, size=len(content)), content),)

    def _layer(self, record: Record, digest: str, limit: int) -> bytes:
        found = self.recorder.layer(digest)
        if found is not None:
            return found
        return self.registry.blob(record.key.repository, digest, limit=limit)

    def signatures(self, record: Record, candidates: Sequence[str]) -> list[Gathered]:
        """Return each candidate's manifest and envelope, in their order."""
        unread = [each for each in candidates if self.recorder.manifest(each) is None]
        if unread:
            self._read_again(record, unread[:READ_AGAIN])
        found: list[Gathered] = []
        envelopes: dict[str, Read[bytes]] = {}
        manifests: dict[str, SignatureManifest] = {}
        for digest in candidates:
            manifest = self.recorder.manifest(digest)
            if manifest is None:
                found.append(
                    Piece(role=Role.SIGNATURE, digest=digest, size=0, left_out=_UNREAD)
                )
                continue
            found.append((piece_of(Role.SIGNATURE, manifest), manifest.content))
            signature = _signature(manifest)
            if signature is None:
                continue
            if signature.size > LARGE and self.recorder.layer(signature.digest) is None:
                found.append(replace(_envelope_of(digest, signature), left_out=_LARGE))
                continue
            manifests[digest] = signature
            envelopes[digest] = self._envelope(record, signature)
        ask(list(envelopes.values()), self.beside)
        for digest, read in envelopes.items():
            piece = _envelope_of(digest, manifests[digest])
            try:
                found.append((piece, read.answer()))
            except PortError as error:
                found.append(_lacking(piece, error))
        return found

    def answers(self) -> list[Gathered]:
        """Return what the look heard of revocation."""
        return [
            (
                Piece(
                    role=Role.ANSWER,
                    digest=f"sha256:{hashlib.sha256(each).hexdigest()}",
                    size=len(each),
                ),
                each,
            )
            for each in self.recorder.answers()
        ]

    def _envelope(self, record: Record, signature: SignatureManifest) -> Read[bytes]:
        return Read(lambda: self._layer(record, signature.digest, signature.size))

    def _read_again(self, record: Record, digests: Sequence[str]) -> None:
        try:
            found = self.registry.manifests(record.key.repository, tuple(digests))
        except PortError:
            return  # the report names them, and why each was refused
        self.recorder.note_manifests(found)


def piece_of(role: Role, manifest: Manifest) -> Piece:
    """Return the piece that a manifest is."""
    return Piece(
        role=role,
        digest=manifest.digest,
        size=len(manifest.content),
        media_type=manifest.media_type,
    )


def _envelope_of(digest: str, signature: SignatureManifest) -> Piece:
    return Piece(
        role=Role.ENVELOPE,
        digest=signature.digest,
        size=signature.size,
        media_type=signature.media_type,
        of=digest,
    )


def _lacking(piece: Piece, error: PortError) -> Piece:
    return replace(piece, left_out=str(error)[:_DETAIL])


def _signature(manifest: Manifest) -> SignatureManifest | None:
    found = classify(manifest.content, manifest.media_type)
    return found if isinstance(found, SignatureManifest) else None


def _config_of(manifest: Manifest) -> str:
    """Return the digest of an image's config; empty where it names none."""
    try:
        digest = json.loads(manifest.content)["config"]["digest"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return ""
    return digest if isinstance(digest, str) else ""
