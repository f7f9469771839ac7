"""A judge: what signatures are held against; and the report on one of them."""

import hashlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from notation_verifier import (
    Descriptor,
    Fetch,
    NotationError,
    SeenChains,
    TrustPolicyStatement,
    TrustStores,
    UnsupportedEnvelope,
    Verification,
    verify,
)
from notation_verifier.signer import SignerReach
from notation_verifier.values import dataclass
from sealward.signatures.candidates import Rejected, Rejection, Signature

if TYPE_CHECKING:
    from notation_verifier.revocation import LazySettings
    from notation_verifier.signer_service import SignerService


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A candidate that was verified."""

    digest: str
    """Of the signature manifest."""
    verification: Verification
    envelope: str = ""
    """SHA-256 of the envelope, lower-case hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What the signatures of one subject are held against, and who may be asked.

    A judge is made anew for each look: it holds the time.
    """

    statement: TrustPolicyStatement
    trust_stores: TrustStores
    signer_roots: AbstractSet[str]
    """SHA-256 (lower-case hex) of the roots under which AWS Signer's ARNs count."""
    now: datetime
    """The time to verify at."""
    user_metadata: Mapping[str, str] = field(default_factory=dict)
    """Annotations that must have been signed with the subject."""
    fetch: Fetch | None = None
    """Asks OCSP responders and for CRLs; None leaves open what needs an answer."""
    revocation_settings: "LazySettings" = None
    """What earlier checks learnt, and how answers are asked for."""
    revocation_information_required: bool = False
    """Whether a certificate that names neither OCSP nor CRL fails."""
    signer_service: "SignerService | None" = None
    """Asks AWS Signer what it revoked; None as ``fetch``."""
    signer_reach: SignerReach = SignerReach.EFFECTIVE
    """Which of Signer's revocations count."""
    seen: SeenChains | None = None
    """Chains that need not be read and checked again."""

    def examine(self, signature: Signature, subject: Descriptor) -> Examined | Rejected:
        """Return the report on one signature of ``subject``, or why there is none."""
        try:
            verification = verify(
                signature.envelope,
                media_type=signature.media_type,
                subject=subject,
                statement=self.statement,
                trust_stores=self.trust_stores,
                user_metadata=self.user_metadata,
                signer_roots=self.signer_roots,
                fetch=self.fetch,
                revocation_settings=self.revocation_settings,
                revocation_information_required=self.revocation_information_required,
                signer_service=self.signer_service,
                signer_reach=self.signer_reach,
                seen=self.seen,
                now=self.now,
            )
        except NotationError as error:
            return Rejected(
                digest=signature.digest,
                reason=Rejection.ENVELOPE_UNSUPPORTED
                if isinstance(error, UnsupportedEnvelope)
                else Rejection.ENVELOPE_MALFORMED,
                detail=str(error),
            )
        return Examined(
            digest=signature.digest,
            verification=verification,
            envelope=hashlib.sha256(signature.envelope).hexdigest(),
        )

    @property
    def thumbprints(self) -> frozenset[str]:
        """SHA-256 (lower-case hex) of what is in the statement's trust stores."""
        return frozenset(
            certificate.sha256
            for store in self.statement.trust_stores
            for certificate in self.trust_stores.get(store, ())
        )

    @property
    def local(self) -> "Judge":
        """The same judge with nobody to ask."""
        return replace(self, fetch=None, signer_service=None)

    @property
    def asks(self) -> bool:
        """Whether there is anybody to ask."""
        return self.fetch is not None or self.signer_service is not None
