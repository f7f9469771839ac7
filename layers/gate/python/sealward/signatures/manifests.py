"""Manifests of candidates: read in batches, and what each stands for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from notation_verifier.values import dataclass
from sealward.ports.failures import NotFound, PortError
from sealward.ports.reads import Read, RunBeside, ask
from sealward.ports.registry import Contents, Manifest
from sealward.signatures.candidates import (
    SIGNATURE_MANIFEST_LIMIT,
    Rejected,
    Rejection,
    Unread,
    manifest_too_large,
)
from sealward.subjects import SignatureManifest, signature_manifest
from sealward.subjects.manifests import MANIFEST_LIMIT, BadManifest, parse_manifest

BATCH: Final = 100
"""Digests of one BatchGetImage call."""


def read_manifests(
    registry: Contents,
    repository: str,
    digests: Sequence[str],
    *,
    subject: str | None,
    beside: RunBeside | None,
    largest: int = MANIFEST_LIMIT,
) -> Mapping[str, SignatureManifest | Rejected | Unread]:
    """Return what each digest stands for: a signature, or why not.

    Args:
        registry: to read from.
        repository: they are in.
        digests: any number.
        subject: the digest they must sign; None where they may sign any.
        beside: runs the batches side by side.
        largest: bytes that none of them exceeds, as the registry lists them.
    """
    batches = list(chunks(list(digests), BATCH))
    reads = [
        Read(_AskManifests(registry, repository, tuple(chunk), largest))
        for chunk in batches
    ]
    ask(reads, beside)
    found: dict[str, SignatureManifest | Rejected | Unread] = {}
    for chunk, read in zip(batches, reads, strict=True):
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
    largest: int

    def __call__(self) -> Mapping[str, Manifest]:
        return self.registry.manifests(
            self.repository, self.digests, largest=self.largest
        )


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


def chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield ``items`` in order, at most ``size`` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
