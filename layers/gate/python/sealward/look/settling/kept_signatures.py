"""Kept signatures: what makes an image trusted is kept, for ``sealward reattach``.

Kept beside the write of the verdict, which waits for none of it. What could not be kept
is owed: the record says so, and the next look, within the hour, tries again. A look
that dies in between is looked at again (``Hint.again``), and puts it once more.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from notation_verifier.values import dataclass
from sealward.decisions import Decision
from sealward.decisions.schedule import HOURLY, earliest
from sealward.events import Hint
from sealward.evidence.kept_signatures import (
    CONFIG_LIMIT,
    EMPTY_CONFIG,
    InvalidSignatureCopy,
    SignatureCopy,
    config_digest,
    sha256,
    shape,
    signature_key,
)
from sealward.evidence.recording import Recorder
from sealward.ledger.records import Record, Verdict
from sealward.look.telling.result import LookResult
from sealward.ports.evidence_store import EvidenceStore
from sealward.ports.failures import Conflict, NotFound, PortError
from sealward.ports.ledger import Ledger
from sealward.ports.reads import Read
from sealward.ports.registry import Registry

_ATTEMPTS: Final = 3
_TEXT: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What is kept beside one settlement."""

    keeper: "KeptSignatures"
    decision: Decision
    """To settle: as if all were kept."""
    puts: tuple[Read[str], ...]
    """Keep it, and return why not; empty where nothing has to be kept."""

    def told(self, result: LookResult) -> LookResult:
        """Return ``result`` with what was not kept, which is remembered as owed."""
        for unkept in filter(None, (put.answer() for put in self.puts)):
            self.keeper.owe(self.decision.record)
            return replace(result, unkept=unkept)
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSignatures:
    """Keeps the signatures that made one image trusted."""

    store: EvidenceStore
    registry: Registry
    recorder: Recorder
    """What the look read: mostly all of it."""
    ledger: Ledger
    now: Callable[[], datetime]

    def begin(self, decision: Decision, hint: Hint) -> Keeping:
        """Return what is to be kept of ``decision``, which is still to be settled.

        Only where the look made the image trusted: what was trusted before the stack
        kept signatures is not fetched for it.
        """
        record = replace(decision.record, unkept_signature=False)
        owed = self._owed(record, decision.known, hint)
        return Keeping(
            keeper=self,
            decision=replace(decision, record=record),
            puts=(Read(lambda: self.keep(record)),) if owed else (),
        )

    @staticmethod
    def _owed(record: Record, known: Record | None, hint: Hint) -> bool:
        if record.verdict is not Verdict.TRUSTED or not record.made_by:
            return False
        return (
            known is None
            or known.made_by != record.made_by
            or known.unkept_signature
            or hint.again
        )

    def keep(self, record: Record) -> str:
        """Keep all that made ``record`` trusted; return why not, empty where it is.

        Never raises: no verdict waits for it. Objects that are there stay as they are.
        """
        try:
            for digest in record.made_by:
                copy = self._copy(record, digest)
                self.store.keep(signature_key(digest), copy.content())
        except (PortError, InvalidSignatureCopy) as error:
            return str(error)[:_TEXT]
        return ""

    def owe(self, record: Record) -> None:
        """Remember that what made ``record`` trusted is still to be kept.

        Where even that cannot be written, nothing is: it is a convenience, and no look
        is done again for it.
        """
        for _ in range(_ATTEMPTS):
            try:
                there = self.ledger.current(record.key)
                if there is None or there.made_by != record.made_by:
                    return
                self.ledger.write(
                    replace(
                        there,
                        version=there.version + 1,
                        unkept_signature=True,
                        due=earliest(there.due, self.now() + HOURLY),
                    ),
                    expected=there.version,
                )
            except Conflict:
                continue
            except PortError:
                return
            return

    def _copy(self, record: Record, digest: str) -> SignatureCopy:
        repository = record.key.repository
        manifest = self.recorder.manifest(digest)
        if manifest is None:
            manifest = self.registry.manifests(repository, (digest,)).get(digest)
        found = None if manifest is None else shape(manifest.content)
        if manifest is None or found is None:
            raise NotFound(f"the registry does not give the signature {digest}")
        config = EMPTY_CONFIG
        named = config_digest(manifest.content)
        if named != sha256(EMPTY_CONFIG):
            config = self._layer(repository, named, CONFIG_LIMIT)
        return SignatureCopy.of(
            digest,
            manifest.content,
            config,
            self._layer(repository, found.digest, found.size),
        )

    def _layer(self, repository: str, digest: str, limit: int) -> bytes:
        found = self.recorder.layer(digest)
        if found is not None:
            return found
        return self.registry.blob(repository, digest, limit=limit)
