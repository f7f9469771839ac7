"""Reading an envelope: which of the two formats it is, and what it says.

Spec: signature-specification, Signature Envelope.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from notation_verifier._jws import read_jws
from notation_verifier.certificate import Certificate
from notation_verifier.chain_reader import ChainReader
from notation_verifier.envelope import (
    COSE_MEDIA_TYPE,
    JWS_MEDIA_TYPE,
    MAX_ENVELOPE_BYTES,
    Envelope,
)
from notation_verifier.errors import MalformedEnvelope, UnsupportedEnvelope
from notation_verifier.seen_chains import SeenChains


def _read_cose(envelope: bytes, chains: ChainReader) -> Envelope:
    # For COSE envelopes only: its reader of CBOR is of no use to anything else.
    from notation_verifier._cose import read_cose  # noqa: PLC0415

    return read_cose(envelope, chains)


_READERS: Mapping[str, Callable[[bytes, ChainReader], Envelope]] = {
    JWS_MEDIA_TYPE: read_jws,
    COSE_MEDIA_TYPE: _read_cose,
}
_NONE: Mapping[bytes, Certificate] = MappingProxyType({})


def read_envelope(
    envelope: bytes,
    media_type: str,
    *,
    known: Mapping[bytes, Certificate] = _NONE,
    seen: SeenChains | None = None,
) -> Envelope:
    """Return what an envelope says, nothing of it verified.

    ``known`` are certificates read before, by their bytes: those of the trust stores;
    ``seen`` are whole chains.

    Raises:
        MalformedEnvelope: not the envelope its media type promises.
        UnsupportedEnvelope: another media type, algorithm or signing scheme.
    """
    reader = _READERS.get(media_type)  # (E1)
    if reader is None:
        raise UnsupportedEnvelope(
            f"envelope media type {media_type[:80]!r}; there are {', '.join(_READERS)}"
        )
    if len(envelope) > MAX_ENVELOPE_BYTES:  # (E2)
        raise MalformedEnvelope(
            f"an envelope of {len(envelope)} bytes; {MAX_ENVELOPE_BYTES} are read"
        )
    return reader(envelope, ChainReader(known, seen))
