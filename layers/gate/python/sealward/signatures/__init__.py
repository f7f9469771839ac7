"""Signatures: what refers to a subject, found, bounded and read.

``candidates`` says which are tried, ``retrieval`` reads them as they are wanted. Knows
subjects and the registry's port; whether one is any good is for ``verifications``.
"""

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
