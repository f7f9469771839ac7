"""Remedies: what each reason means and what to do, one sentence or two each.

``docs/findings.md`` says the same at more length, one section for each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DOCUMENT: Final = "docs/findings.md"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a reason means, and what to do."""

    meaning: str
    remedy: str


_SIGN_AGAIN: Final = (
    "Sign the image's digest again with an identity its policy trusts; the image is "
    "looked at within seconds."
)
_REBUILD: Final = "Build and push the image again with a standard tool, then sign it."
_WAIT: Final = (
    "Nothing, if it ends by itself: the look is repeated. If it lasts, see the stack's "
    "logs for the call that fails."
)

REMEDIES: Final[Mapping[str, Remedy]] = {
    # verdicts and their own reasons
    "no-signature": Remedy(
        "No Notation signature refers to this digest.",
        "Sign the digest with an identity its policy trusts: notation sign "
        "REPOSITORY@DIGEST. Signing a tag may sign another digest.",
    ),
    "limit": Remedy(
        "More signatures refer to it than are considered, and none of those is good.",
        "Delete the signatures nobody needs, then sign the digest again: a new "
        "signature is tried first.",
    ),
    "signature-lost": Remedy(
        "The signature that made it trusted is gone from the registry, or archived.",
        "Find who removed it (CloudTrail, BatchDeleteImage) and exclude signatures "
        "from lifecycle rules; then sign the digest again.",
    ),
    "signature-unreadable": Remedy(
        "The registry did not give a signature when asked.",
        _WAIT,
    ),
    "grace": Remedy(
        "The image is new; a signature may still arrive.", "Sign it before grace ends."
    ),
    "satisfied": Remedy("A signature satisfies the policy.", "Nothing."),
    "no-policy": Remedy(
        "No policy names the repository.",
        "Add the repository to a policy if it should be governed.",
    ),
    "level-skip": Remedy(
        "The policy's statement asks for no verification.",
        "Give the statement another level if it should be verified.",
    ),
    "not-an-image": Remedy("The digest is a signature or other artifact.", "Nothing."),
    "gone": Remedy("The registry no longer has the image.", "Nothing."),
    # the image's own manifest
    "manifest-ambiguous": Remedy(
        "Its manifest can be read as two different things.", _REBUILD
    ),
    "manifest-malformed": Remedy("Its manifest is not strict JSON.", _REBUILD),
    "manifest-too-large": Remedy(
        "Its manifest is larger than a registry allows.", _REBUILD
    ),
    # what could not be asked
    "registry-unavailable": Remedy(
        "Amazon ECR did not answer: throttled, timed out or failing.", _WAIT
    ),
    "access-denied": Remedy(
        "Sealward's role may not read the repository: nothing can be verified in it.",
        "Remove the Deny from the repository's or the registry's policy, or exempt "
        "Sealward's role from it.",
    ),
    "manifest-unreadable": Remedy(
        "The registry lists the image but does not give a manifest that hashes to its "
        "digest.",
        _WAIT,
    ),
    "bundle-unavailable": Remedy("The policy bundle could not be read.", _WAIT),
    "bundle-invalid": Remedy(
        "The policy bundle cannot be used, so nothing is decided.",
        "Mend what is named here and publish the bundle again; looks that waited are "
        "repeated.",
    ),
    "bundle-expired": Remedy(
        "The policy bundle is past its expiry; it stays in force.",
        "Publish a newer bundle, or find out why it is not delivered.",
    ),
    # candidates that cannot be examined
    "signature-archived": Remedy(
        "Its signature is archived and cannot be read.",
        "Restore the signature, or sign the digest again.",
    ),
    "signature-manifest-missing": Remedy(
        "The registry lists a signature whose manifest it does not give.", _SIGN_AGAIN
    ),
    "signature-manifest-too-large": Remedy(
        "A signature's manifest is larger than one can be.", _SIGN_AGAIN
    ),
    "signature-manifest-invalid": Remedy(
        "What calls itself a signature does not have the form of one.", _SIGN_AGAIN
    ),
    "signature-of-another-subject": Remedy(
        "The signature's manifest refers to another digest.", _SIGN_AGAIN
    ),
    "envelope-missing": Remedy(
        "The signature's envelope is not in the registry.", _SIGN_AGAIN
    ),
    "envelope-too-large": Remedy(
        "The signature's envelope is larger than one can be.", _SIGN_AGAIN
    ),
    "envelope-malformed": Remedy(
        "The signature's envelope is no JWS or COSE envelope.", _SIGN_AGAIN
    ),
    "envelope-unsupported": Remedy(
        "The envelope uses a format, scheme or algorithm outside the specification.",
        _SIGN_AGAIN,
    ),
    # checks of the verification
    "signature-mismatch": Remedy(
        "The signature's bytes do not match what it signs: it was altered.", _SIGN_AGAIN
    ),
    "algorithm-mismatch": Remedy(
        "The signature's algorithm is not the one its certificate's key stands for.",
        _SIGN_AGAIN,
    ),
    "chain-invalid": Remedy(
        "The signer's certificates do not form a valid code-signing chain.",
        "Have the signing certificate issued by the rules of the Notary Project "
        "specification, then sign again.",
    ),
    "payload-content-type": Remedy(
        "The envelope does not carry a Notary Project payload.", _SIGN_AGAIN
    ),
    "payload-malformed": Remedy("The signed payload cannot be read.", _SIGN_AGAIN),
    "subject-mismatch": Remedy(
        "The signature is of another image.",
        "Sign this image's own digest; do not copy signatures between images.",
    ),
    "unknown-critical-attribute": Remedy(
        "The signature demands something this verifier does not know.",
        "Sign without the attribute named here.",
    ),
    "unknown-plugin": Remedy(
        "The signature demands a verification plugin that is not known.",
        "Sign without that plugin, or with AWS Signer.",
    ),
    "signer-attributes": Remedy(
        "The signature names AWS Signer's plugin without the attributes it needs.",
        "Sign again with AWS Signer.",
    ),
    "not-anchored": Remedy(
        "The signer's certificates lead to none the policy's trust stores hold.",
        "Sign with an identity the policy trusts, or add the signer's root to the "
        "trust store by a policy change.",
    ),
    "no-trust-store": Remedy(
        "The policy names no trust store of the kind this signature needs.",
        "AWS Signer needs a signingAuthority store, others a ca store: change the "
        "policy, or sign otherwise.",
    ),
    "identity-not-allowed": Remedy(
        "A valid signature, by an identity the policy does not allow here.",
        "Find out who signed it and why. If they should be allowed, change the policy; "
        "if not, have the right one sign, and look at that signer's credentials.",
    ),
    "identity-unreadable": Remedy(
        "The signing certificate's subject cannot be read as an identity.",
        "Have the certificate issued with a plain subject: CN, O, C and ST at least.",
    ),
    "not-under-signer-root": Remedy(
        "The signature names an AWS Signer profile but is not made by AWS Signer.",
        "Treat it as an attempt to pass for AWS Signer: find out who pushed it.",
    ),
    "signer-wildcard": Remedy(
        "The policy allows any identity, which AWS Signer's signatures do not accept.",
        "Name the signing profiles' ARNs in the policy.",
    ),
    "signature-expired": Remedy("The signature's own expiry has passed.", _SIGN_AGAIN),
    "certificate-not-valid": Remedy(
        "A certificate of the signer was not valid at the time that counts.",
        "Sign again with a valid certificate.",
    ),
    "signing-time-in-future": Remedy(
        "The signature says it was made in the future.",
        "Set the signing machine's clock, then sign again.",
    ),
    "certificate-revoked": Remedy(
        "A certificate of the signer is revoked.",
        "Find out why before the image is used. If it is good, sign it again with "
        "another certificate.",
    ),
    "revocation-unknown": Remedy(
        "No OCSP responder or CRL gave an answer about a certificate.",
        _WAIT,
    ),
    # checks that were not made
    "level-skips": Remedy(
        "The policy's level does not ask for this check.", "Nothing."
    ),
    "earlier-check-failed": Remedy(
        "The check was not made since an earlier one failed.", "See the earlier one."
    ),
    "needs-revocation-service": Remedy(
        "Whether a certificate is revoked could not be asked.",
        "Have the policy override revocation, or wait: the look is repeated.",
    ),
    "needs-signer-service": Remedy(
        "Whether AWS Signer revoked the signature could not be asked.",
        "Have the policy override revocation, or wait: the look is repeated.",
    ),
    "timestamp-missing": Remedy(
        "The policy asks for a timestamp, and the signature carries none.",
        "Sign again with a timestamp authority the policy trusts.",
    ),
    "needs-timestamp": Remedy(
        "A certificate has expired and no timestamp shows that it was valid when used.",
        "Sign again with a certificate that is valid.",
    ),
}

_OTHER: Final = Remedy("See the detail.", "See the detail.")


def remedy(reason: str) -> Remedy:
    """Return what ``reason`` means and what to do."""
    return REMEDIES.get(reason, _OTHER)
