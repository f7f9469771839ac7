"""Signatures: what refers to a subject, found, bounded and read."""

from sealward.signatures.candidates import (
    shortlist,
)
from sealward.signatures.retrieval import (
    Named,
    name,
    read_manifests,
    read_signatures,
)

__all__ = [
    "Named",
    "name",
    "read_manifests",
    "read_signatures",
    "shortlist",
]
