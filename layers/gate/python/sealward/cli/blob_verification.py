"""A verification of a blob: its one signature, held against one statement."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from notation_verifier import (
    BlobTrustPolicyDocument,
    BlobTrustPolicyStatement,
    NotationError,
    TrustStoreName,
    TrustStores,
    read_envelope,
    verify,
)
from sealward.cli.blob_report import BlobReport, subject_of
from sealward.cli.blob_target import BlobTarget
from sealward.cli.bundle_file import read_file
from sealward.cli.judges import Asking
from sealward.cli.trust_store_folder import read_trust_stores
from sealward.decisions.verdict import skips


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobRequirement:
    """What a blob's signature is held against."""

    statement: BlobTrustPolicyStatement
    trust_stores: TrustStores
    signer_roots: AbstractSet[str]
    user_metadata: Mapping[str, str]
    media_type: str | None
    """That must have been signed; None for any."""


def required_by(
    document: Path,
    trust_store: Callable[[], Path],
    *,
    name: str | None,
    signer_roots: AbstractSet[str],
    user_metadata: Mapping[str, str],
    media_type: str | None,
) -> BlobRequirement | None:
    """Return what Notation's files ask of a blob; None: there is no such statement.

    Args:
        document: a ``trustpolicy.blob.json``.
        trust_store: returns Notation's ``truststore`` folder, where one is needed.
        name: of the statement; None for the global one.
        signer_roots: SHA-256 of AWS Signer's roots.
        user_metadata: must have been signed.
        media_type: must have been signed, where one is given.

    Raises:
        InvalidTrustPolicy: the document is none.
        InvalidBundle: a trust store cannot be used.
        UnreadableFile: a file cannot be read.
    """
    statement = BlobTrustPolicyDocument.parse(read_file(document)).statement_for(name)
    if statement is None:
        return None
    named = sorted({str(store) for store in statement.trust_stores})
    stores = read_trust_stores(trust_store(), named) if named else {}
    return BlobRequirement(
        statement=statement,
        trust_stores=TrustStores(
            {TrustStoreName.parse(store): ders for store, ders in stores.items()}
        ),
        signer_roots=signer_roots,
        user_metadata=user_metadata,
        media_type=media_type,
    )


def judged_blob(
    target: BlobTarget,
    requirement: BlobRequirement | None,
    *,
    asking: Asking,
    now: datetime,
    progress: Callable[[int], None] = lambda _read: None,
) -> BlobReport:
    """Return what a blob comes to at ``now``.

    Args:
        target: the blob and its signature.
        requirement: what it is held against; None where nothing is.
        asking: whether anybody is asked about revocation.
        now: the time to verify at.
        progress: told how many bytes of the blob are read.

    Raises:
        InvalidBlob: the blob cannot be read.
    """
    if requirement is None or skips(requirement.statement.level):
        statement = None if requirement is None else requirement.statement
        return BlobReport(target=target, statement=statement, at=now)
    try:
        envelope = read_envelope(target.envelope, target.envelope_type)
    except NotationError as error:
        return BlobReport(
            target=target, statement=requirement.statement, at=now, refusal=error
        )
    algorithm = envelope.algorithm.digest_algorithm
    blob = target.blob(algorithm, media_type=requirement.media_type, progress=progress)
    return BlobReport(
        target=target,
        statement=requirement.statement,
        at=now,
        subject=subject_of(blob, algorithm),
        verification=verify(
            target.envelope,
            media_type=target.envelope_type,
            subject=blob,
            statement=requirement.statement,
            trust_stores=requirement.trust_stores,
            user_metadata=requirement.user_metadata,
            signer_roots=requirement.signer_roots,
            fetch=asking.fetch(),
            revocation_settings=asking.settings(),
            signer_service=asking.signer,
            now=now,
        ),
    )
