"""Remedies: what each reason of a check means, and what to do.

The one place where they are written: docs/verification.md, docs/findings.md, findings
and explanations say the same.
"""

from collections.abc import Mapping
from typing import Final

from notation_verifier.outcome import Reason
from notation_verifier.values import dataclass


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a reason means, and what to do."""

    meaning: str
    remedy: str


_PAYLOAD: Final = "Sign with notation or AWS Signer for container images."
_KNOWINGLY: Final = (
    "Until it is: set revocation to log or skip in the statement, knowingly."
)

REMEDIES: Final[Mapping[Reason, Remedy]] = {
    Reason.SIGNATURE_MISMATCH: Remedy(
        "The key did not sign these bytes: the envelope was changed, or put together "
        "of two.",
        "Sign again. If nobody of yours touched it, treat it as an attack.",
    ),
    Reason.ALGORITHM_MISMATCH: Remedy(
        "The header names another algorithm than the leaf's key implies, or the key is "
        "of no supported kind.",
        "Use a signing certificate with RSA 2048, 3072, 4096 or P-256, P-384, P-521 "
        "and a signer that follows the specification.",
    ),
    Reason.CHAIN_INVALID: Remedy(
        "A rule of the certificate chain is broken; the detail names the certificate "
        "and the rule.",
        "Sign with the whole chain, leaf first, root last. Have the CA issue the leaf "
        "with a critical key usage of digital signature only.",
    ),
    Reason.PAYLOAD_CONTENT_TYPE: Remedy(
        "The signature is of something else than a Notation payload.", _PAYLOAD
    ),
    Reason.PAYLOAD_MALFORMED: Remedy(
        "The payload is no JSON object that names an artifact.", _PAYLOAD
    ),
    Reason.SUBJECT_MISMATCH: Remedy(
        "The signature is of another artifact; the detail names it.",
        "Sign this image's own digest; do not copy signatures between images. If it "
        "was pushed again with another media type, sign what is in the registry now.",
    ),
    Reason.USER_METADATA_MISMATCH: Remedy(
        "The signature does not carry the user metadata that is required; the detail "
        "names the key.",
        "Sign again with notation sign --user-metadata KEY=VALUE, or mend what the "
        "policy requires. If the value is another on purpose, it was signed for "
        "something else.",
    ),
    Reason.UNKNOWN_CRITICAL_ATTRIBUTE: Remedy(
        "The signature demands that something be understood which is not known here.",
        "Sign without the attribute that the detail names.",
    ),
    Reason.UNKNOWN_PLUGIN: Remedy(
        "The signature demands a verification plugin other than AWS Signer's, or a "
        "later version of it.",
        "Sign without the plugin; or upgrade Sealward, if AWS's plugin has moved on.",
    ),
    Reason.SIGNER_ATTRIBUTES: Remedy(
        "AWS Signer's attributes are incomplete, of the wrong kind, or one too many; "
        "or a chain under Signer's root lacks them.",
        "Sign again with AWS Signer. If it came from there, report it: its format "
        "changed.",
    ),
    Reason.NOT_ANCHORED: Remedy(
        "No certificate of the chain is in a trust store of the statement. Nothing is "
        "asked about the revocation of such a chain.",
        "Sign with an identity the policy trusts. If you trust this CA, add its root "
        "to the store that the statement names.",
    ),
    Reason.NO_TRUST_STORE: Remedy(
        "The statement names no store of the type that the scheme or the timestamp "
        "needs, or the store is missing.",
        "notary.x509 needs a ca store, AWS Signer a signingAuthority store, timestamps "
        "a tsa store: change the policy, or sign otherwise.",
    ),
    Reason.IDENTITY_NOT_ALLOWED: Remedy(
        "The chain is trusted, this signer is not.",
        "Find out who signed it and why. If they should be allowed, add the name or "
        "profile ARN in the detail to the statement; if not, have the right one sign, "
        "and look at that signer's credentials.",
    ),
    Reason.IDENTITY_UNREADABLE: Remedy(
        "The leaf's subject cannot be compared: C, ST or O is missing, a type occurs "
        "twice or is unusual.",
        "Have the CA issue certificates with one C, ST and O each.",
    ),
    Reason.NOT_UNDER_SIGNER_ROOT: Remedy(
        "The signature claims an AWS Signer profile, but its chain does not end in a "
        "root of AWS Signer.",
        "Treat it as an attack: find out who pushed it. For a partition whose root is "
        "not built in, name its fingerprint in the bundle.",
    ),
    Reason.SIGNER_WILDCARD: Remedy(
        "The statement trusts *, which for AWS Signer would be every AWS customer.",
        "Write the ARNs of your signing profiles.",
    ),
    Reason.SIGNATURE_EXPIRED: Remedy(
        "The signature's own expiry is past.", "Sign again."
    ),
    Reason.CERTIFICATE_NOT_VALID: Remedy(
        "A certificate was not valid at the time that counts; the detail names both.",
        "Sign again with a valid certificate, or use a timestamp.",
    ),
    Reason.SIGNING_TIME_IN_FUTURE: Remedy(
        "The signing authority's time is more than five minutes ahead of ours.",
        "Check the clocks. If they agree, treat it as an attack.",
    ),
    Reason.TIMESTAMP_MISSING: Remedy(
        "The statement names a tsa store, and the signature has no timestamp.",
        "Sign with a timestamp; or remove the store; or set verifyTimestamp to "
        "afterCertExpiry.",
    ),
    Reason.TIMESTAMP_MALFORMED: Remedy(
        "The timestamp is no RFC 3161 token that can be read; the detail says where.",
        "Sign again with a timestamp. If the authority's tokens are all refused, use "
        "another authority.",
    ),
    Reason.TIMESTAMP_MISMATCH: Remedy(
        "The timestamp is of another signature.",
        "Sign again with a timestamp. If nobody of yours touched it, treat it as an "
        "attack.",
    ),
    Reason.TIMESTAMP_SIGNATURE: Remedy(
        "The timestamp is not signed by the certificate it names, or with an algorithm "
        "that is not accepted.",
        "Sign again with a timestamp. If nobody of yours touched it, treat it as an "
        "attack.",
    ),
    Reason.TSA_NOT_TRUSTED: Remedy(
        "The timestamp's authority leads to no root of the statement's tsa stores.",
        "If you trust this authority, add its root to the tsa store; else sign again "
        "with a timestamp of one that you trust.",
    ),
    Reason.TSA_CHAIN_INVALID: Remedy(
        "A certificate of the timestamp's authority breaks a rule; the detail names "
        "both.",
        "Sign again with a timestamp of another authority.",
    ),
    Reason.TSA_REVOKED: Remedy(
        "A certificate of the timestamp's authority is revoked.",
        "Sign again with a timestamp of another authority. Ask this one what happened.",
    ),
    Reason.TSA_REVOCATION_UNKNOWN: Remedy(
        "Whether the timestamp's authority is revoked could not be found out; the "
        "detail says why.",
        "Mostly the server cannot be reached, and trying again helps. If it lasts, see "
        "docs/revocation.md.",
    ),
    Reason.CERTIFICATE_REVOKED: Remedy(
        "A certificate of the chain is revoked; the detail names it, the source, the "
        "time and the reason.",
        "Do not use what it signed before you know why. Then sign again with another "
        "certificate.",
    ),
    Reason.NO_REVOCATION_INFORMATION: Remedy(
        "A certificate of the chain names neither an OCSP responder nor a CRL, so it "
        "could never be revoked, and the policy does not accept that.",
        "Have the CA put one into its certificates and sign again, or set the policy's "
        "revocation.withoutInformation to accept.",
    ),
    Reason.REVOCATION_UNKNOWN: Remedy(
        "A certificate names OCSP responders or CRLs, and none gave an answer to rely "
        "on; the detail says why for each.",
        "Mostly the server cannot be reached, and trying again helps. If it lasts, see "
        "docs/revocation.md.",
    ),
    Reason.SIGNER_REVOKED: Remedy(
        "AWS Signer has revoked the signing job, the profile's version or a "
        "certificate; the detail names it.",
        "Find out who revoked it and why (CloudTrail: RevokeSignature, "
        "RevokeSigningProfile). Do not run the image before you know; then sign it "
        "again with a profile version that stands.",
    ),
    Reason.SIGNER_UNAVAILABLE: Remedy(
        "AWS Signer was asked whether it revoked the signature, and did not answer.",
        "Mostly trying again helps, and is done. If it lasts: the role needs "
        "signer:GetRevocationStatus, the function a way to Signer in the profile's "
        "Region, and the profile must be of this partition.",
    ),
    Reason.LEVEL_SKIPS: Remedy("The level says not to check this.", "Nothing."),
    Reason.EARLIER_CHECK_FAILED: Remedy(
        "An earlier check failed, and without it this one means nothing.",
        "Look at the earlier one.",
    ),
    Reason.NEEDS_REVOCATION_SERVICE: Remedy(
        "OCSP or a CRL would have to be asked.", _KNOWINGLY
    ),
    Reason.NEEDS_SIGNER_SERVICE: Remedy(
        "AWS Signer would have to be asked whether it revoked the signature.",
        _KNOWINGLY,
    ),
}
"""Every reason of :class:`Reason`, in its order."""

BLOB_REMEDIES: Final[Mapping[Reason, Remedy]] = {
    Reason.SUBJECT_MISMATCH: Remedy(
        "The signature is of another file, or of other bytes; the detail names both.",
        "Get the file and its signature again from where they are published. If they "
        "still do not belong together, do not use the file.",
    ),
}
"""What is said of a blob where it differs from what is said of an image."""
