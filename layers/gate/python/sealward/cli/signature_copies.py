"""Copies of lost signatures: looked for in what a person has, and in the bucket."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sealward.aws.errors import translated
from sealward.aws.evidence_bucket import EvidenceBucket
from sealward.cli.command_clients import CommandClients
from sealward.cli.evidence_folder import EvidenceFolder
from sealward.evidence.dossier import object_key
from sealward.evidence.kept_signatures import (
    CONFIG_LIMIT,
    EMPTY_CONFIG,
    KEPT_SIGNATURE_LIMIT,
    InvalidSignatureCopy,
    SignatureCopy,
    config_digest,
    sha256,
    shape,
    signature_key,
)
from sealward.ports.evidence_store import EvidenceStore
from sealward.ports.failures import NotFound
from sealward.signatures.candidates import SIGNATURE_MANIFEST_LIMIT
from sealward.signatures.retrieval import ENVELOPE_LIMIT

Blob = Callable[[str, int], bytes | None]
"""Gives the bytes of a digest, up to a limit; None where it has not got them."""


class NoCopy(Exception):  # noqa: N818 - named by what is wrong
    """Nobody who was asked has the signature; ``str()`` says who was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the bytes may be."""

    folder: Path | None
    bucket: str | None
    region: str

    def copy(self, digest: str) -> tuple[SignatureCopy, str]:
        """Return the signature ``digest``, and where it was found.

        Raises:
            NoCopy: nowhere.
            Denied, Unavailable: the bucket did not answer.
        """
        missed: list[str] = []
        if self.folder is not None:
            try:
                return in_folder(self.folder, digest), str(self.folder)
            except NoCopy as error:
                missed.append(str(error))
        if self.bucket is not None:
            with translated("a client of S3"):
                client = CommandClients().client("s3", self.region)
            try:
                return in_bucket(EvidenceBucket(client, self.bucket), digest), (
                    f"s3://{self.bucket}"
                )
            except NoCopy as error:
                missed.append(str(error))
        said = "; ".join(missed) or "neither --from nor --bucket was given"
        raise NoCopy(f"no copy of {digest}: {said}. Sign the image again instead.")


def in_folder(folder: Path, digest: str) -> SignatureCopy:
    """Return the signature ``digest`` out of a layout, or a folder named by hashes.

    Raises:
        NoCopy: it is not all there.
    """
    files = EvidenceFolder(folder)
    found = _assembled(digest, lambda name, limit: files.of(_hex(name), limit))
    if found is None:
        raise NoCopy(f"{folder} has not all of {digest}")
    return found


def in_bucket(store: EvidenceStore, digest: str) -> SignatureCopy:
    """Return the signature ``digest`` as the stack kept it.

    It was kept when it made the image trusted (``KeepSignatures``), or was a candidate
    of an image that was held.

    Raises:
        NoCopy: it was not kept.
        Denied, Unavailable: the bucket did not answer.
    """

    def blob(name: str, limit: int) -> bytes | None:
        try:
            return store.read(object_key(name), limit=limit)
        except NotFound:
            return None

    try:
        content = store.read(signature_key(digest), limit=KEPT_SIGNATURE_LIMIT)
        return SignatureCopy.read(digest, content)
    except (NotFound, InvalidSignatureCopy) as error:
        found = _assembled(digest, blob)
        if found is None:
            raise NoCopy(f"the bucket has not kept {digest}: {error}") from error
        return found


def _assembled(digest: str, blob: Blob) -> SignatureCopy | None:
    """Return the signature out of blobs by digest; None where one lacks."""
    manifest = blob(digest, SIGNATURE_MANIFEST_LIMIT)
    found = None if manifest is None else shape(manifest)
    if manifest is None or found is None:
        return None
    config: bytes | None = EMPTY_CONFIG
    named = config_digest(manifest)
    if named != sha256(EMPTY_CONFIG):
        config = blob(named, CONFIG_LIMIT)
    envelope = blob(found.digest, min(found.size, ENVELOPE_LIMIT))
    if config is None or envelope is None:
        return None
    try:
        return SignatureCopy.of(digest, manifest, config, envelope)
    except InvalidSignatureCopy:
        return None


def _hex(digest: str) -> str:
    return digest.rpartition(":")[2]
