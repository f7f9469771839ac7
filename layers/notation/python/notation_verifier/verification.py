"""Verify one envelope against one statement.

The numbers are those of docs/verification.md. Every check is made even where an earlier
one failed, unless its answer would mean nothing; what the level makes of the checks is
asked afterwards, by ``Verification.conclusion``.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from notation_verifier.authenticity import (
    check_authenticity,
    check_signer_identity,
    check_trusted_identity,
)
from notation_verifier.blob import Blob
from notation_verifier.descriptor import Descriptor
from notation_verifier.envelope import Envelope
from notation_verifier.envelope_reader import read_envelope
from notation_verifier.fetch import Fetch
from notation_verifier.integrity import (
    check_certificate_chain,
    check_critical_attributes,
    check_payload,
    check_signature,
)
from notation_verifier.levels import Action, Validation, VerificationLevel
from notation_verifier.outcome import Failed, Outcome, Passed, Reason, Skipped
from notation_verifier.report import ChainCertificate, Verification, checks_of
from notation_verifier.seen_chains import SeenChains
from notation_verifier.signer import SIGNER_ROOTS, SignerReach, names_signer_plugin
from notation_verifier.statement import PolicyStatement
from notation_verifier.trust_store import TrustStoreName, TrustStores
from notation_verifier.validity import (
    Circumstances,
    check_authentic_timestamp,
    check_expiry,
    check_revocation,
)

if TYPE_CHECKING:
    from notation_verifier.revocation import ChainRevocation, LazySettings
    from notation_verifier.signer_service import SignerService

_NO_METADATA: Mapping[str, str] = MappingProxyType({})
_CHAIN_BROKEN = Skipped(
    Reason.EARLIER_CHECK_FAILED, "the certificate chain does not hold together"
)
_NOT_SOUND = Skipped(
    Reason.EARLIER_CHECK_FAILED, "nobody is asked about a signature that does not hold"
)
_NOT_ALLOWED = Skipped(
    Reason.EARLIER_CHECK_FAILED,
    "AWS Signer is not asked about a profile that the statement does not trust",
)
_NOT_ANCHORED = Skipped(
    Reason.EARLIER_CHECK_FAILED,
    "the chain is not anchored: whoever made it chose its names",
)


def verify(  # noqa: PLR0913 - what a signature is held against, each by name
    envelope: bytes,
    *,
    media_type: str,
    subject: Descriptor | Blob,
    statement: PolicyStatement,
    trust_stores: TrustStores,
    user_metadata: Mapping[str, str] = _NO_METADATA,
    signer_roots: AbstractSet[str] = SIGNER_ROOTS,
    fetch: Fetch | None = None,
    revocation_settings: "LazySettings" = None,
    revocation_information_required: bool = False,
    signer_service: "SignerService | None" = None,
    signer_reach: SignerReach = SignerReach.EFFECTIVE,
    seen: SeenChains | None = None,
    now: datetime,
) -> Verification:
    """Return the report on one signature envelope.

    Spec: trust-store-trust-policy, Signature Verification; docs/verification.md.

    Args:
        envelope: the envelope's bytes, as the registry served them.
        media_type: of the layer that held them; says whether it is JWS or COSE.
        subject: the artifact that the signature has to be of: an image's descriptor, or
            a blob with the digest that ``SignatureAlgorithm.digest_algorithm`` names.
        statement: the trust policy statement for the artifact's repository, or for the
            blob.
        trust_stores: holds the stores that the statement names.
        user_metadata: annotations that must have been signed with the artifact, each
            with this very value, at every level.
        signer_roots: SHA-256 (lower-case hex) of the roots under which AWS Signer's
            ARNs count.
        fetch: asks OCSP responders and for CRLs, only where checks 1 to 4 passed, and
            for anchored chains only; that of a timestamp's authority is anchored in a
            tsa store. Without it, what needs an answer is Skipped and says so.
        revocation_settings: what earlier checks learnt, and how answers are asked for;
            None for nothing learnt, one after the other. A function that returns them
            is called only where somebody is asked.
        revocation_information_required: whether a certificate below the root that names
            neither OCSP nor CRL fails check 9.
        signer_service: asks AWS Signer what it revoked, only for its own signatures,
            where checks 1 to 5 passed under ``signer_roots``. Without it, as ``fetch``.
        signer_reach: which of Signer's revocations count.
        seen: chains that need not be read and checked again; changes no report.
        now: the time of verification, with its zone.

    Raises:
        NotationError: the bytes are no envelope of the Notary Project
            (MalformedEnvelope) or of a kind it does not know (UnsupportedEnvelope).
        ValueError: ``now`` has no zone, or the blob's digest is not given.
    """
    if now.tzinfo is None:
        raise ValueError("now has no time zone; pass an aware datetime")
    now = now.astimezone(UTC)
    found = read_envelope(envelope, media_type, known=trust_stores.by_der, seen=seen)

    signature = check_signature(found)  # (1)
    chain = check_certificate_chain(found)  # (2)
    payload = check_payload(found, subject, user_metadata)  # (3)
    critical = check_critical_attributes(found, statement, signer_roots)  # (4)

    authenticity: Outcome = _CHAIN_BROKEN
    identity: Outcome = _CHAIN_BROKEN
    revocation: Outcome = _CHAIN_BROKEN
    anchor: TrustStoreName | None = None
    trusted: str | None = None
    if isinstance(chain, Passed):
        authenticity, anchor = check_authenticity(  # (5)
            found, statement, trust_stores
        )
        if anchor is None:
            identity = _NOT_ANCHORED
        elif names_signer_plugin(found):
            identity, trusted = check_signer_identity(  # (6)
                found, statement, signer_roots
            )
        else:
            identity, trusted = check_trusted_identity(found, statement)  # (6)
        if seen is not None and trusted is not None and isinstance(signature, Passed):
            seen.keep(found.chain)
        revocation = check_revocation(  # (9)
            found,
            anchored=anchor is not None,
            information_required=revocation_information_required,
        )
    answers: ChainRevocation | None = None
    sound = all(isinstance(one, Passed) for one in (signature, payload, critical))
    lacking = _lacking(revocation, statement.level)  # (9.2)
    if lacking is Reason.NEEDS_REVOCATION_SERVICE and fetch is not None:
        if sound:
            # A twentieth of a cold start, for those only who have a way to ask.
            from notation_verifier.revocation import (  # noqa: PLC0415
                outcome as revocation_check,
            )

            answers = revocation_check.ask(  # (9.3)
                found, fetch=fetch, now=now, settings=revocation_settings
            )
            revocation = revocation_check.outcome(
                answers, information_required=revocation_information_required
            )
            revocation_settings = revocation_check.learnt(answers, revocation_settings)
        else:
            revocation = _NOT_SOUND
    if lacking is Reason.NEEDS_SIGNER_SERVICE and signer_service is not None:
        from notation_verifier.signer_revocation import (  # noqa: PLC0415
            check_signer_revocation,
        )

        revocation = _pointless(  # (9.4)
            identity, statement.level, sound=sound
        ) or check_signer_revocation(
            found,
            roots=signer_roots,
            service=signer_service,
            reach=signer_reach,
            now=now,
        )

    expiry = check_expiry(found, now)  # (7)
    timestamp, stamp = check_authentic_timestamp(  # (8)
        found,
        statement,
        trust_stores,
        Circumstances(
            now=now,
            fetch=fetch if sound and isinstance(chain, Passed) else None,
            settings=revocation_settings,
        ),
    )
    outcomes = (
        signature,
        chain,
        payload,
        critical,
        authenticity,
        identity,
        expiry,
        timestamp,
        revocation,
    )
    return Verification(
        statement=statement.name,
        level=statement.level,
        checks=checks_of(outcomes, statement.level),
        signing_scheme=found.scheme.value,
        algorithm=found.algorithm.value,
        signing_time=found.signing_time,
        expiry=found.expiry,
        chain=_chain_certificates(found),
        anchor=None if anchor is None else str(anchor),
        identity=trusted,
        revocation=answers,
        timestamp=stamp,
    )


def _lacking(revocation: Outcome, level: VerificationLevel) -> Reason | None:
    """Return what must be asked to make check 9; None where nothing need be."""
    if (
        isinstance(revocation, Skipped)
        and level.action(Validation.REVOCATION) is not Action.SKIP
    ):
        return revocation.reason
    return None


def _pointless(
    identity: Outcome, level: VerificationLevel, *, sound: bool
) -> Outcome | None:
    """Return why AWS Signer's answer would change nothing; None where it might."""
    if not sound:
        return _NOT_SOUND
    if isinstance(identity, Failed) and level.authenticity is Action.ENFORCE:
        return _NOT_ALLOWED
    return None


def _chain_certificates(envelope: Envelope) -> tuple[ChainCertificate, ...]:
    return tuple(
        [
            ChainCertificate(
                subject=certificate.subject_text,
                sha256=certificate.sha256,
                not_before=certificate.not_before,
                not_after=certificate.not_after,
            )
            for certificate in envelope.chain
        ]
    )
