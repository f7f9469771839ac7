"""Keeping evidence: what a decision rests on, put into the store before it is acted on.

Kept are the image's manifest and config, its tags, the candidates with their envelopes,
and the report; of a deletion its grounds as well. What a pusher made too big is named
by its hash; it never keeps an image from being held.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
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
from sealward.evidence.gathering import Gathered, Gathering, piece_of
from sealward.evidence.recording import Recorder
from sealward.ledger import Record, to_text
from sealward.ports.evidence_store import EvidenceQuota, EvidenceStore
from sealward.ports.failures import PortError, Refused
from sealward.ports.reads import Read, RunBeside, ask
from sealward.ports.registry import Registry

QUOTA: Final = 256 * 1024 * 1024
"""Bytes a repository may have kept in a day, the manifests and envelopes of what comes
after left aside: 36,000 pushes of 8 MiB would be 280 GiB."""
_BIG: Final = f"more than {KEPT_LIMIT} bytes in all"
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
        gathering = self._gathering
        manifest = gathering.manifest(record)
        spent = Read(lambda: self._spent(record))
        described = Read(lambda: gathering.config(record, manifest))
        signed = Read(lambda: gathering.signatures(record, candidates))
        ask((spent, described, signed), self.beside)
        own: Gathered = Piece(
            role=Role.MANIFEST,
            digest=record.key.digest,
            size=record.descriptor.size if record.descriptor else 0,
            left_out="the registry does not give it",
        )
        if manifest is not None:
            own = (piece_of(Role.MANIFEST, manifest), manifest.content)
        pieces, kept = _bounded(
            (own, *signed.answer(), *gathering.answers(), *described.answer()),
            spent=spent.answer(),
        )
        return self._put(
            record, self._dossier(record, action, report, pieces=pieces), kept
        )

    def keep_deletion(
        self,
        record: Record,
        *,
        report: Mapping[str, Any],
        candidates: Sequence[str],
        grounds: Mapping[str, Any],
    ) -> str:
        """Keep what the deletion of ``record`` rests on; return its dossier's SHA-256.

        An archived image can be read no more: its manifest and config are those kept
        when it was held, read again and held against their hashes. Candidates that came
        since are kept beside.

        Args:
            record: the subject, as decided; its hold names the dossier.
            report: what made the verdict.
            candidates: as of ``keep``.
            grounds: by what, by which rule and after what it is deleted.

        Raises:
            Refused: what was kept is not there, whole and unchanged, or would not be
                whole.
            Denied, Unavailable: the store did not answer.
        """
        held = record.hold.evidence if record.hold else ""
        found = check(self.store, self._prefix(record), held, beside=self.beside)
        if found.problems:
            raise Refused(f"its evidence is not whole: {'; '.join(found.problems)}")
        before = found.dossier.pieces if found.dossier else ()
        known = {each.digest for each in before if each.role is Role.SIGNATURE}
        new, kept = _bounded(
            [
                *self._gathering.signatures(
                    record, [each for each in candidates if each not in known]
                ),
                *self._gathering.answers(),
            ],
            spent=self._spent(record),
        )
        dossier = self._dossier(
            record, "delete", report, pieces=(*before, *new), grounds=grounds
        )
        if not dossier.complete:
            raise Refused("its evidence does not hold its manifest and every candidate")
        return self._put(record, dossier, kept)

    @property
    def _gathering(self) -> Gathering:
        return Gathering(
            registry=self.registry, recorder=self.recorder, beside=self.beside
        )

    def _dossier(
        self,
        record: Record,
        action: str,
        report: Mapping[str, Any],
        *,
        pieces: Sequence[Piece],
        grounds: Mapping[str, Any] | None = None,
    ) -> Dossier:
        return Dossier(
            subject=self._subject(record),
            tags=record.tags,
            action=action,
            decided_at=to_text(record.updated_at),
            version=record.version,
            report=report,
            pieces=tuple(pieces),
            grounds=grounds or {},
        )

    def _put(self, record: Record, dossier: Dossier, kept: Mapping[str, bytes]) -> str:
        """Put the bytes, then the dossier that names them; return its SHA-256."""
        document = dossier.content()
        puts: list[Read[Any]] = [
            Read(lambda name=name, content=content: self._keep(name, content))  # type: ignore[misc]
            for name, content in kept.items()
        ]
        size = sum(map(len, kept.values()))
        counting: Read[None] = Read(lambda: self._count(record, size + len(document)))
        ask((*puts, counting), self.beside)
        for put in puts:
            put.answer()
        # Last: a dossier that is there names what is there.
        digest = hashlib.sha256(document).hexdigest()
        self.store.keep(dossier_key(self._prefix(record), digest), document)
        return digest

    def _keep(self, digest: str, content: bytes) -> None:
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


def _bounded(
    gathered: Sequence[Gathered], *, spent: int
) -> tuple[list[Piece], dict[str, bytes]]:
    """Return all pieces, and the bytes of those that fit; the first come first."""
    over = spent >= QUOTA
    named, kept = within(
        [each for each in gathered if not isinstance(each, Piece)],
        OVER_QUOTA_LIMIT if over else KEPT_LIMIT,
        _OVER if over else _BIG,
    )
    return [*named, *(each for each in gathered if isinstance(each, Piece))], kept
