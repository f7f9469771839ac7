"""Integrity, checks 1 to 4: the envelope is whole, and of this very subject.

Spec: trust-store-trust-policy, Signature Verification, steps 1 and 2;
signature-specification, Signed Attributes.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from notation_verifier.algorithms import algorithm_of, verifies
from notation_verifier.blob import Blob
from notation_verifier.chain import ChainError, check_chain
from notation_verifier.descriptor import Descriptor
from notation_verifier.envelope import (
    PAYLOAD_CONTENT_TYPE,
    VERIFICATION_PLUGIN,
    VERIFICATION_PLUGIN_MIN_VERSION,
    Envelope,
    ExtendedAttribute,
)
from notation_verifier.identities import ANY
from notation_verifier.outcome import Failed, Outcome, Passed, Reason
from notation_verifier.payload import PayloadError, read_payload
from notation_verifier.seen_chains import SeenChain
from notation_verifier.signer import (
    SIGNER_PLUGIN,
    SignerError,
    minimum_version_met,
    signer_signature,
)
from notation_verifier.statement import PolicyStatement


def check_signature(envelope: Envelope) -> Outcome:
    """(1) The leaf's key made the signature, with the algorithm its kind implies."""
    key = envelope.chain[0].key
    implied = None if key is None else algorithm_of(key)  # (1.1)
    if key is None or implied is None:
        return Failed(
            Reason.ALGORITHM_MISMATCH,
            "the leaf's key is none of RSA 2048, 3072, 4096, P-256, P-384, P-521",
        )
    if implied is not envelope.algorithm:  # (1.2)
        return Failed(
            Reason.ALGORITHM_MISMATCH,
            f"the header says {envelope.algorithm}, the leaf's key {implied}",
        )
    if not verifies(implied, key, envelope.signature, envelope.signed):  # (1.3)
        return Failed(
            Reason.SIGNATURE_MISMATCH, "the leaf's key did not make this signature"
        )
    return Passed(f"{implied} by the leaf's key")


def check_certificate_chain(envelope: Envelope) -> Outcome:
    """(2) The chain is ordered, complete and made for code signing.

    That follows from its bytes alone, so that one seen before is not checked again.
    """
    try:
        if not isinstance(envelope.chain, SeenChain):
            check_chain(envelope.chain)
    except ChainError as error:
        return Failed(Reason.CHAIN_INVALID, str(error))
    return Passed(f"{len(envelope.chain)} certificates up to a self-signed root")


def check_payload(
    envelope: Envelope, subject: Descriptor | Blob, user_metadata: Mapping[str, str]
) -> Outcome:
    """(3) The payload is Notation's, names this very subject and what is required.

    Raises:
        ValueError: ``subject`` is a blob without the digest that this signature binds.
    """
    if envelope.content_type != PAYLOAD_CONTENT_TYPE:  # (3.1)
        return Failed(
            Reason.PAYLOAD_CONTENT_TYPE,
            f"the content type is {envelope.content_type[:120]!r}, not"
            f" {PAYLOAD_CONTENT_TYPE!r}",
        )
    try:
        target = read_payload(envelope.payload)
    except PayloadError as error:
        return Failed(Reason.PAYLOAD_MALFORMED, str(error))
    signed = target.descriptor
    wanted = (
        _blob_descriptor(envelope, subject, signed.media_type)
        if isinstance(subject, Blob)
        else subject
    )
    if signed != wanted:  # (3.3)
        return Failed(
            Reason.SUBJECT_MISMATCH,
            f"signed is {signed.digest} ({signed.media_type[:120]!r}, {signed.size}"
            f" bytes), not {wanted.digest} ({wanted.media_type[:120]!r},"
            f" {wanted.size} bytes)",
        )
    for name, value in user_metadata.items():  # (3.4)
        if target.annotations.get(name) != value:
            return Failed(
                Reason.USER_METADATA_MISMATCH,
                f"required is {name[:120]!r}: {value[:120]!r}; signed is "
                + (
                    repr(target.annotations[name][:120])
                    if name in target.annotations
                    else "no such annotation"
                ),
            )
    return Passed(f"of {signed.digest}")


def _blob_descriptor(envelope: Envelope, blob: Blob, signed_as: str) -> Descriptor:
    """Return what the signature must bind; the media type only where one is wanted."""
    algorithm = envelope.algorithm.digest_algorithm
    if algorithm not in blob.digests:
        raise ValueError(
            f"the signature binds the blob's {algorithm}, which is missing"
        )
    return Descriptor(
        media_type=signed_as if blob.media_type is None else blob.media_type,
        digest=f"{algorithm}:{blob.digests[algorithm]}",
        size=blob.size,
    )


def check_critical_attributes(
    envelope: Envelope,
    statement: PolicyStatement,
    signer_roots: AbstractSet[str],
) -> Outcome:
    """(4) Everything critical is understood; the plugin named, if any, is Signer's."""
    plugin = envelope.extended.get(VERIFICATION_PLUGIN)
    if plugin is not None:
        return _check_plugin(envelope, plugin, statement)
    if envelope.chain[-1].sha256 in signer_roots:  # (4.4)
        return Failed(
            Reason.SIGNER_ATTRIBUTES,
            "the chain ends in an AWS Signer root, but the signature does not name"
            f" {SIGNER_PLUGIN}",
        )
    unknown = sorted(
        str(name)[:80]
        for name, attribute in envelope.extended.items()
        if attribute.critical or name == VERIFICATION_PLUGIN_MIN_VERSION  # (4.1)
    )
    if unknown:
        return Failed(
            Reason.UNKNOWN_CRITICAL_ATTRIBUTE,
            f"nothing here understands {', '.join(unknown)[:300]}",
        )
    return Passed("every critical attribute is understood")


def _check_plugin(
    envelope: Envelope, plugin: ExtendedAttribute, statement: PolicyStatement
) -> Outcome:
    if plugin.value != SIGNER_PLUGIN or not plugin.critical:  # (4.2)
        return Failed(
            Reason.UNKNOWN_PLUGIN,
            f"the signature names the plugin {str(plugin.value)[:120]!r}"
            f" ({'critical' if plugin.critical else 'not critical'}); only"
            f" {SIGNER_PLUGIN!r}, critical, is known",
        )
    if not _minimum_version_met(envelope.extended):  # (4.2)
        return Failed(
            Reason.UNKNOWN_PLUGIN,
            f"the signature needs {SIGNER_PLUGIN} of a version that is later than the"
            " one known, unreadable or not critical",
        )
    try:
        found = signer_signature(envelope)  # (4.3)
    except SignerError as error:
        return Failed(Reason.SIGNER_ATTRIBUTES, str(error))
    if ANY in statement.trusted_identities:  # (4.5)
        # The plugin refuses this at every level: authenticity alone may only be logged.
        return Failed(
            Reason.SIGNER_WILDCARD,
            "the statement trusts '*', which would admit every AWS customer; name the"
            " ARNs of signing profiles",
        )
    return Passed(f"AWS Signer, {found.profile_version}")


def _minimum_version_met(extended: Mapping[int | str, ExtendedAttribute]) -> bool:
    minimum = extended.get(VERIFICATION_PLUGIN_MIN_VERSION)
    return minimum is None or (minimum.critical and minimum_version_met(minimum.value))
