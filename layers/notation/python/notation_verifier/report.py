"""The report on one signature: a result per check, and what follows from them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from notation_verifier.levels import Action, Validation, VerificationLevel
from notation_verifier.outcome import Failed, Outcome, Reason, Skipped
from notation_verifier.values import dataclass

if TYPE_CHECKING:
    from notation_verifier.revocation import ChainRevocation
    from notation_verifier.timestamp import Timestamp


class CheckName(StrEnum):
    """The checks, in the order they are made; docs/verification.md numbers them so."""

    SIGNATURE = "signature"
    CERTIFICATE_CHAIN = "certificate-chain"
    PAYLOAD = "payload"
    CRITICAL_ATTRIBUTES = "critical-attributes"
    AUTHENTICITY = "authenticity"
    TRUSTED_IDENTITY = "trusted-identity"
    EXPIRY = "expiry"
    AUTHENTIC_TIMESTAMP = "authentic-timestamp"
    REVOCATION = "revocation"


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
"""The validation of the level that each check belongs to, in the checks' order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: which validation of the level it belongs to, and its outcome."""

    name: CheckName
    validation: Validation
    outcome: Outcome


def checks_of(
    outcomes: Sequence[Outcome], level: VerificationLevel
) -> tuple[Check, ...]:
    """Return the checks, each left out where the level skips its validation.

    ``outcomes`` are in the order of :class:`CheckName`.
    """
    # No level skips anything unless it skips revocation.
    skipped = (
        {each for each in Validation if level.action(each) is Action.SKIP}
        if level.revocation is Action.SKIP
        else ()
    )
    return tuple(
        [
            Check(
                name=name,
                validation=validation,
                outcome=outcome
                if validation not in skipped
                else Skipped(
                    Reason.LEVEL_SKIPS, f"level {level.name} skips {validation}"
                ),
            )
            for (name, validation), outcome in zip(
                VALIDATIONS.items(), outcomes, strict=True
            )
        ]
    )


class Conclusion(StrEnum):
    """What a level makes of the checks."""

    SATISFIED = "satisfied"
    """No enforced check failed or was left open."""
    REFUSED = "refused"
    """An enforced check failed."""
    INCONCLUSIVE = "inconclusive"
    """No enforced check failed, but one could not be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainCertificate:
    """One certificate of the envelope's chain, as far as a reader needs it."""

    subject: str
    """RFC 4514 text, for people; identities are matched on the certificate itself."""
    sha256: str
    """Lower-case hex of the DER bytes' SHA-256."""
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What ``verify`` found of one envelope."""

    statement: str
    """The trust policy statement's name."""
    level: VerificationLevel
    checks: tuple[Check, ...]
    """Every check of :class:`CheckName`, once, in its order."""
    signing_scheme: str
    """``notary.x509`` or ``notary.x509.signingAuthority``."""
    algorithm: str
    """``PS256`` to ``ES512``, whatever the format."""
    signing_time: datetime | None
    """As claimed by the signer; authentic only under ``signingAuthority``."""
    expiry: datetime | None
    chain: tuple[ChainCertificate, ...]
    """Leaf first; empty where the chain could not be read."""
    anchor: str | None
    """The trust store that holds a certificate of the chain: ``ca:payments``."""
    identity: str | None
    """The trusted identity that matched, as the statement writes it."""
    revocation: "ChainRevocation | None" = None
    """What OCSP and CRLs answered; None where they were not asked."""
    timestamp: "Timestamp | None" = None
    """The timestamp, where one was needed and its authority is trusted."""

    def conclusion(self, level: VerificationLevel | None = None) -> Conclusion:
        """Return what ``level`` (default: the statement's) makes of the checks.

        An enforced failure refuses; an enforced check that could not be made leaves
        the signature inconclusive, never satisfied.
        """
        level = level or self.level
        enforced = [
            check
            for check in self.checks
            if level.action(check.validation) is Action.ENFORCE
        ]
        if any(isinstance(check.outcome, Failed) for check in enforced):
            return Conclusion.REFUSED
        if any(isinstance(check.outcome, Skipped) for check in enforced):
            return Conclusion.INCONCLUSIVE
        return Conclusion.SATISFIED

    def check(self, name: CheckName) -> Check:
        """Return the check called ``name``."""
        return next(check for check in self.checks if check.name is name)

    @property
    def failures(self) -> tuple[tuple[Check, Failed], ...]:
        """The failed checks, enforced or only logged, in order."""
        return tuple(
            (check, check.outcome)
            for check in self.checks
            if isinstance(check.outcome, Failed)
        )
