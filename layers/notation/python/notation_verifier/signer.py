"""AWS Signer: what its verification plugin checks, done here.

Signer's signatures name a plugin, so a verifier without plugins must know it natively
or refuse. What it asks of Signer's service is in ``signer_revocation``, all else here;
ARNs count only under Signer's own roots, because anyone else's CA could write any ARN
into a signature.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from notation_verifier.envelope import (
    VERIFICATION_PLUGIN,
    VERIFICATION_PLUGIN_MIN_VERSION,
    Envelope,
    ExtendedAttribute,
    SigningScheme,
)
from notation_verifier.values import dataclass

SIGNER_PLUGIN = "com.amazonaws.signer.notation.plugin"
SIGNING_PROFILE_VERSION = "com.amazonaws.signer.signingProfileVersion"
SIGNING_JOB = "com.amazonaws.signer.signingJob"
SIGNER_PLUGIN_VERSION = (1, 0, 350)
"""The plugin whose rules are done here; a signature may ask for no later one."""

PUBLISHED_SIGNER_ROOTS: Mapping[str, str] = {
    # d2hvyiie56hcat.cloudfront.net/aws-signer-notation-root.cert
    "aws": "90a87d0543c3f094dbff9589b6649affe2f3d6e0f308799be2258461c686473f",
    # d2hvyiie56hcat.cloudfront.net/aws-us-gov-signer-notation-root.cert
    "aws-us-gov": "673653ab76f41a10546cdeb4107ecd6df2c15c2c9a0d32ed97d271b4436fc3e8",
}
"""SHA-256 over the DER of the roots AWS publishes with its plugin, by partition.

Source: the AWS Signer documentation's trust store downloads. China's root is published
elsewhere and has not been seen: name it in the bundle where it is needed.
"""
SIGNER_ROOTS = frozenset(PUBLISHED_SIGNER_ROOTS.values())

# For Signer's signatures only: ``re`` compiles them when they are first matched.
_PROFILE = r"arn:[^:/]+:signer:[^:/]*:[^:/]*:/signing-profiles/[^:/]+"
_PROFILE_VERSION = _PROFILE + r"/[^:/]+"
_JOB = r"arn:[^:/]+:signer:[^:/]*:[^:/]*:/signing-jobs/[^:/]+"
_SEMANTIC_VERSION = (
    r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})"
    r"(?:-[0-9A-Za-z.-]{1,64})?(?:\+[0-9A-Za-z.-]{1,64})?"
)
_ATTRIBUTES = frozenset(
    {
        VERIFICATION_PLUGIN,
        VERIFICATION_PLUGIN_MIN_VERSION,
        SIGNING_PROFILE_VERSION,
        SIGNING_JOB,
    }
)


class SignerReach(StrEnum):
    """Which of AWS Signer's revocations count."""

    EFFECTIVE = "effective"
    """Those in effect when the signature was made; as Signer's plugin asks."""
    ALL = "all"
    """Those too that took effect since: a revoked profile signed nothing good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerSignature:
    """What AWS Signer says of a signature of its own."""

    profile_version: str
    """ARN of the signing profile's version."""
    job: str
    """ARN of the signing job."""


class SignerError(Exception):
    """Attributes that Signer's plugin would refuse; never leaves the package."""


def names_signer_plugin(envelope: Envelope) -> bool:
    """Return whether an envelope asks for Signer's plugin."""
    plugin = envelope.extended.get(VERIFICATION_PLUGIN)
    return plugin is not None and plugin.value == SIGNER_PLUGIN


def is_profile(arn: str) -> bool:
    """Return whether ``arn`` names a signing profile, any version of it."""
    return re.fullmatch(_PROFILE, arn, re.ASCII) is not None


def is_profile_version(arn: str) -> bool:
    """Return whether ``arn`` names one version of a signing profile."""
    return re.fullmatch(_PROFILE_VERSION, arn, re.ASCII) is not None


def matches_arn(identity: str, profile_version: str) -> bool:
    """Return whether a trusted identity allows a signature's profile version.

    A profile's ARN allows every version of it, a version's ARN that one. The plugin
    folds case; here the comparison is exact, as profile names are.
    """
    if is_profile_version(identity):
        return identity == profile_version
    return is_profile(identity) and identity == profile_version.rpartition("/")[0]


def minimum_version_met(version: object) -> bool:
    """Return whether the plugin version a signature asks for is one we stand for."""
    if not isinstance(version, str):
        return False
    match = re.fullmatch(_SEMANTIC_VERSION, version, re.ASCII)
    return match is not None and (
        tuple(map(int, match.group(1, 2, 3))) <= SIGNER_PLUGIN_VERSION
    )


def signer_signature(envelope: Envelope) -> SignerSignature:
    """Return what an envelope that names Signer's plugin says.

    Raises:
        SignerError: not the signing authority scheme, a profile version or job that is
            missing, not critical or no such ARN, any further attribute.
    """
    if envelope.scheme is not SigningScheme.SIGNING_AUTHORITY:
        raise SignerError(
            f"AWS Signer signs with {SigningScheme.SIGNING_AUTHORITY},"
            f" not {envelope.scheme}"
        )
    unknown = sorted(str(name) for name in envelope.extended if name not in _ATTRIBUTES)
    if unknown:
        raise SignerError(
            f"attributes unknown to the plugin: {', '.join(unknown)[:200]}"
        )
    return SignerSignature(
        profile_version=_arn(
            envelope.extended, SIGNING_PROFILE_VERSION, _PROFILE_VERSION
        ),
        job=_arn(envelope.extended, SIGNING_JOB, _JOB),
    )


def _arn(extended: Mapping[int | str, ExtendedAttribute], name: str, shape: str) -> str:
    attribute = extended.get(name)
    if attribute is None:
        raise SignerError(f"{name} is missing")
    if not attribute.critical:
        raise SignerError(f"{name} is not critical")
    arn = attribute.value
    if not isinstance(arn, str) or not re.fullmatch(shape, arn, re.ASCII):
        raise SignerError(f"{name} is no ARN of its kind")
    return arn
