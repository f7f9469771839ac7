"""Schemes: other ways to sign, recognised by name and never verified.

What a referrer calls itself is its pusher's word. It names what is there for a reader;
no verdict rests on it.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final


class Scheme(StrEnum):
    """A way to sign or attest that is not Notation's, as a reader knows it."""

    COSIGN = "cosign"
    SIGSTORE_BUNDLE = "a Sigstore bundle (cosign, GitHub attestations)"
    IN_TOTO = "an in-toto attestation"


_PREFIXES: Final = (
    # cosign: pkg/oci, the types of its OCI 1.1 referrers.
    ("application/vnd.dev.cosign.", Scheme.COSIGN),
    # "application/vnd.dev.sigstore.bundle.v0.3+json", and "…bundle+json;version=0.1".
    ("application/vnd.dev.sigstore.bundle", Scheme.SIGSTORE_BUNDLE),
    ("application/vnd.in-toto", Scheme.IN_TOTO),
    ("application/vnd.dsse", Scheme.IN_TOTO),
)
_COSIGN_TAG: Final = re.compile(r"sha256-([0-9a-f]{64})\.(?:sig|att|sbom)")


def scheme_of(artifact_type: str) -> Scheme | None:
    """Return the scheme a referrer says it belongs to, or None."""
    word = artifact_type.lower()
    for prefix, scheme in _PREFIXES:
        if word.startswith(prefix):
            return scheme
    return None


def cosign_subject(tags: Sequence[str]) -> str | None:
    """Return the digest that an image tagged as cosign does would be about, or None.

    cosign without referrers pushes an image with the tag ``sha256-<hex>.sig``.
    """
    for tag in tags:
        found = _COSIGN_TAG.fullmatch(tag)
        if found:
            return f"sha256:{found[1]}"
    return None
