"""What is found out about revocation: per source, per certificate, per chain."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from notation_verifier.errors import NotationError
from notation_verifier.revocation.memory import RevocationMemory
from notation_verifier.values import dataclass

PARSER_ERRORS = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What ``cryptography`` raises for bytes that are not what they should be."""


class RevocationStatus(StrEnum):
    """What is known of one certificate."""

    GOOD = "good"
    """A valid, current answer covers it and does not revoke it."""
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    """It names a source, and no source gave an answer that may be relied on."""
    NO_INFORMATION = "no-revocation-information"
    """It names no source at all; a statement decides what that is worth."""


class Method(StrEnum):
    """Where an answer comes from."""

    OCSP = "ocsp"
    CRL = "crl"
    MEMORY = "memory"
    """An answer validly seen before; see :mod:`.memory`."""


class Cause(StrEnum):
    """Why a source's answer is not relied on."""

    UNSUPPORTED_URL = "unsupported-url"
    TOO_MANY_URLS = "too-many-urls"
    UNREACHABLE = "unreachable"
    TOO_LARGE = "too-large"
    MALFORMED = "malformed"
    RESPONDER_ERROR = "responder-error"
    UNSUPPORTED_ALGORITHM = "unsupported-algorithm"
    SIGNATURE_MISMATCH = "signature-mismatch"
    RESPONDER_NOT_AUTHORISED = "responder-not-authorised"
    ISSUER_NOT_AUTHORISED = "issuer-not-authorised"
    OTHER_ISSUER = "other-issuer"
    OTHER_CERTIFICATE = "other-certificate"
    CRITICAL_EXTENSION = "critical-extension"
    OUT_OF_SCOPE = "out-of-scope"
    DELTA_MISMATCH = "delta-mismatch"
    FROM_THE_FUTURE = "from-the-future"
    NO_NEXT_UPDATE = "no-next-update"
    EXPIRED = "expired"
    TOO_OLD = "too-old"
    OLDER_THAN_SEEN = "older-than-seen"
    NOT_KNOWN_THERE = "not-known-there"
    """The responder's own well-formed answer is ``unknown``."""


class Bars(StrEnum):
    """What a refused answer keeps later sources from.

    The reference believes answers that we refuse. To go on to a friendlier source could
    then end in ``good`` where the reference ends in ``revoked`` or ``unknown``.
    """

    NOTHING = "nothing"
    RESPONDERS = "responders"
    """It says ``unknown``, validly: no further responder is asked, CRLs are."""
    GOOD = "good"
    """It says otherwise: others may confirm that, none may clear the certificate."""


class Refused(NotationError):  # noqa: N818 - named by what happened
    """An answer that is not relied on; never leaves this package."""

    def __init__(self, cause: Cause, detail: str, *, bars: Bars = Bars.NOTHING) -> None:
        """Keep why, and what it keeps later sources from."""
        super().__init__(detail)
        self.cause = cause
        self.bars = bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One source that was asked about one certificate, and what came of it."""

    method: Method
    url: str
    """As the certificate or CRL writes it; data of strangers. Empty for memory."""
    status: RevocationStatus
    cause: Cause | None = None
    """Why the answer is not relied on; None where it is."""
    detail: str
    this_update: datetime | None = None
    """When the issuer last knew this to be so."""
    fresh_until: datetime | None = None
    """Until when the answer may be used again; None where it may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRevocation:
    """What is known of one certificate of the chain."""

    sha256: str
    """Lower-case hex of the certificate's DER bytes."""
    status: RevocationStatus
    method: Method | None
    """What decided; None where nothing did."""
    detail: str
    fresh_until: datetime | None
    """Until when a ``good`` holds; None for any other status."""
    attempts: tuple[Attempt, ...]
    """Every source asked, in the order of asking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainRevocation:
    """What is known of a whole chain; the root is not asked about."""

    status: RevocationStatus
    """``revoked`` if any is, else ``unknown`` if any is, else ``good``."""
    certificates: tuple[CertificateRevocation, ...]
    """Leaf first, without the root; empty for a chain of one."""
    memory: RevocationMemory
    """What was passed in and what these answers add to it."""

    @property
    def fresh_until(self) -> datetime | None:
        """The first moment a ``good`` of the chain runs out; None if none does."""
        ends = [c.fresh_until for c in self.certificates if c.fresh_until is not None]
        return min(ends) if self.status is RevocationStatus.GOOD and ends else None

    @property
    def without_information(self) -> tuple[CertificateRevocation, ...]:
        """The certificates that name no source; a statement may refuse them."""
        return tuple(
            certificate
            for certificate in self.certificates
            if certificate.status is RevocationStatus.NO_INFORMATION
        )

    @property
    def decisive(self) -> CertificateRevocation | None:
        """The certificate nearest the leaf that made the status; None when good."""
        return next(
            (
                certificate
                for certificate in self.certificates
                if certificate.status is self.status is not RevocationStatus.GOOD
            ),
            None,
        )


_In = TypeVar("_In")
_Out = TypeVar("_Out")


class SideBySide(Protocol):
    """Maps like ``concurrent.futures.Executor.map``: results in the order given."""

    def __call__(
        self, function: Callable[[_In], _Out], items: Iterable[_In], /
    ) -> Iterator[_Out]:
        """Return ``function`` of each item, in order, however they are run."""
        ...
