"""Subjects: what an artifact is, decided by its content; and turns, which all get.

Knows the names of ``events`` and the verifier's descriptors, nothing else.
"""

from sealward.subjects.classification import (
    IMAGE_CONFIG_TYPES,
    NOTARY_SIGNATURE,
    Image,
    OtherArtifact,
    SignatureIndex,
    SignatureManifest,
    SubjectKey,
    classify,
    signature_manifest,
)

__all__ = [
    "IMAGE_CONFIG_TYPES",
    "NOTARY_SIGNATURE",
    "Image",
    "OtherArtifact",
    "SignatureIndex",
    "SignatureManifest",
    "SubjectKey",
    "classify",
    "signature_manifest",
]
