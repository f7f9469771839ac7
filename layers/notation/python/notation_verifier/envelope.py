"""A signature envelope: what JWS and COSE have in common, once read.

Spec: signature-specification, Signed Attributes and Unsigned Attributes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from notation_verifier._strict import folded
from notation_verifier.algorithms import SignatureAlgorithm
from notation_verifier.certificate import Certificate
from notation_verifier.errors import MalformedEnvelope, UnsupportedEnvelope
from notation_verifier.values import dataclass

JWS_MEDIA_TYPE = "application/jose+json"
COSE_MEDIA_TYPE = "application/cose"
PAYLOAD_CONTENT_TYPE = "application/vnd.cncf.notary.payload.v1+json"
MAX_ENVELOPE_BYTES = 1024 * 1024
"""The reference reads 32 MiB; a chain of four and a payload are under 10 KiB."""

SIGNING_SCHEME = "io.cncf.notary.signingScheme"
SIGNING_TIME = "io.cncf.notary.signingTime"
AUTHENTIC_SIGNING_TIME = "io.cncf.notary.authenticSigningTime"
EXPIRY = "io.cncf.notary.expiry"
VERIFICATION_PLUGIN = "io.cncf.notary.verificationPlugin"
VERIFICATION_PLUGIN_MIN_VERSION = "io.cncf.notary.verificationPluginMinVersion"
TIMESTAMP_SIGNATURE = "io.cncf.notary.timestampSignature"

SIGNED_ATTRIBUTES = folded(
    SIGNING_SCHEME,
    SIGNING_TIME,
    AUTHENTIC_SIGNING_TIME,
    EXPIRY,
    VERIFICATION_PLUGIN,
    VERIFICATION_PLUGIN_MIN_VERSION,
)
"""The names the specification gives, by their case-folded forms."""


_ZERO_TIME = datetime.min.replace(tzinfo=UTC)


class SigningScheme(StrEnum):
    """Whose word the signing time is."""

    X509 = "notary.x509"
    SIGNING_AUTHORITY = "notary.x509.signingAuthority"

    @property
    def time_attribute(self) -> str:
        """The signed attribute that holds this scheme's signing time."""
        if self is SigningScheme.X509:
            return SIGNING_TIME
        return AUTHENTIC_SIGNING_TIME


_SCHEMES = {scheme.value: scheme for scheme in SigningScheme}
TIME_ATTRIBUTES = tuple((scheme, scheme.time_attribute) for scheme in SigningScheme)
"""Each scheme with the attribute of its signing time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedAttribute:
    """A signed attribute the specification does not name itself."""

    value: Any
    critical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An envelope whose headers obey their rules; nothing in it has been verified."""

    media_type: str
    algorithm: SignatureAlgorithm
    content_type: str
    scheme: SigningScheme
    signing_time: datetime
    """Authentic only under the signing authority scheme."""
    expiry: datetime | None
    extended: Mapping[int | str, ExtendedAttribute]
    chain: tuple[Certificate, ...]
    """As sent, leaf first; at least one."""
    payload: bytes
    signed: bytes
    """What the signature is over."""
    signature: bytes
    timestamp: bytes | None
    """The RFC 3161 token, not looked into."""


def signing_scheme(value: object) -> SigningScheme:
    """Return the scheme a header names.

    Raises:
        UnsupportedEnvelope: not one of the two.
        MalformedEnvelope: not text.
    """
    if not isinstance(value, str):
        raise MalformedEnvelope(f"signed attribute {SIGNING_SCHEME} is not text")
    scheme = _SCHEMES.get(value)  # (E7)
    if scheme is None:
        raise UnsupportedEnvelope(
            f"signing scheme {value[:80]!r}; there are {SigningScheme.X509} and"
            f" {SigningScheme.SIGNING_AUTHORITY}"
        )
    return scheme


def check_times(
    scheme: SigningScheme, signing_time: datetime, expiry: datetime | None
) -> None:
    """Refuse the zero time, and an expiry that is not after the signing time.

    Raises:
        MalformedEnvelope: as said.
    """
    if signing_time == _ZERO_TIME:
        # Go's zero time: the reference takes it for an absent one.
        raise MalformedEnvelope(f"{scheme.time_attribute} is the zero time")
    if expiry is not None and expiry <= signing_time:  # (E9)
        raise MalformedEnvelope(
            f"{EXPIRY} ({expiry.isoformat()}) is not after {scheme.time_attribute}"
            f" ({signing_time.isoformat()})"
        )
