"""Signatures: the referrers of a subject that claim to be one, and their envelopes.

Who may attach referrers decides what is found here, so everything is bounded and one
bad candidate never hides a good one: it is rejected with its reason, the next is tried.
Two candidates are tried first and stand outside the bound: the one an event named, and
the one that made the subject trusted before (docs/threat-model.md, 2).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sealward.manifests import OCI_MANIFEST, BadManifest, parse_manifest
from sealward.ports import (
    ImageStatus,
    Manifest,
    NotFound,
    PortError,
    Referrer,
    Registry,
)
from sealward.reads import Read, RunBeside, ask
from sealward.subjects import (
    NOTARY_SIGNATURE,
    SignatureManifest,
    SubjectKey,
    signature_manifest,
)

CANDIDATES_LIMIT: Final = 100
"""Candidates considered beside the two that are tried first; as the notation CLI."""
REFERRERS_LIMIT: Final = 1_000
"""Referrers listed of one subject."""
SIGNATURE_MANIFEST_LIMIT: Final = 64 * 1024
"""Bytes; real ones have about one thousand."""
ENVELOPE_LIMIT: Final = 1024 * 1024
"""Bytes; real ones have two to eight thousand."""
BATCH: Final = 100
"""Digests of one BatchGetImage call."""
WAVE: Final = 4
"""Envelopes read side by side; the rest waits, since the first good one ends it."""

_CREATED: Final = "org.opencontainers.image.created"
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,20}Z?")


class Rejection(StrEnum):
    """Why a candidate could not be examined; each is a reason in docs/findings.md."""

    ARCHIVED = "signature-archived"
    MANIFEST_MISSING = "signature-manifest-missing"
    MANIFEST_TOO_LARGE = "signature-manifest-too-large"
    MANIFEST_INVALID = "signature-manifest-invalid"
    OTHER_SUBJECT = "signature-of-another-subject"
    ENVELOPE_MISSING = "envelope-missing"
    ENVELOPE_TOO_LARGE = "envelope-too-large"
    ENVELOPE_MALFORMED = "envelope-malformed"
    ENVELOPE_UNSUPPORTED = "envelope-unsupported"


LOST: Final = frozenset(
    {Rejection.ARCHIVED, Rejection.MANIFEST_MISSING, Rejection.ENVELOPE_MISSING}
)
"""Rejections that say the registry no longer has it, not that it is bad."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A candidate that is no signature one could verify: evidence against itself."""

    digest: str
    reason: Rejection
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A candidate the registry would not give us now: says nothing about it."""

    digest: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """An envelope, ready to be verified."""

    digest: str
    """Of the signature manifest."""
    media_type: str
    envelope: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The signature an event named: its manifest is read, its envelope is asked for."""

    digest: str
    manifest: SignatureManifest
    envelope: Read[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlist:
    """Which candidates are looked at, in order."""

    digests: tuple[str, ...]
    rejected: tuple[Rejected, ...]
    """Those not worth reading: archived, or larger than a signature manifest is."""
    more: bool
    """Whether candidates were left out by the bound."""


def shortlist(
    referrers: Sequence[Referrer], *, named: str | None, previous: str | None
) -> Shortlist:
    """Return the candidates among ``referrers``, newest first by their own word.

    Args:
        referrers: as the registry lists them; anything that is no signature is ignored.
        named: digest of the signature an event named, tried first.
        previous: digest of the signature that made the subject trusted, tried next.
    """
    claimed = {
        referrer.digest: referrer
        for referrer in referrers
        if referrer.artifact_type == NOTARY_SIGNATURE
        and referrer.media_type == OCI_MANIFEST
    }
    first = tuple(dict.fromkeys(digest for digest in (named, previous) if digest))
    rejected = tuple(
        refusal
        for referrer in claimed.values()
        if (refusal := _not_worth_reading(referrer)) is not None
    )
    unreadable = {refusal.digest for refusal in rejected}
    rest = sorted(
        (
            referrer
            for digest, referrer in claimed.items()
            if digest not in first and digest not in unreadable
        ),
        key=_created,
        reverse=True,
    )
    return Shortlist(
        digests=(
            *(digest for digest in first if digest not in unreadable),
            *(referrer.digest for referrer in rest[:CANDIDATES_LIMIT]),
        ),
        rejected=rejected,
        more=len(rest) > CANDIDATES_LIMIT or len(referrers) >= REFERRERS_LIMIT,
    )


def name(registry: Registry, key: SubjectKey, manifest: SignatureManifest) -> Named:
    """Return the signature ``key`` as named by an event; its envelope is not yet read.

    ``manifest`` is what the signature's digest ``key.digest`` stands for.
    """
    return Named(
        digest=key.digest,
        manifest=manifest,
        envelope=_envelope(registry, key.repository, manifest),
    )


def read_signatures(
    registry: Registry,
    subject: SubjectKey,
    listed: Shortlist,
    *,
    named: Named | None,
    beside: RunBeside | None,
) -> Iterator[Signature | Rejected | Unread]:
    """Yield the candidates in order, reading no more than the caller takes.

    Manifests come in batches, envelopes in waves of ``WAVE``. What is rejected unread
    comes last.
    """
    if named is not None:
        yield _signature(named.digest, named.manifest, named.envelope)
    digests = [
        digest for digest in listed.digests if named is None or digest != named.digest
    ]
    for batch in _chunks(digests, BATCH):
        manifests = read_manifests(registry, subject, batch, beside=beside)
        for wave in _chunks(batch, WAVE):
            reads = {
                digest: _envelope(registry, subject.repository, manifest)
                for digest in wave
                if isinstance(manifest := manifests[digest], SignatureManifest)
                and manifest.size <= ENVELOPE_LIMIT
            }
            ask(list(reads.values()), beside)
            for digest in wave:
                found = manifests[digest]
                yield (
                    _signature(digest, found, reads.get(digest))
                    if isinstance(found, SignatureManifest)
                    else found
                )
    yield from listed.rejected


def read_manifests(
    registry: Registry,
    subject: SubjectKey | None,
    digests: Sequence[str],
    *,
    beside: RunBeside | None = None,
    repository: str = "",
) -> Mapping[str, SignatureManifest | Rejected | Unread]:
    """Return what each digest stands for: a signature of ``subject``, or why not.

    With ``subject`` None the signatures may be of any subject in ``repository``.
    """
    place = repository or (subject.repository if subject else "")
    chunks = list(_chunks(list(digests), BATCH))
    reads = [Read(_batch(registry, place, chunk)) for chunk in chunks]
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


def _batch(
    registry: Registry, repository: str, digests: Sequence[str]
) -> "_AskManifests":
    return _AskManifests(registry, repository, tuple(digests))


@dataclass(frozen=True, slots=True)
class _AskManifests:
    registry: Registry
    repository: str
    digests: tuple[str, ...]

    def __call__(self) -> Mapping[str, Manifest]:
        return self.registry.manifests(self.repository, self.digests)


def _judged(
    digest: str, manifest: Manifest | None, subject: SubjectKey | None
) -> SignatureManifest | Rejected:
    if manifest is None:
        return Rejected(
            digest=digest,
            reason=Rejection.MANIFEST_MISSING,
            detail="the registry lists the signature but does not give its manifest",
        )
    if len(manifest.content) > SIGNATURE_MANIFEST_LIMIT:
        return _too_large(digest, len(manifest.content))
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
    if subject is not None and found.subject_digest != subject.digest:
        return Rejected(
            digest=digest,
            reason=Rejection.OTHER_SUBJECT,
            detail=f"its manifest says it signs {found.subject_digest}",
        )
    return found


def _too_large(digest: str, size: int) -> Rejected:
    return Rejected(
        digest=digest,
        reason=Rejection.MANIFEST_TOO_LARGE,
        detail=f"{size} bytes, more than {SIGNATURE_MANIFEST_LIMIT}",
    )


def _not_worth_reading(referrer: Referrer) -> Rejected | None:
    if referrer.size > SIGNATURE_MANIFEST_LIMIT:
        return _too_large(referrer.digest, referrer.size)
    if referrer.status is not ImageStatus.ACTIVE:
        return Rejected(
            digest=referrer.digest,
            reason=Rejection.ARCHIVED,
            detail=f"the registry says the signature is {referrer.status}",
        )
    return None


def _created(referrer: Referrer) -> str:
    """Return when the signature says it was made, as text that sorts; a hint only."""
    text = referrer.annotations.get(_CREATED, "")
    return text if _INSTANT.fullmatch(text) else ""


def _envelope(
    registry: Registry, repository: str, manifest: SignatureManifest
) -> Read[bytes]:
    return Read(
        lambda: registry.blob(repository, manifest.digest, limit=ENVELOPE_LIMIT)
    )


def _signature(
    digest: str, manifest: SignatureManifest, read: Read[bytes] | None
) -> Signature | Rejected | Unread:
    if read is None or manifest.size > ENVELOPE_LIMIT:
        return Rejected(
            digest=digest,
            reason=Rejection.ENVELOPE_TOO_LARGE,
            detail=f"{manifest.size} bytes, more than {ENVELOPE_LIMIT}",
        )
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
