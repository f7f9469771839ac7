"""Remedies: what each reason means and what to do, one sentence or two each.

Those of a verification's checks are the verifier's own. ``docs/findings.md`` says
the same at more length, one section for each.
"""

from collections.abc import Mapping
from typing import Final

from notation_verifier.remedies import REMEDIES as VERIFICATION_REMEDIES
from notation_verifier.remedies import Remedy
from sealward.findings.replica_remedies import REPLICA_REMEDIES

DOCUMENT: Final = "docs/findings.md"

_SIGN_AGAIN: Final = "Sign the image's digest again with an identity its policy trusts."
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
    "managed-signing-failed": Remedy(
        "ECR's managed signing of this image failed; its code is named here.",
        "ACCESS_DENIED: give whoever pushes signer:SignPayload on the profile, then "
        "push again. Until the grace ends, or to release it: notation sign "
        "REPOSITORY@DIGEST.",
    ),
    "other-scheme": Remedy(
        "Something signs this digest in a way that Sealward does not verify, and no "
        "Notation signature refers to it.",
        "Sign the digest with Notation as well: notation sign REPOSITORY@DIGEST. What "
        "the other scheme says remains as it is.",
    ),
    "too-few-identities": Remedy(
        "Some identity that its policy trusts has signed it; the policy requires "
        "signatures by more of them.",
        "Have the others sign the same digest: notation sign REPOSITORY@DIGEST. A "
        "second signature by the same identity does not count.",
    ),
    "limit": Remedy(
        "More signatures refer to it than are considered, and none of those is good.",
        "Delete the signatures nobody needs, then sign the digest again: a new "
        "signature is tried first.",
    ),
    "signature-lost": Remedy(
        "The signature that made it trusted is gone from the registry, or archived.",
        "Find who removed it (CloudTrail, BatchDeleteImage) and exclude signatures "
        "from lifecycle rules. Give it back, byte for byte: sealward reattach. Or sign "
        "the digest again.",
    ),
    "signature-unreadable": Remedy(
        "The registry did not give a signature when asked.",
        _WAIT,
    ),
    "grace": Remedy(
        "The image is new; a signature may still arrive.", "Sign it before grace ends."
    ),
    "satisfied": Remedy("A signature satisfies the policy.", "Nothing."),
    "covered": Remedy(
        "A trusted index of the same repository lists it.",
        "Nothing. Where the digest itself is verified with notation, sign it too.",
    ),
    "shield": Remedy(
        "This index has no good signature and lists an image that is held: ECR keeps "
        "what an active index lists out of the archive.",
        "Sign the index with an identity its policy trusts, or push one that does not "
        "list the held image.",
    ),
    "no-policy": Remedy(
        "No policy names the repository.",
        "Add the repository to a policy if it should be governed.",
    ),
    "level-skip": Remedy(
        "The policy's statement asks for no verification.",
        "Give the statement another level if it should be verified.",
    ),
    "baseline": Remedy(
        "It was there before its policy acted, and the policy's baseline excuses it.",
        "Sign it, or replace it, before the baseline ends: then it is proposed.",
    ),
    "break-glass": Remedy(
        "A person let the image go although nothing vouches for it.",
        "Sign it, or replace it, before the release ends: then it is decided again.",
    ),
    "paused": Remedy(
        "A person paused Sealward: images are judged and told of, and nothing is done.",
        "Nothing, if it is wanted: it ends by itself. sealward resume ends it now.",
    ),
    "over-its-share": Remedy(
        "A repository sends events faster than its share allows.",
        "Find out who pushes so much (CloudTrail's PutImage has it), and stop what was "
        "not meant. Where it was, nothing: it is resolved an hour after the last.",
    ),
    "not-an-image": Remedy("The digest is a signature or other artifact.", "Nothing."),
    "gone": Remedy(
        "The registry no longer has the image.",
        "Nothing, if it had been judged. If its signature was awaited: find out who "
        "deleted it and who pulled it (CloudTrail has both), and end what runs of it. "
        "If it was held: find out who deleted it; sealward evidence shows what it was.",
    ),
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
    "judging-failed": Remedy(
        "Sealward itself failed over it, each time it looked: what was pushed, or a "
        "signature of it, is nothing its code expects.",
        "Find the error in the stack's logs and report it. Until it is mended, build "
        "the image anew; the look is repeated every hour.",
    ),
    "index-undecided": Remedy(
        "An index that lists it cannot be judged now, so neither can it.",
        "See the finding of the index that is named here.",
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
    "ledger-forged": Remedy(
        "The ledger holds an item that Sealward did not write; it counts for nothing, "
        "and its subject is judged anew.",
        "Find in CloudTrail who may write to the table, and take that right away; then "
        "set this finding to RESOLVED.",
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
    # images that came by replication
    **{cause.value: told for cause, told in REPLICA_REMEDIES.items()},
    # checks of the verification
    **{reason.value: told for reason, told in VERIFICATION_REMEDIES.items()},
}

REBUILT: Final = frozenset(
    reason for reason, told in REMEDIES.items() if told.remedy == _REBUILD
)
"""Reasons that no signature mends: only another image does."""
_OTHER: Final = Remedy("See the detail.", "See the detail.")


def remedy(reason: str) -> Remedy:
    """Return what ``reason`` means and what to do."""
    return REMEDIES.get(reason, _OTHER)
