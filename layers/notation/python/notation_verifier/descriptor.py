"""The OCI descriptor: what a signature's payload binds."""

from notation_verifier.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """An artifact as the registry serves it; all three must equal the signed ones.

    Spec: signature-specification, Payload; OCI image-spec, descriptor.
    """

    media_type: str
    """The media type the registry declares for the manifest."""
    digest: str
    """``<algorithm>:<lower-case hex>`` of the manifest's bytes."""
    size: int
    """Length of the manifest in bytes."""
