"""Hints followed: from the digest an event names to the subject it is about.

An image is its own subject. A signature leads to what it signs, in the same repository;
an index of nothing but signatures, as Notation's fallback tag makes, leads to what they
sign. Everything else is no subject.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.decisions import Unknown, Unseen
from sealward.decisions.judgement import NOT_AN_IMAGE
from sealward.ledger.records import Record
from sealward.look.reading.sightings import Sighting, sight, unjudged
from sealward.ports.ledger import Ledger
from sealward.ports.reads import Read, RunBeside
from sealward.ports.registry import ImageStatus, Manifest, Registry
from sealward.signatures import Named, name, read_manifests
from sealward.signatures.candidates import Unread
from sealward.subjects import (
    Image,
    OtherArtifact,
    SignatureIndex,
    SignatureManifest,
    SubjectKey,
    classify,
)
from sealward.subjects.classification import Artifact
from sealward.subjects.manifests import BadManifest, ManifestProblem

_FOUND_BEFORE: Final = "what was found when its manifest could still be read"
INDEX_BATCH: Final = 10
"""Entries of an index read at once: a pusher may give each one 4 MiB."""


class LookDied(Exception):  # noqa: N818 - what became of it
    """A look that said nothing any more: it ran out of time or memory, perhaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a hint leads to: a subject to decide about, or nothing."""

    sighting: Sighting
    """Of the subject; of the hinted digest where there is none."""
    problem: BadManifest | None = None
    """What is wrong with the image's own manifest."""
    named: Named | None = None
    """The signature the hint named, where it named one."""
    nothing: str = ""
    """Why there is no subject, where there is none."""
    away: bool = False
    """Whether that is because it is archived, and nobody has ever read it."""
    others: tuple[str, ...] = ()
    """Digests in the same repository that want a look of their own."""
    crash: Exception | None = None
    """What nobody expected of its manifest; raised once the look is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Follows one hint."""

    registry: Registry
    ledger: Ledger
    beside: RunBeside | None
    started: datetime
    """When its look began."""
    also: tuple[Read[Any], ...] = ()
    """Read beside the first round."""
    ahead: Record | None = None
    """The hinted digest's record, where it was read before."""
    blind: bool = False
    """Whether nothing of the registry is read: looks that did read it died."""

    def follow(self, key: SubjectKey) -> Found:  # noqa: PLR0911 - one for each kind
        """Return the subject that ``key`` leads to and all that was read about it.

        Raises:
            Unavailable, Denied: the ledger did not answer.
            LookDied: it is to be followed blind.
        """
        if self.blind:
            raise LookDied(f"every look at {key} died")
        sighting = self._sight(key, self.also)
        if sighting.manifest is None:
            return _without_manifest(sighting)
        artifact = _classified(sighting.manifest)
        match artifact:
            case Exception():
                return _crashed(sighting, artifact)
            case Image(problem=problem):
                return Found(sighting=sighting, problem=problem)
            case OtherArtifact(config_type=config_type):
                return Found(
                    sighting=sighting, nothing=f"an artifact of type {config_type}"
                )
            case SignatureManifest(subject_digest=subject):
                if _remembered(sighting):
                    return _misremembered(sighting, "a signature", (subject,))
                return self._signed(key, artifact)
            case SignatureIndex(entries=entries):
                return self._indexed(sighting, entries)

    def lost(self, key: SubjectKey, error: Exception) -> Found:
        """Return what is known of ``key`` where following it failed with ``error``.

        Raises:
            Unavailable, Denied: the ledger did not answer.
        """
        for read in self.also:
            read.run()
        known = self.ledger.current(key)
        return Found(sighting=Sighting(key=key, known=known, failure=unjudged(error)))

    def _signed(self, key: SubjectKey, manifest: SignatureManifest) -> Found:
        """Return the subject that the signature ``key`` signs."""
        named = name(self.registry, key, manifest)
        subject = SubjectKey(repository=key.repository, digest=manifest.subject_digest)
        sighting = self._sight(subject, (named.envelope,))
        if sighting.manifest is None:
            return replace(_without_manifest(sighting), named=named)
        artifact = _classified(sighting.manifest)
        if isinstance(artifact, Exception):
            return _crashed(sighting, artifact)
        if isinstance(artifact, Image):
            return Found(sighting=sighting, problem=artifact.problem, named=named)
        if isinstance(artifact, SignatureIndex):
            # Its entries only claim to be signatures: one may be an image.
            read = self._entries(sighting, artifact.entries)
            if isinstance(read, Found):
                return replace(read, named=named)
        return Found(
            sighting=sighting, nothing="a signature of something that is no image"
        )

    def _indexed(self, sighting: Sighting, entries: tuple[str, ...]) -> Found:
        """Return the subject of an index's signatures, if every entry is one."""
        signatures = self._entries(sighting, entries)
        if isinstance(signatures, Found):
            return signatures
        repository = sighting.key.repository
        subjects = tuple(
            dict.fromkeys(each.subject_digest for each in signatures.values())
        )
        if _remembered(sighting):
            return _misremembered(sighting, "an index of signatures", subjects)
        first, manifest = next(iter(signatures.items()))
        found = self._signed(SubjectKey(repository=repository, digest=first), manifest)
        return replace(found, others=(*found.others, *subjects[1:]))

    def _entries(
        self, sighting: Sighting, entries: tuple[str, ...]
    ) -> dict[str, SignatureManifest] | Found:
        """Return an index's signatures, or the subject it is where one is none.

        Read in batches, and no further than to the first that is no signature: what
        every entry holds at once is the pusher's choice.
        """
        signatures: dict[str, SignatureManifest] = {}
        for start in range(0, len(entries), INDEX_BATCH):
            try:
                read = read_manifests(
                    self.registry,
                    sighting.key.repository,
                    entries[start : start + INDEX_BATCH],
                    subject=None,
                    beside=self.beside,
                )
            except Exception as error:  # noqa: BLE001 - one entry did it, or we
                return _crashed(sighting, error)
            for digest, entry in read.items():
                if isinstance(entry, Unread):
                    failure = Unseen(
                        reason=Unknown.REGISTRY_UNAVAILABLE, detail=entry.detail
                    )
                    # No manifest: whether it is an image is not known.
                    return Found(
                        sighting=replace(sighting, failure=failure, manifest=None)
                    )
                if not isinstance(entry, SignatureManifest):
                    return Found(sighting=sighting)
                signatures[digest] = entry
        return signatures

    def _sight(self, key: SubjectKey, also: tuple[Read[Any], ...]) -> Sighting:
        return sight(
            key,
            registry=self.registry,
            ledger=self.ledger,
            beside=self.beside,
            started=self.started,
            also=also,
            ahead=self.ahead if self.ahead and self.ahead.key == key else None,
        )


def _classified(manifest: Manifest) -> Artifact | Exception:
    """Return what a manifest is, or what it did to the code that reads it."""
    try:
        return classify(manifest.content, manifest.media_type)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is remembered
        return error


def _crashed(sighting: Sighting, error: Exception) -> Found:
    """Take what cannot even be classified for an image that cannot be judged."""
    return Found(sighting=replace(sighting, failure=unjudged(error)), crash=error)


def _remembered(sighting: Sighting) -> bool:
    """Return whether the ledger holds a digest that turns out to be no image.

    It does where nothing could be read of it at first; that is settled before the look
    goes on to its subject.
    """
    return sighting.known is not None and sighting.known.reason != NOT_AN_IMAGE


def _misremembered(sighting: Sighting, what: str, others: tuple[str, ...]) -> Found:
    return Found(sighting=sighting, nothing=what, others=others)


def _without_manifest(sighting: Sighting) -> Found:
    """Judge a digest whose manifest cannot be had: failing, gone, or archived."""
    known, detail = sighting.known, sighting.detail
    if sighting.failure is not None or detail is None:
        return Found(sighting=sighting)
    seen = known is not None and known.descriptor is not None
    held = known is not None and known.hold is not None
    if detail.status is ImageStatus.ACTIVE or (
        # It is coming back, and no event may say when it is there; or it is kept out of
        # reach because nobody could ever say what it is.
        not seen and (held or detail.status is ImageStatus.ACTIVATING)
    ):
        failure = Unseen(
            reason=Unknown.MANIFEST_UNREADABLE,
            detail=f"{sighting.key} is {detail.status}, but its manifest cannot be had",
        )
        return Found(sighting=replace(sighting, failure=failure))
    if known is not None and seen:
        return Found(sighting=sighting, problem=_remembered_problem(known))
    return Found(
        sighting=sighting,
        nothing=f"{detail.status} before it was first seen: it cannot be pulled",
        away=True,
        others=(detail.subject_digest,) if detail.subject_digest else (),
    )


def _remembered_problem(known: Record) -> BadManifest | None:
    """Return what was wrong with a manifest that can no longer be read."""
    for problem in ManifestProblem:
        # Records of the version before have it in their reason only.
        if problem in (known.problem, known.reason):
            detail = known.detail if known.reason == problem else _FOUND_BEFORE
            return BadManifest(problem, detail)
    return None
