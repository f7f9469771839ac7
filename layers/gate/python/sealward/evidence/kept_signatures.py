"""Kept signatures: what made an image trusted, one object each, to be given back.

An object is named by the digest of the signature's manifest, which the ledger
remembers: who lost a signature finds its bytes by that alone. All three are held
against the hashes that the manifest names, so that the store need not be trusted.
"""

import hashlib
import json
from base64 import b64decode, b64encode
from typing import Any, Final

from notation_verifier.values import dataclass
from sealward.subjects import SignatureManifest, classify
from sealward.subjects.manifests import OCI_MANIFEST

SCHEMA: Final = 1
KEPT_SIGNATURE_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of such an object; real ones have ten thousand."""
CONFIG_LIMIT: Final = 64 * 1024
"""Bytes of a signature's config."""
EMPTY_CONFIG: Final = b"{}"
"""Of every signature by ``notation``. Spec: image-spec, the empty descriptor."""


class InvalidSignatureCopy(ValueError):  # noqa: N818 - named by what is wrong
    """Bytes that are not the signature they should be; ``str()`` says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureCopy:
    """A signature as the registry had it: nothing is left to be read elsewhere."""

    digest: str
    """``sha256:<hex>`` of the manifest."""
    subject_digest: str
    """Of the image it signs."""
    manifest: bytes
    config: bytes
    envelope: bytes
    envelope_type: str

    @classmethod
    def of(
        cls, digest: str, manifest: bytes, config: bytes, envelope: bytes
    ) -> "SignatureCopy":
        """Return the signature ``digest`` out of its three parts.

        Raises:
            InvalidSignatureCopy: one is not what it should be, byte for byte.
        """
        if sha256(manifest) != digest:
            raise InvalidSignatureCopy(f"the manifest's bytes are not {digest}")
        found = shape(manifest)
        if found is None:
            raise InvalidSignatureCopy(f"{digest} is no manifest of a signature")
        if sha256(config) != config_digest(manifest):
            raise InvalidSignatureCopy(f"the config's bytes are not those of {digest}")
        if sha256(envelope) != found.digest or len(envelope) != found.size:
            raise InvalidSignatureCopy(
                f"the envelope's bytes are not those of {digest}"
            )
        return cls(
            digest=digest,
            subject_digest=found.subject_digest,
            manifest=manifest,
            config=config,
            envelope=envelope,
            envelope_type=found.media_type,
        )

    def content(self) -> bytes:
        """Return the object's bytes: the same signature gives the same."""
        parts = {
            "manifest": self.manifest,
            "config": self.config,
            "envelope": self.envelope,
        }
        return json.dumps(
            {
                "schema": SCHEMA,
                **{name: b64encode(part).decode() for name, part in parts.items()},
            },
            sort_keys=True,
            separators=(",", ":"),
        ).encode()

    @classmethod
    def read(cls, digest: str, content: bytes) -> "SignatureCopy":
        """Return the signature ``digest`` that ``content`` holds.

        Raises:
            InvalidSignatureCopy: it holds none, or another.
        """
        try:
            said: Any = json.loads(content)
            known = said["schema"] == SCHEMA
            manifest, config, envelope = (
                b64decode(said[name], validate=True)
                for name in ("manifest", "config", "envelope")
            )
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise InvalidSignatureCopy(f"no kept signature: {error!r}") from error
        if not known:
            raise InvalidSignatureCopy(
                f"schema {said['schema']!r}; this version reads {SCHEMA}"
            )
        return cls.of(digest, manifest, config, envelope)


def signature_key(digest: str) -> str:
    """Return the key of the kept signature with ``digest`` (``sha256:<hex>``)."""
    return f"signatures/{digest.rpartition(':')[2]}"


def shape(manifest: bytes) -> SignatureManifest | None:
    """Return the signature that a manifest is; None where it is none."""
    found = classify(manifest, OCI_MANIFEST)
    return found if isinstance(found, SignatureManifest) else None


def config_digest(manifest: bytes) -> str:
    """Return the digest of a signature's config; empty where it names none."""
    try:
        digest = json.loads(manifest)["config"]["digest"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return ""
    return digest if isinstance(digest, str) else ""


def sha256(content: bytes) -> str:
    """Return the digest of ``content``."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
