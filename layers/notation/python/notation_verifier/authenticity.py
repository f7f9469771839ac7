"""Authenticity, checks 5 and 6: the chain is anchored, and its signer is trusted.

Spec: trust-store-trust-policy, Signature Verification, step 3.
"""

from collections.abc import Set as AbstractSet

from notation_verifier.envelope import Envelope, SigningScheme
from notation_verifier.errors import InvalidTrustPolicy
from notation_verifier.identities import (
    ANY,
    OtherIdentity,
    SubjectIdentity,
    parse_identity,
)
from notation_verifier.names import UnreadableName, subject_attributes
from notation_verifier.outcome import Failed, Outcome, Passed, Reason, Skipped
from notation_verifier.signer import SignerError, matches_arn, signer_signature
from notation_verifier.statement import PolicyStatement
from notation_verifier.trust_store import TrustStoreName, TrustStores, TrustStoreType

_STORE_TYPES = {
    SigningScheme.X509: TrustStoreType.CA,
    SigningScheme.SIGNING_AUTHORITY: TrustStoreType.SIGNING_AUTHORITY,
}


def check_authenticity(
    envelope: Envelope, statement: PolicyStatement, trust_stores: TrustStores
) -> tuple[Outcome, TrustStoreName | None]:
    """(5) A certificate of the chain is in a store of the scheme's type.

    Returns:
        The outcome, and the store: the first that the statement names.
    """
    wanted = _STORE_TYPES[envelope.scheme]  # (5.1)
    names = [name for name in statement.trust_stores if name.type is wanted]
    if not names:
        missing = f"the statement names no {wanted} store; {envelope.scheme} needs one"
        return Failed(Reason.NO_TRUST_STORE, missing), None
    absent = [str(name) for name in names if name not in trust_stores]  # (5.2)
    if absent:
        # As in the reference: one that is missing fails even where another would do.
        return Failed(
            Reason.NO_TRUST_STORE, f"there is no trust store {', '.join(absent)}"
        ), None
    for name in names:
        anchor = trust_stores.anchor(name, envelope.chain)  # (5.3)
        if anchor is not None:
            held = f"{anchor.subject_text} ({anchor.sha256})"
            return Passed(f"{name} holds {held}"), name
    return Failed(
        Reason.NOT_ANCHORED,
        f"no certificate of the chain is in {', '.join(map(str, names))}",
    ), None


def check_trusted_identity(
    envelope: Envelope, statement: PolicyStatement
) -> tuple[Outcome, str | None]:
    """(6) The leaf's subject is an identity that the statement trusts.

    Returns:
        The outcome, and the identity that matched, as the statement writes it.
    """
    if ANY in statement.trusted_identities:
        return Passed("the statement trusts whoever the store admits"), ANY  # (6.1)
    leaf = envelope.chain[0]
    try:
        subject = subject_attributes(leaf.subject_name)  # (6.3)
    except UnreadableName as error:
        return Failed(
            Reason.IDENTITY_UNREADABLE, f"the leaf's subject cannot be matched: {error}"
        ), None
    try:
        for text in statement.trusted_identities:
            identity = parse_identity(text)
            # (6.2) every attribute of the identity, exactly
            if isinstance(identity, SubjectIdentity) and identity.matches(subject):
                return Passed(f"{leaf.subject_text} matches {text}"), text
    except InvalidTrustPolicy as error:
        return Failed(Reason.IDENTITY_UNREADABLE, str(error)), None
    return Failed(
        Reason.IDENTITY_NOT_ALLOWED,
        f"the leaf is {leaf.subject_text[:400]}; the statement trusts none such",
    ), None


def check_signer_identity(
    envelope: Envelope,
    statement: PolicyStatement,
    signer_roots: AbstractSet[str],
) -> tuple[Outcome, str | None]:
    """(6) For AWS Signer: its root says so, and the profile is a trusted one.

    Returns:
        As :func:`check_trusted_identity`.
    """
    try:
        arn = signer_signature(envelope).profile_version
    except SignerError as error:
        return Skipped(
            Reason.EARLIER_CHECK_FAILED, f"AWS Signer's attributes: {error}"
        ), None
    if ANY in statement.trusted_identities:
        return Failed(
            Reason.SIGNER_WILDCARD, "'*' is no identity for AWS Signer's signatures"
        ), None
    root = envelope.chain[-1]
    if root.sha256 not in signer_roots:  # (6.4)
        return Failed(
            Reason.NOT_UNDER_SIGNER_ROOT,
            f"the chain ends in {root.subject_text} ({root.sha256}), which is no"
            " root of AWS Signer: ARNs do not count under it",
        ), None
    try:
        for text in statement.trusted_identities:
            identity = parse_identity(text)
            if isinstance(identity, OtherIdentity) and matches_arn(text, arn):  # (6.5)
                return Passed(f"{arn} matches {text}"), text
    except InvalidTrustPolicy as error:
        return Failed(Reason.IDENTITY_UNREADABLE, str(error)), None
    return Failed(
        Reason.IDENTITY_NOT_ALLOWED,
        f"the signing profile is {arn}; the statement trusts none such",
    ), None
