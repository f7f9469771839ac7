"""Signatures: the candidates' manifests and envelopes, read from the registry.

One bad candidate never hides a good one: it is rejected with its reason and the next is
tried. Digests are recomputed by the port, sizes are bounded here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sealward.ports import Contents, Manifest, NotFound, PortError
from sealward.reads import Read, RunBeside, ask
from sealward.signatures.candidates import (
    SIGNATURE_MANIFEST_LIMIT,
    Rejected,
    Rejection,
    Shortlist,
    Signature,
    Unread,
    manifest_too_large,
)
from sealward.subjects import SignatureManifest, SubjectKey, signature_manifest
from sealward.subjects.manifests import BadManifest, parse_manifest

ENVELOPE_LIMIT: Final = 1024 * 1024
"""Bytes; real ones have two to eight thousand."""
LARGE: Final = 32 * 1024
"""Bytes; smaller envelopes are read before larger ones, bounded by number alone."""
LARGE_IN_ALL: Final = 2 * ENVELOPE_LIMIT
"""Bytes of larger envelopes read of one subject: a look must end in its time."""
BATCH: Final = 100
"""Digests of one BatchGetImage call."""
WAVE: Final = 4
"""Envelopes read side by side; the rest waits, since the first good one ends it."""


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
) -> Iterator[Signature | Rejected | Unread]:
    """Yield the candidates in order, reading no more than the caller takes.

    Manifests come in batches, envelopes in waves of ``WAVE``, large ones after the
    others, up to ``LARGE_IN_ALL`` bytes. What is rejected unread comes last.
    """
    if named is not None:
        yield _signature(named.digest, named.manifest, named.envelope)
    digests = [
        digest for digest in listed.digests if named is None or digest != named.digest
    ]
    large: dict[str, SignatureManifest] = {}
    for batch in _chunks(digests, BATCH):
        manifests = read_manifests(
            registry,
            subject.repository,
            batch,
            subject=subject.digest,
            beside=beside,
        )
        small: dict[str, SignatureManifest] = {}
        for digest, found in manifests.items():
            if not isinstance(found, SignatureManifest):
                yield found
            elif found.size > LARGE:
                large[digest] = found
            else:
                small[digest] = found
        yield from _in_waves(registry, subject.repository, small, beside)
    allowed: dict[str, SignatureManifest] = {}
    left = LARGE_IN_ALL
    for digest, manifest in large.items():
        if manifest.size <= min(left, ENVELOPE_LIMIT):
            left -= manifest.size
            allowed[digest] = manifest
    yield from _in_waves(registry, subject.repository, allowed, beside)
    for digest, manifest in large.items():
        if digest not in allowed:
            yield _too_large(digest, manifest)
    yield from listed.rejected


def _in_waves(
    registry: Contents,
    repository: str,
    manifests: Mapping[str, SignatureManifest],
    beside: RunBeside | None,
) -> Iterator[Signature | Rejected | Unread]:
    for wave in _chunks(list(manifests), WAVE):
        reads = {
            digest: _envelope(registry, repository, manifests[digest])
            for digest in wave
        }
        ask(list(reads.values()), beside)
        for digest, read in reads.items():
            yield _signature(digest, manifests[digest], read)


def read_manifests(
    registry: Contents,
    repository: str,
    digests: Sequence[str],
    *,
    subject: str | None,
    beside: RunBeside | None,
) -> Mapping[str, SignatureManifest | Rejected | Unread]:
    """Return what each digest stands for: a signature, or why not.

    Args:
        registry: to read from.
        repository: they are in.
        digests: any number.
        subject: the digest they must sign; None where they may sign any.
        beside: runs the batches side by side.
    """
    chunks = list(_chunks(list(digests), BATCH))
    reads = [
        Read(_AskManifests(registry, repository, tuple(chunk))) for chunk in chunks
    ]
    ask(reads, beside)
    found: dict[str, SignatureManifest | Rejected | Unread] = {}
    for chunk, read in zip(chunks, reads, strict=True):
        try:
            manifests = read.answer()
        except NotFound:
            manifests = {}
        except PortError as error:
            found |= {
                digest: Unread(digest=digest, detail=str(error)) for digest in chunk
            }
            continue
        for digest in chunk:
            found[digest] = _judged(digest, manifests.get(digest), subject)
    return found


@dataclass(frozen=True, slots=True)
class _AskManifests:
    registry: Contents
    repository: str
    digests: tuple[str, ...]

    def __call__(self) -> Mapping[str, Manifest]:
        return self.registry.manifests(self.repository, self.digests)


def _judged(
    digest: str, manifest: Manifest | None, subject: str | None
) -> SignatureManifest | Rejected:
    if manifest is None:
        return Rejected(
            digest=digest,
            reason=Rejection.MANIFEST_MISSING,
            detail="the registry lists the signature but does not give its manifest",
        )
    if len(manifest.content) > SIGNATURE_MANIFEST_LIMIT:
        return manifest_too_large(digest, len(manifest.content))
    try:
        found = signature_manifest(
            parse_manifest(manifest.content, manifest.media_type), manifest.media_type
        )
    except BadManifest as problem:
        return Rejected(
            digest=digest,
            reason=Rejection.MANIFEST_INVALID,
            detail=problem.message,
        )
    if found is None:
        return Rejected(
            digest=digest,
            reason=Rejection.MANIFEST_INVALID,
            detail="neither shape of a signature manifest with one JWS or COSE layer",
        )
    if subject is not None and found.subject_digest != subject:
        return Rejected(
            digest=digest,
            reason=Rejection.OTHER_SUBJECT,
            detail=f"its manifest says it signs {found.subject_digest}",
        )
    return found


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


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
