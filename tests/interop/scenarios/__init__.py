"""What both are asked: one module a subject, each with ``ask(bench)``."""

from collections.abc import Callable

from tests.interop.scenarios import (
    algorithms,
    anchors,
    attributes,
    aws_signer,
    blobs,
    demo,
    documents,
    envelopes,
    identities,
    levels,
    revocation,
    timestamps,
    user_metadata,
)
from tests.interop.workbench import Workbench

SUBJECTS: tuple[Callable[[Workbench], None], ...] = (
    demo.ask,
    algorithms.ask,
    levels.ask,
    anchors.ask,
    identities.ask,
    revocation.ask,
    attributes.ask,
    envelopes.ask,
    documents.ask,
    timestamps.ask,
    aws_signer.ask,
    user_metadata.ask,
    blobs.ask,
)
