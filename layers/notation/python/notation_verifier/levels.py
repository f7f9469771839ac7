"""Verification levels: which failed validation refuses a signature.

Spec: trust-store-trust-policy, Signature Verification details.
"""

from enum import StrEnum

from notation_verifier.values import dataclass


class Validation(StrEnum):
    """The five validations a level speaks of, by the specification's names."""

    INTEGRITY = "integrity"
    AUTHENTICITY = "authenticity"
    AUTHENTIC_TIMESTAMP = "authenticTimestamp"
    EXPIRY = "expiry"
    REVOCATION = "revocation"


class Action(StrEnum):
    """What a failed validation leads to."""

    ENFORCE = "enforce"
    LOG = "log"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationLevel:
    """An action for each validation; ``name`` is ``custom`` where overridden."""

    name: str
    integrity: Action
    authenticity: Action
    authentic_timestamp: Action
    expiry: Action
    revocation: Action

    def action(self, validation: Validation) -> Action:
        """Return what a failure of ``validation`` leads to at this level."""
        match validation:
            case Validation.INTEGRITY:
                return self.integrity
            case Validation.AUTHENTICITY:
                return self.authenticity
            case Validation.AUTHENTIC_TIMESTAMP:
                return self.authentic_timestamp
            case Validation.EXPIRY:
                return self.expiry
            case Validation.REVOCATION:
                return self.revocation


STRICT = VerificationLevel(
    name="strict",
    integrity=Action.ENFORCE,
    authenticity=Action.ENFORCE,
    authentic_timestamp=Action.ENFORCE,
    expiry=Action.ENFORCE,
    revocation=Action.ENFORCE,
)
PERMISSIVE = VerificationLevel(
    name="permissive",
    integrity=Action.ENFORCE,
    authenticity=Action.ENFORCE,
    authentic_timestamp=Action.LOG,
    expiry=Action.LOG,
    revocation=Action.LOG,
)
AUDIT = VerificationLevel(
    name="audit",
    integrity=Action.ENFORCE,
    authenticity=Action.LOG,
    authentic_timestamp=Action.LOG,
    expiry=Action.LOG,
    revocation=Action.LOG,
)
SKIP = VerificationLevel(
    name="skip",
    integrity=Action.SKIP,
    authenticity=Action.SKIP,
    authentic_timestamp=Action.SKIP,
    expiry=Action.SKIP,
    revocation=Action.SKIP,
)
LEVELS = {level.name: level for level in (STRICT, PERMISSIVE, AUDIT, SKIP)}
