"""Keeping evidence: what a decision rests on, put into the store before it is acted on.

Kept are the image's manifest and config, its tags, the candidates with their envelopes,
and the report. Bytes that the look read are kept as it read them. What a pusher made
too big is named by its hash; it never keeps an image from being held.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.evidence.checking import check
from sealward.evidence.dossier import (
    KEPT_LIMIT,
    OVER_QUOTA_LIMIT,
    Dossier,
    Piece,
    Role,
    dossier_key,
    dossiers_of,
    object_key,
    within,
)
from sealward.evidence.recording import Recorder
from sealward.ledger import Record, to_text
from sealward.ports.evidence_store import EvidenceQuota, EvidenceStore
from sealward.ports.failures import Denied, NotFound, PortError, Refused
from sealward.ports.reads import Read, RunBeside, ask
from sealward.ports.registry import Manifest, Registry
from sealward.signatures.retrieval import LARGE
from sealward.subjects import SignatureManifest, classify

QUOTA: Final = 256 * 1024 * 1024
"""Bytes a repository may have kept in a day, the manifests and envelopes of what comes
after left aside: 36,000 pushes of 8 MiB would be 280 GiB."""
CONFIG_LIMIT: Final = 1024 * 1024
"""Bytes of a config; real ones have ten thousand."""
READ_AGAIN: Final = 20
"""Candidates read again that this look did not read: earlier looks refused them."""
_DETAIL: Final = 200
_BIG: Final = f"more than {KEPT_LIMIT} bytes in all"
_LARGE: Final = "too large to be read only to be kept"
_OVER: Final = "the repository is over its quota for the day"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceKeeping:
    """Keeps the evidence for decisions about one account's images in one Region."""

    store: EvidenceStore
    quota: EvidenceQuota | None
    """None: nothing is counted."""
    registry: Registry
    recorder: Recorder
    """What the look read."""
    beside: RunBeside | None
    now: Callable[[], datetime]

    def keep(
        self,
        record: Record,
        *,
        action: str,
        report: Mapping[str, Any],
        candidates: Sequence[str],
    ) -> str:
        """Keep what ``record`` rests on; return the SHA-256 (hex) of its dossier.

        Args:
            record: the subject, as decided.
            action: what is about to be done.
            report: what made the verdict.
            candidates: digests of the signature manifests that were tried, in order.

        Raises:
            Denied, Unavailable: the store or the registry did not answer.
        """
        manifest, config = self._manifest(record), ""
        if manifest is not None:
            config = _config_of(manifest)
        spent = Read(lambda: self._spent(record))
        described = Read(lambda: self._config(record, config))
        signed = Read(lambda: self._signatures(record, candidates))
        ask((spent, described, signed), self.beside)
        pieces = [
            *_own(manifest),
            *(each for each in signed.answer() if not isinstance(each, Piece)),
            *(each for each in described.answer() if not isinstance(each, Piece)),
        ]
        over = spent.answer() >= QUOTA
        named, kept = within(
            pieces,
            OVER_QUOTA_LIMIT if over else KEPT_LIMIT,
            _OVER if over else _BIG,
        )
        lacking = [
            each
            for each in (*signed.answer(), *described.answer())
            if isinstance(each, Piece)
        ]
        if manifest is None:
            lacking.append(
                Piece(
                    role=Role.MANIFEST,
                    digest=record.key.digest,
                    size=record.descriptor.size if record.descriptor else 0,
                    left_out="the registry does not give it",
                )
            )
        dossier = Dossier(
            subject=self._subject(record),
            tags=record.tags,
            action=action,
            decided_at=to_text(record.updated_at),
            version=record.version,
            report=report,
            pieces=(*named, *lacking),
        ).content()
        size = sum(map(len, kept.values()))
        puts: list[Read[Any]] = [
            Read(lambda name=name, content=content: self._put(name, content))  # type: ignore[misc]
            for name, content in kept.items()
        ]
        counting: Read[None] = Read(lambda: self._count(record, size + len(dossier)))
        ask((*puts, counting), self.beside)
        for put in puts:
            put.answer()
        # Last: a dossier that is there names what is there.
        digest = hashlib.sha256(dossier).hexdigest()
        self.store.keep(dossier_key(self._prefix(record), digest), dossier)
        return digest

    def require(self, record: Record) -> None:
        """Return where the evidence for ``record`` is there, whole and unchanged.

        Raises:
            Refused: it is not, as ``str()`` says.
            Denied, Unavailable: the store did not answer.
        """
        evidence = record.hold.evidence if record.hold else ""
        found = check(self.store, self._prefix(record), evidence, beside=self.beside)
        if found.problems:
            raise Refused(f"its evidence is not whole: {'; '.join(found.problems)}")
        if found.dossier is None or not found.dossier.complete:
            raise Refused("its evidence does not hold its manifest and every candidate")

    def _put(self, digest: str, content: bytes) -> None:
        self.store.keep(object_key(digest), content)

    def _prefix(self, record: Record) -> str:
        return dossiers_of(
            self.registry.account,
            self.registry.region,
            record.key.repository,
            record.key.digest,
        )

    def _subject(self, record: Record) -> dict[str, Any]:
        descriptor = record.descriptor
        return {
            "account": self.registry.account,
            "region": self.registry.region,
            "repository": record.key.repository,
            "digest": record.key.digest,
            "mediaType": descriptor.media_type if descriptor else "",
            "size": descriptor.size if descriptor else None,
        }

    def _spent(self, record: Record) -> int:
        if self.quota is None:
            return 0
        try:
            return self.quota.spent(record.key.repository, self.now().date())
        except PortError:
            return 0  # evidence counts for more than what it costs

    def _count(self, record: Record, size: int) -> None:
        if self.quota is None:
            return
        try:
            self.quota.take(record.key.repository, self.now().date(), size)
        except PortError:
            return

    def _manifest(self, record: Record) -> Manifest | None:
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

    def _config(
        self, record: Record, digest: str
    ) -> tuple[tuple[Piece, bytes] | Piece, ...]:
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

    def _signatures(
        self, record: Record, candidates: Sequence[str]
    ) -> list[tuple[Piece, bytes] | Piece]:
        unread = [each for each in candidates if self.recorder.manifest(each) is None]
        if unread:
            self._read_again(record, unread[:READ_AGAIN])
        found: list[tuple[Piece, bytes] | Piece] = []
        envelopes: dict[str, Read[bytes]] = {}
        manifests: dict[str, SignatureManifest] = {}
        for digest in candidates:
            manifest = self.recorder.manifest(digest)
            if manifest is None:
                continue
            found.append((_piece(Role.SIGNATURE, manifest), manifest.content))
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

    def _envelope(self, record: Record, signature: SignatureManifest) -> Read[bytes]:
        return Read(lambda: self._layer(record, signature.digest, signature.size))

    def _read_again(self, record: Record, digests: Sequence[str]) -> None:
        try:
            found = self.registry.manifests(record.key.repository, tuple(digests))
        except PortError:
            return  # the report names them, and why each was refused
        self.recorder.note_manifests(found)


def _own(manifest: Manifest | None) -> Iterable[tuple[Piece, bytes]]:
    if manifest is not None:
        yield _piece(Role.MANIFEST, manifest), manifest.content


def _piece(role: Role, manifest: Manifest) -> Piece:
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
