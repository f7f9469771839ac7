"""Signatures: what refers to a subject, found, bounded and read."""

from sealward.signatures.candidates import (
    shortlist,
)
from sealward.signatures.manifests import read_manifests
from sealward.signatures.retrieval import (
    Bounds,
    Named,
    name,
    read_signatures,
)

__all__ = [
    "Bounds",
    "Named",
    "name",
    "read_manifests",
    "read_signatures",
    "shortlist",
]
