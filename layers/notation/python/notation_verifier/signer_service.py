"""AWS Signer's revocation service, as the verifier asks it: a question, a way to ask.

API reference of AWS Signer, GetRevocationStatus.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from notation_verifier.values import dataclass

PLATFORM = "Notation-OCI-SHA384-ECDSA"
"""Signer's name for what it signs for Notation: the only platform there is for it."""


class SignerServiceError(Exception):
    """Signer did not answer; says nothing about the signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerQuestion:
    """What GetRevocationStatus is asked of one signature."""

    as_of: datetime
    """``signatureTimestamp``: what was revoked only after this instant is left out."""
    present: bool = False
    """Whether ``as_of`` is the time of asking, not that of signing."""
    profile_version: str
    """ARN of the signing profile's version."""
    job: str
    """ARN of the signing job."""
    certificate_hashes: tuple[str, ...]
    """One a certificate, leaf first: lower-case hex of the SHA-384 over its
    TBSCertificate, then of its issuer's; the root is its own issuer."""
    platform: str = PLATFORM

    @property
    def partition(self) -> str:
        """The partition of AWS that the profile is in: ``aws``, ``aws-us-gov``."""
        return self.profile_version.split(":")[1]

    @property
    def region(self) -> str:
        """The Region that the profile is in; as the signature writes it."""
        return self.profile_version.split(":")[3]


class SignerService(Protocol):
    """Asks AWS Signer, within the bounds its maker set.

    The verifier calls it only for a signature that holds and whose chain ends in a root
    of AWS Signer that a trust store has.
    """

    def __call__(self, question: SignerQuestion) -> Sequence[str]:
        """Return what is revoked of what the question names; nothing where all is good.

        Raises:
            SignerServiceError: no usable answer within the maker's bounds.
        """
        ...
