"""Verify one envelope against one statement.

The numbers are those of docs/verification.md. Every check is made even where an earlier
one failed, unless its answer would mean nothing; the level is only asked afterwards, by
``Verification.conclusion``.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from notation_verifier._cose import read_cose
from notation_verifier._jws import read_jws
from notation_verifier.algorithms import algorithm_of, verifies
from notation_verifier.chain import ChainError, check_chain
from notation_verifier.descriptor import Descriptor
from notation_verifier.envelope import (
    COSE_MEDIA_TYPE,
    JWS_MEDIA_TYPE,
    MAX_ENVELOPE_BYTES,
    PAYLOAD_CONTENT_TYPE,
    VERIFICATION_PLUGIN,
    VERIFICATION_PLUGIN_MIN_VERSION,
    Envelope,
    SigningScheme,
)
from notation_verifier.errors import (
    InvalidTrustPolicy,
    MalformedEnvelope,
    UnsupportedEnvelope,
)
from notation_verifier.fetch import Fetch
from notation_verifier.identities import (
    ANY,
    OtherIdentity,
    SubjectIdentity,
    parse_identity,
)
from notation_verifier.levels import Action, Validation
from notation_verifier.names import UnreadableName, name_text, subject_attributes
from notation_verifier.payload import PayloadError, read_payload
from notation_verifier.report import (
    ChainCertificate,
    Check,
    CheckName,
    Failed,
    Outcome,
    Passed,
    Reason,
    Skipped,
    Verification,
)
from notation_verifier.signer import (
    SIGNER_PLUGIN,
    SIGNER_ROOTS,
    SignerError,
    SignerSignature,
    matches_arn,
    minimum_version_met,
    signer_signature,
)
from notation_verifier.trust_policy import TrustPolicyStatement, VerifyTimestamp
from notation_verifier.trust_store import TrustStoreName, TrustStores, TrustStoreType

CLOCK_SKEW = timedelta(minutes=5)
"""How far a signing authority's clock may be ahead of ours."""

VALIDATIONS = {
    CheckName.SIGNATURE: Validation.INTEGRITY,
    CheckName.CERTIFICATE_CHAIN: Validation.INTEGRITY,
    CheckName.PAYLOAD: Validation.INTEGRITY,
    CheckName.CRITICAL_ATTRIBUTES: Validation.INTEGRITY,
    CheckName.AUTHENTICITY: Validation.AUTHENTICITY,
    CheckName.TRUSTED_IDENTITY: Validation.AUTHENTICITY,
    CheckName.EXPIRY: Validation.EXPIRY,
    CheckName.AUTHENTIC_TIMESTAMP: Validation.AUTHENTIC_TIMESTAMP,
    CheckName.REVOCATION: Validation.REVOCATION,
}
"""The validation of the level that each check belongs to."""

_READERS: dict[str, Callable[[bytes], Envelope]] = {
    JWS_MEDIA_TYPE: read_jws,
    COSE_MEDIA_TYPE: read_cose,
}
_STORE_TYPES = {
    SigningScheme.X509: TrustStoreType.CA,
    SigningScheme.SIGNING_AUTHORITY: TrustStoreType.SIGNING_AUTHORITY,
}


def verify(
    envelope: bytes,
    *,
    media_type: str,
    subject: Descriptor,
    statement: TrustPolicyStatement,
    trust_stores: TrustStores,
    signer_roots: AbstractSet[str] = SIGNER_ROOTS,
    fetch: Fetch | None = None,
    now: datetime,
) -> Verification:
    """Return the report on one signature envelope.

    Spec: trust-store-trust-policy, Signature Verification; docs/verification.md.

    Args:
        envelope: the envelope's bytes, as the registry served them.
        media_type: of the layer that held them; says JWS or COSE.
        subject: the artifact that the signature has to be of.
        statement: the trust policy statement for the artifact's repository.
        trust_stores: the stores that the statement names.
        signer_roots: SHA-256 (lower-case hex) of the roots under which AWS Signer's
            ARNs count.
        fetch: asks for revocation answers, for anchored chains only; nothing is asked
            for yet.
        now: the time of verification, with its zone.

    Raises:
        NotationError: the bytes are no envelope of the Notary Project
            (MalformedEnvelope), or of a kind outside it (UnsupportedEnvelope).
        ValueError: ``now`` has no zone.
    """
    del fetch
    if now.tzinfo is None:
        raise ValueError("now has no time zone; pass an aware datetime")
    found = read_envelope(envelope, media_type)
    return _Checks(
        found, subject, statement, trust_stores, signer_roots, now.astimezone(UTC)
    ).report()


def read_envelope(envelope: bytes, media_type: str) -> Envelope:
    """Return what an envelope says, nothing of it verified.

    Raises:
        MalformedEnvelope: not the envelope its media type promises.
        UnsupportedEnvelope: another media type, algorithm or signing scheme.
    """
    reader = _READERS.get(media_type)
    if reader is None:
        raise UnsupportedEnvelope(
            f"envelope media type {media_type[:80]!r}; there are {', '.join(_READERS)}"
        )
    if len(envelope) > MAX_ENVELOPE_BYTES:
        raise MalformedEnvelope(
            f"an envelope of {len(envelope)} bytes; at most {MAX_ENVELOPE_BYTES} are read"
        )
    return reader(envelope)


@dataclass(slots=True, eq=False)
class _Checks:
    """The checks of one verification, and what one leaves for the next."""

    envelope: Envelope
    subject: Descriptor
    statement: TrustPolicyStatement
    trust_stores: TrustStores
    signer_roots: AbstractSet[str]
    now: datetime
    plugin: bool = False
    signer: SignerSignature | None = None
    anchor: TrustStoreName | None = None
    identity: str | None = None

    def report(self) -> Verification:
        signature = self._signature()  # (1)
        chain = self._chain()  # (2)
        payload = self._payload()  # (3)
        critical = self._critical_attributes()  # (4)
        if isinstance(chain, Failed):
            # A chain that does not hold together is anchored in nothing.
            broken = Skipped(
                Reason.EARLIER_CHECK_FAILED, "the certificate chain does not hold"
            )
            authenticity: Outcome = broken
            identity: Outcome = broken
            revocation: Outcome = broken
        else:
            authenticity = self._authenticity()  # (5)
            identity = self._trusted_identity()  # (6)
            revocation = self._revocation()  # (9)
        outcomes = {
            CheckName.SIGNATURE: signature,
            CheckName.CERTIFICATE_CHAIN: chain,
            CheckName.PAYLOAD: payload,
            CheckName.CRITICAL_ATTRIBUTES: critical,
            CheckName.AUTHENTICITY: authenticity,
            CheckName.TRUSTED_IDENTITY: identity,
            CheckName.EXPIRY: self._expiry(),  # (7)
            CheckName.AUTHENTIC_TIMESTAMP: self._authentic_timestamp(),  # (8)
            CheckName.REVOCATION: revocation,
        }
        return self._verification(outcomes)

    def _verification(self, outcomes: dict[CheckName, Outcome]) -> Verification:
        envelope, level = self.envelope, self.statement.level
        checks = []
        for name, outcome in outcomes.items():
            validation = VALIDATIONS[name]
            if level.action(validation) is Action.SKIP:
                skips = f"level {level.name} skips {validation}"
                checks.append(
                    Check(
                        name=name,
                        validation=validation,
                        outcome=Skipped(Reason.LEVEL_SKIPS, skips),
                    )
                )
            else:
                checks.append(Check(name=name, validation=validation, outcome=outcome))
        return Verification(
            statement=self.statement.name,
            level=level,
            checks=tuple(checks),
            signing_scheme=envelope.scheme.value,
            algorithm=envelope.algorithm.value,
            signing_time=envelope.signing_time,
            expiry=envelope.expiry,
            chain=tuple(
                ChainCertificate(
                    subject=name_text(certificate.subject),
                    sha256=certificate.sha256,
                    not_before=certificate.not_before,
                    not_after=certificate.not_after,
                )
                for certificate in envelope.chain
            ),
            anchor=None if self.anchor is None else str(self.anchor),
            identity=self.identity,
        )

    def _signature(self) -> Outcome:
        """(1) The leaf's key made the signature, with the algorithm its kind implies."""
        envelope = self.envelope
        key = envelope.chain[0].key
        implied = None if key is None else algorithm_of(key)
        if key is None or implied is None:
            return Failed(
                Reason.ALGORITHM_MISMATCH,
                "the leaf's key is none of RSA 2048, 3072, 4096, P-256, P-384, P-521",
            )
        if implied is not envelope.algorithm:
            return Failed(
                Reason.ALGORITHM_MISMATCH,
                f"the header says {envelope.algorithm}, the leaf's key {implied}",
            )
        if not verifies(implied, key, envelope.signature, envelope.signed):
            return Failed(
                Reason.SIGNATURE_MISMATCH, "the leaf's key did not make this signature"
            )
        return Passed(f"{implied} by the leaf's key")

    def _chain(self) -> Outcome:
        """(2) The chain is ordered, complete and made for code signing."""
        chain = self.envelope.chain
        try:
            check_chain(chain)
        except ChainError as error:
            return Failed(Reason.CHAIN_INVALID, str(error))
        return Passed(f"{len(chain)} certificates up to a self-signed root")

    def _payload(self) -> Outcome:
        """(3) The payload is Notation's and names this very subject."""
        content_type = self.envelope.content_type
        if content_type != PAYLOAD_CONTENT_TYPE:
            return Failed(
                Reason.PAYLOAD_CONTENT_TYPE,
                f"the content type is {content_type[:120]!r}, not"
                f" {PAYLOAD_CONTENT_TYPE!r}",
            )
        try:
            target = read_payload(self.envelope.payload)
        except PayloadError as error:
            return Failed(Reason.PAYLOAD_MALFORMED, str(error))
        if target != self.subject:
            return Failed(
                Reason.SUBJECT_MISMATCH,
                f"signed is {target.digest[:160]} ({target.media_type[:120]},"
                f" {target.size} bytes), not {self.subject.digest}"
                f" ({self.subject.media_type}, {self.subject.size} bytes)",
            )
        return Passed(f"of {target.digest}")

    def _critical_attributes(self) -> Outcome:
        """(4) Everything marked critical is understood; a plugin is one we stand for."""
        extended = self.envelope.extended
        under_signer = self.envelope.chain[-1].sha256 in self.signer_roots
        plugin = extended.get(VERIFICATION_PLUGIN)
        minimum = extended.get(VERIFICATION_PLUGIN_MIN_VERSION)
        if plugin is None:
            if under_signer:
                return Failed(
                    Reason.SIGNER_ATTRIBUTES,
                    "the chain ends in an AWS Signer root, but the signature does not"
                    f" name {SIGNER_PLUGIN}",
                )
            unknown = [
                str(name)[:80]
                for name, attribute in extended.items()
                if attribute.critical or name == VERIFICATION_PLUGIN_MIN_VERSION
            ]
            if unknown:
                return Failed(
                    Reason.UNKNOWN_CRITICAL_ATTRIBUTE,
                    f"nothing here understands {', '.join(sorted(unknown))[:300]}",
                )
            return Passed("every critical attribute is understood")
        if plugin.value != SIGNER_PLUGIN or not plugin.critical:
            return Failed(
                Reason.UNKNOWN_PLUGIN,
                f"the signature wants the plugin {str(plugin.value)[:120]!r}"
                f" ({'critical' if plugin.critical else 'not critical'}); only"
                f" {SIGNER_PLUGIN!r}, critical, is known",
            )
        self.plugin = True
        if minimum is not None and not (
            minimum.critical and minimum_version_met(minimum.value)
        ):
            return Failed(
                Reason.UNKNOWN_PLUGIN,
                f"the signature wants {SIGNER_PLUGIN} of version"
                f" {str(minimum.value)[:80]!r} or later, or does not mark that critical",
            )
        try:
            self.signer = signer_signature(self.envelope)
        except SignerError as error:
            return Failed(Reason.SIGNER_ATTRIBUTES, str(error))
        if ANY in self.statement.trusted_identities:
            # The plugin refuses at every level, so this cannot be left to authenticity.
            return Failed(
                Reason.SIGNER_WILDCARD,
                "the statement trusts '*', which admits every AWS customer; name"
                " profile ARNs",
            )
        return Passed(f"AWS Signer, {self.signer.profile_version}")

    def _authenticity(self) -> Outcome:
        """(5) A certificate of the chain is in a store of the scheme's type."""
        wanted = _STORE_TYPES[self.envelope.scheme]
        names = [name for name in self.statement.trust_stores if name.type is wanted]
        if not names:
            return Failed(
                Reason.NO_TRUST_STORE,
                f"the statement names no {wanted} store, which {self.envelope.scheme}"
                " needs",
            )
        missing = [str(name) for name in names if name not in self.trust_stores]
        if missing:
            return Failed(
                Reason.NO_TRUST_STORE, f"there is no trust store {', '.join(missing)}"
            )
        for name in names:
            for certificate in self.envelope.chain:
                if self.trust_stores.holds(name, certificate):
                    self.anchor = name
                    return Passed(
                        f"{name} holds {name_text(certificate.subject)}"
                        f" ({certificate.sha256})"
                    )
        return Failed(
            Reason.NOT_ANCHORED,
            f"no certificate of the chain is in {', '.join(map(str, names))}",
        )

    def _trusted_identity(self) -> Outcome:
        """(6) The signer is one that the statement trusts."""
        if self.anchor is None:
            return Skipped(
                Reason.EARLIER_CHECK_FAILED,
                "the chain is not anchored: whoever made it chose its names",
            )
        if self.plugin:
            return self._signer_identity()
        identities = self.statement.trusted_identities
        if ANY in identities:
            self.identity = ANY
            return Passed("the statement trusts whoever the store admits")
        try:
            parsed = [(text, parse_identity(text)) for text in identities]
        except InvalidTrustPolicy as error:
            return Failed(Reason.IDENTITY_UNREADABLE, str(error))
        try:
            subject = subject_attributes(self.envelope.chain[0].subject)
        except UnreadableName as error:
            return Failed(
                Reason.IDENTITY_UNREADABLE,
                f"the leaf's subject cannot be matched: {error}",
            )
        for text, identity in parsed:
            if isinstance(identity, SubjectIdentity) and identity.matches(subject):
                self.identity = text
                return Passed(text)
        return Failed(
            Reason.IDENTITY_NOT_ALLOWED,
            f"the leaf is {name_text(self.envelope.chain[0].subject)[:400]}; the"
            " statement trusts none such",
        )

    def _signer_identity(self) -> Outcome:
        """(6) For AWS Signer: the profile is trusted, and it is Signer who says so."""
        if self.signer is None:
            return Skipped(
                Reason.EARLIER_CHECK_FAILED, "AWS Signer's attributes do not hold"
            )
        if ANY in self.statement.trusted_identities:
            return Failed(
                Reason.SIGNER_WILDCARD, "'*' is no identity for AWS Signer's signatures"
            )
        root = self.envelope.chain[-1]
        if root.sha256 not in self.signer_roots:
            return Failed(
                Reason.NOT_UNDER_SIGNER_ROOT,
                f"the chain ends in {name_text(root.subject)} ({root.sha256}), no root of"
                " AWS Signer: its ARNs do not count",
            )
        arn = self.signer.profile_version
        for text in self.statement.trusted_identities:
            if isinstance(parse_identity(text), OtherIdentity) and matches_arn(
                text, arn
            ):
                self.identity = text
                return Passed(f"{arn} matches {text}")
        return Failed(
            Reason.IDENTITY_NOT_ALLOWED,
            f"the signing profile is {arn}; the statement trusts none such",
        )

    def _expiry(self) -> Outcome:
        """(7) The signature has not expired."""
        expiry = self.envelope.expiry
        if expiry is None:
            return Passed("the signature does not expire")
        if self.now >= expiry:
            return Failed(
                Reason.SIGNATURE_EXPIRED, f"the signature expired {expiry.isoformat()}"
            )
        return Passed(f"the signature expires {expiry.isoformat()}")

    def _authentic_timestamp(self) -> Outcome:
        """(8) The certificates were valid when the signature provably was made."""
        envelope = self.envelope
        if envelope.scheme is SigningScheme.SIGNING_AUTHORITY:
            at = envelope.signing_time
            if at > self.now + CLOCK_SKEW:
                return Failed(
                    Reason.SIGNING_TIME_IN_FUTURE,
                    f"the signing time {at.isoformat()} is after now,"
                    f" {self.now.isoformat()}",
                )
            return self._valid_at(at, "the authentic signing time")
        if not any(
            name.type is TrustStoreType.TSA for name in self.statement.trust_stores
        ):
            return self._valid_at(self.now, "now, as there is no tsa store")
        if self.statement.verify_timestamp is VerifyTimestamp.AFTER_CERT_EXPIRY and all(
            self.now <= certificate.not_after for certificate in envelope.chain
        ):
            return self._valid_at(self.now, "now, as no certificate has expired")
        if envelope.timestamp is None:
            return Failed(
                Reason.TIMESTAMP_MISSING,
                "the statement has a tsa store and the envelope no timestamp",
            )
        return Skipped(
            Reason.NEEDS_TIMESTAMP, "RFC 3161 timestamps are not verified yet"
        )

    def _valid_at(self, at: datetime, what: str) -> Outcome:
        for certificate in self.envelope.chain:
            if not certificate.not_before <= at <= certificate.not_after:
                return Failed(
                    Reason.CERTIFICATE_NOT_VALID,
                    f"{name_text(certificate.subject)} is valid from"
                    f" {certificate.not_before.isoformat()} to"
                    f" {certificate.not_after.isoformat()}, not at {at.isoformat()}"
                    f" ({what})",
                )
        return Passed(f"every certificate is valid at {at.isoformat()} ({what})")

    def _revocation(self) -> Outcome:
        """(9) No certificate of the chain has been revoked."""
        if self.plugin:
            if self.anchor is None:
                return self._unanchored_revocation()
            return Skipped(
                Reason.NEEDS_SIGNER_SERVICE, "AWS Signer is not asked about it yet"
            )
        # The root is its own word and is not asked about.
        if not any(
            certificate.has_revocation_pointer
            for certificate in self.envelope.chain[:-1]
        ):
            return Passed("no revocation information in any certificate")
        if self.anchor is None:
            return self._unanchored_revocation()
        return Skipped(
            Reason.NEEDS_REVOCATION_SERVICE, "OCSP and CRLs are not asked for yet"
        )

    @staticmethod
    def _unanchored_revocation() -> Outcome:
        # Not Skipped: whoever made the chain would buy an inconclusive end with it.
        return Failed(
            Reason.NOT_ANCHORED, "nothing is asked about a chain that is not anchored"
        )
