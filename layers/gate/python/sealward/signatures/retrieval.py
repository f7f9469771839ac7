"""Signatures: the candidates' manifests and envelopes, read from the registry.

One bad candidate never hides a good one: it is rejected with its reason and the next is
tried. Digests are recomputed by the port, sizes are bounded here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from notation_verifier.values import dataclass
from sealward.ledger.judged import Recalled
from sealward.ports.failures import NotFound, PortError
from sealward.ports.reads import Read, RunBeside, ask
from sealward.ports.registry import Contents
from sealward.signatures.candidates import (
    CANDIDATES_LIMIT,
    SIGNATURE_MANIFEST_LIMIT,
    Rejected,
    Rejection,
    Shortlist,
    Signature,
    Unread,
)
from sealward.signatures.manifests import BATCH, chunks, read_manifests
from sealward.subjects import SignatureManifest, SubjectKey
from sealward.subjects.manifests import MANIFEST_LIMIT

ENVELOPE_LIMIT: Final = 1024 * 1024
"""Bytes; real ones have two to eight thousand."""
LARGE: Final = 32 * 1024
"""Bytes; smaller envelopes are read before larger ones, bounded by number alone."""
LARGE_IN_ALL: Final = 2 * ENVELOPE_LIMIT
"""Bytes of larger envelopes read of one subject: a look must end in its time."""
WAVE: Final = 8
"""Envelopes read side by side; the rest waits, since the first good one ends it."""
RECALL_FROM: Final = 4
"""With no more candidates than this, reading them costs less than asking the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much of one subject's candidates is read in one look."""

    candidates: int = CANDIDATES_LIMIT
    """Envelopes asked for, beside the ones that are tried first."""
    now: Callable[[], datetime] | None = None
    """The clock; None for a search that time does not end."""
    ends: datetime | None = None
    """No wave is begun later."""
    short: bool = False
    """Whether ``ends`` is nearer than a look is due: what is left is tried again."""

    def over(self) -> bool:
        """Return whether no further wave may begin."""
        return (
            self.now is not None and self.ends is not None and self.now() >= self.ends
        )


Found = Signature | Rejected | Unread | Recalled
"""What became of one candidate before it is verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The signature an event named: its manifest is read, its envelope is asked for."""

    digest: str
    manifest: SignatureManifest
    envelope: Read[bytes]


def name(registry: Contents, key: SubjectKey, manifest: SignatureManifest) -> Named:
    """Return the signature ``key`` as named by an event; its envelope is not yet read.

    ``manifest`` is what the signature's digest ``key.digest`` stands for.
    """
    return Named(
        digest=key.digest,
        manifest=manifest,
        envelope=_envelope(registry, key.repository, manifest),
    )


def read_signatures(
    registry: Contents,
    subject: SubjectKey,
    listed: Shortlist,
    *,
    named: Named | None,
    beside: RunBeside | None,
    bounds: Bounds = Bounds(),  # noqa: B008 - it is frozen
    recall: Callable[[Sequence[str]], Sequence[Recalled]] | None = None,
) -> Iterator[Sequence[Found]]:
    """Yield the candidates in order, in waves, reading no more than the caller takes.

    What the listing betrays costs no call and comes first. Then those tried first, then
    the others: manifests in batches, envelopes of plausible ones in waves of ``WAVE``,
    large ones after the small, up to ``LARGE_IN_ALL`` bytes. Candidates that are never
    yielded are beyond ``bounds``.

    Args:
        registry: to read from.
        subject: what they are to sign.
        listed: the candidates.
        named: the one an event named, whose envelope is read already.
        beside: runs reads side by side.
        bounds: how much is read.
        recall: returns those of the candidates that were refused before; asked once,
            and only where there are more than ``RECALL_FROM``.
    """
    reading = _Reading(registry, subject, beside)
    if listed.rejected:
        yield listed.rejected
    # One that is archived may be readable to us: nobody who pulls can have it.
    if named is not None and named.digest not in {
        each.digest for each in listed.rejected
    }:
        yield (_signature(named.digest, named.manifest, named.envelope),)
    first = [
        digest for digest in listed.first if named is None or digest != named.digest
    ]
    if first:
        rejected, plausible = reading.manifests(first)
        yield (*rejected, *reading.envelopes(list(plausible), plausible))
    digests: Sequence[str] = listed.digests
    if recall is not None and len(digests) > RECALL_FROM:
        recalled = recall(digests)
        known = {each.digest for each in recalled}
        digests = [digest for digest in digests if digest not in known]
        if recalled:
            yield recalled
    yield from _bounded(reading, digests, bounds)


def _bounded(
    reading: "_Reading", digests: Sequence[str], bounds: Bounds
) -> Iterator[Sequence[Found]]:
    """Yield waves of ``digests`` until ``bounds`` is reached."""
    taken = 0
    large: dict[str, SignatureManifest] = {}
    for batch in chunks(digests, BATCH):
        if taken >= bounds.candidates:
            return
        if bounds.over():
            yield _no_time(batch[0], taken, bounds)
            return
        rejected, plausible = reading.manifests(batch, largest=SIGNATURE_MANIFEST_LIMIT)
        if rejected:
            yield rejected
        large |= {
            digest: found for digest, found in plausible.items() if found.size > LARGE
        }
        small = [digest for digest in plausible if digest not in large]
        for wave in chunks(small[: bounds.candidates - taken], WAVE):
            if bounds.over():
                yield _no_time(wave[0], taken, bounds)
                return
            taken += len(wave)
            yield reading.envelopes(wave, plausible)
    allowed, refused = _allowed(large)
    for wave in chunks(allowed[: bounds.candidates - taken], WAVE):
        if bounds.over():
            yield _no_time(wave[0], taken, bounds)
            return
        taken += len(wave)
        yield reading.envelopes(wave, large)
    if refused:
        yield refused


def _allowed(
    large: Mapping[str, SignatureManifest],
) -> tuple[list[str], list[Rejected]]:
    """Return which large envelopes are read, in order, and which are not."""
    allowed, refused = [], []
    left = LARGE_IN_ALL
    for digest, manifest in large.items():
        if manifest.size <= min(left, ENVELOPE_LIMIT):
            left -= manifest.size
            allowed.append(digest)
        else:
            refused.append(_too_large(digest, manifest))
    return allowed, refused


def _no_time(digest: str, taken: int, bounds: Bounds) -> Sequence[Unread]:
    """Return what running out of time says of the next candidate.

    Many candidates are the pusher's doing: they are beyond the bound. That time was
    short, or that one wave took all of it, is not.
    """
    if bounds.short or taken <= WAVE:
        return (
            Unread(digest=digest, detail="no time was left in this look to read it"),
        )
    return ()


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads what belongs to one subject."""

    registry: Contents
    subject: SubjectKey
    beside: RunBeside | None

    def manifests(
        self, digests: Sequence[str], *, largest: int = MANIFEST_LIMIT
    ) -> tuple[list[Found], dict[str, SignatureManifest]]:
        """Return which are refused by their manifests, and those that are not."""
        found = read_manifests(
            self.registry,
            self.subject.repository,
            digests,
            subject=self.subject.digest,
            beside=self.beside,
            largest=largest,
        )
        plausible = {
            digest: each
            for digest, each in found.items()
            if isinstance(each, SignatureManifest)
        }
        refused: list[Found] = [
            each for each in found.values() if not isinstance(each, SignatureManifest)
        ]
        return refused, plausible

    def envelopes(
        self, digests: Sequence[str], manifests: Mapping[str, SignatureManifest]
    ) -> list[Found]:
        """Return the signatures of one wave."""
        reads = {
            digest: _envelope(self.registry, self.subject.repository, manifests[digest])
            for digest in digests
            if manifests[digest].size <= ENVELOPE_LIMIT
        }
        ask(list(reads.values()), self.beside)
        return [
            _signature(digest, manifests[digest], reads[digest])
            if digest in reads
            else _too_large(digest, manifests[digest])
            for digest in digests
        ]


def _envelope(
    registry: Contents, repository: str, manifest: SignatureManifest
) -> Read[bytes]:
    # What is bounded by its size must not have more than it says.
    limit = min(manifest.size, ENVELOPE_LIMIT)
    return Read(lambda: registry.blob(repository, manifest.digest, limit=limit))


def _too_large(digest: str, manifest: SignatureManifest) -> Rejected:
    bound = (
        f"{ENVELOPE_LIMIT}"
        if manifest.size > ENVELOPE_LIMIT
        else f"is left of {LARGE_IN_ALL} for all that are over {LARGE}"
    )
    return Rejected(
        digest=digest,
        reason=Rejection.ENVELOPE_TOO_LARGE,
        detail=f"{manifest.size} bytes, more than {bound}",
    )


def _signature(
    digest: str, manifest: SignatureManifest, read: Read[bytes]
) -> Signature | Rejected | Unread:
    if manifest.size > ENVELOPE_LIMIT:
        return _too_large(digest, manifest)
    try:
        envelope = read.answer()
    except NotFound as error:
        return Rejected(
            digest=digest, reason=Rejection.ENVELOPE_MISSING, detail=str(error)
        )
    except PortError as error:
        return Unread(digest=digest, detail=str(error))
    return Signature(digest=digest, media_type=manifest.media_type, envelope=envelope)
