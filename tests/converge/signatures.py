"""Signatures: real envelopes of each kind a history names, made once and kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache

from notation_verifier import Descriptor
from tests import forge

STRANGER = "Stranger"
_ALGORITHM = "ES256"
"""The fastest to verify: what is verified is proven elsewhere."""
_SIGNERS = {
    "good": "Leaf",
    "second": "Second",
    "wrong": "Other",
    "expired": "Leaf",
    "expiring": "Leaf",
    "stranger": STRANGER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A signature as it is pushed, and what is true of it."""

    manifest: bytes
    blobs: tuple[bytes, ...]
    media_type: str
    signer: str
    anchored: bool
    expires: datetime | None


@cache
def signer(name: str) -> forge.Signer:
    """Return the signer called ``name``; a stranger has a root of its own."""
    if name == STRANGER:
        root = forge.CertificateAuthority.root("Elsewhere", algorithm=_ALGORITHM)
        return root.leaf(name, algorithm=_ALGORITHM)
    return forge.chain(subject=name, algorithm=_ALGORITHM)


def make(kind: str, image: Descriptor, *, number: int, now: datetime) -> Made:
    """Return a signature of ``image``: ``number`` makes it differ from the others."""
    expires = None
    if kind == "expired":
        expires = now.replace(microsecond=0) - timedelta(minutes=1)
    elif kind == "expiring":
        expires = now.replace(microsecond=0) + timedelta(hours=1)
    media_type = forge.COSE if number % 2 else forge.JWS
    envelope = (
        b"nonsense %d" % number
        if kind == "junk"
        else _envelope(image, _SIGNERS[kind], media_type, expires)
    )
    created = forge.SIGNING_TIME + timedelta(seconds=number)
    content, blobs = forge.signature_manifest(
        image,
        envelope,
        media_type,
        shape="artifactType" if number % 3 else "config",
        annotations={
            "org.opencontainers.image.created": f"{created:%Y-%m-%dT%H:%M:%SZ}"
        },
    )
    return Made(
        manifest=content,
        blobs=tuple(blobs.values()),
        media_type=media_type,
        signer=_SIGNERS.get(kind, ""),
        anchored=kind != "stranger",
        expires=expires,
    )


@lru_cache(maxsize=4096)
def _envelope(
    image: Descriptor, name: str, media_type: str, expires: datetime | None
) -> bytes:
    kind = "cose" if media_type == forge.COSE else "jws"
    return forge.sign(image, signer(name), kind, expiry=expires)
