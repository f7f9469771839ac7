"""Signatures shaped like AWS Signer's: its chain, its attributes, its ARNs.

No real one can be made without AWS. The root is ours, so a verifier trusts these only
if it is told that root's fingerprint.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from notation_verifier import Descriptor
from tests.forge.certificates import CertificateAuthority, Signer
from tests.forge.envelopes import NOW, sign

PLUGIN = "com.amazonaws.signer.notation.plugin"
PROFILE_VERSION = "com.amazonaws.signer.signingProfileVersion"
JOB = "com.amazonaws.signer.signingJob"
_SUBJECT = "CN={},OU=AWS Cryptography,O=AWS,L=Seattle,ST=WA,C=US"


@dataclass(frozen=True)
class SignerService:
    """One account's AWS Signer in one Region, with a root of its own."""

    account: str = "123456789012"
    region: str = "us-east-1"
    partition: str = "aws"
    root_name: str = "AWS Signer Code Signing Root CA G1"

    def signer(self, *, signing_time: datetime | None = None) -> Signer:
        """Return the four-certificate P-384 chain; the leaf lives three days."""
        start = (signing_time or NOW) - timedelta(hours=1)
        root = CertificateAuthority.root(_SUBJECT.format(self.root_name))
        upper = root.authority(_SUBJECT.format("AWS Signer Code Signing Int CA G1"))
        lower = upper.authority(
            _SUBJECT.format(f"AWS Signer {self.region} Code Signing CA G1")
        )
        return lower.leaf(
            _SUBJECT.format("AWS Signer"),
            not_before=start.replace(microsecond=0),
            not_after=(start + timedelta(days=3)).replace(microsecond=0),
        )

    @property
    def root_der(self) -> bytes:
        """The root's DER, for a signingAuthority store."""
        return self.signer().root_der

    @property
    def root_pem(self) -> bytes:
        """The root's PEM."""
        return self.signer().root_pem

    @property
    def root_fingerprint(self) -> str:
        """SHA-256 over the root's DER: what ``signer_roots`` must hold."""
        return self.signer().root_fingerprint

    def _arn(self, resource: str) -> str:
        return f"arn:{self.partition}:signer:{self.region}:{self.account}:/{resource}"

    def profile_arn(self, profile: str) -> str:
        """Return a signing profile's ARN."""
        return self._arn(f"signing-profiles/{profile}")

    def profile_version_arn(self, profile: str, version: str = "Qv0sGkXaB1") -> str:
        """Return the ARN of one version of a signing profile."""
        return f"{self.profile_arn(profile)}/{version}"

    def job_arn(self, job: str = "6f1c1f9e-1d3a-4d5f-9a2b-0a4c7e0f1b2d") -> str:
        """Return a signing job's ARN."""
        return self._arn(f"signing-jobs/{job}")

    def sign(
        self,
        subject: Descriptor,
        profile: str = "payments",
        *,
        version: str = "Qv0sGkXaB1",
        format: str = "jws",  # noqa: A002 - the word users have for it
        signing_time: datetime = NOW,
        critical: dict[str, Any] | None = None,
        **changes: Any,
    ) -> bytes:
        """Return an envelope as SignPayload gives it; ``changes`` as ``forge.sign``."""
        attributes = {
            "io.cncf.notary.verificationPlugin": PLUGIN,
            PROFILE_VERSION: self.profile_version_arn(profile, version),
            JOB: self.job_arn(),
        }
        changes.setdefault("scheme", "notary.x509.signingAuthority")
        signer = changes.pop("signer", None) or self.signer(signing_time=signing_time)
        return sign(
            subject,
            signer,
            format,
            signing_time=signing_time,
            critical=attributes if critical is None else critical,
            **changes,
        )
