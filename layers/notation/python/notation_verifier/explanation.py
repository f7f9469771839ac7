"""Explanations: a verification said in one sentence, line by line, and as JSON.

The form of the JSON is published as ``schema/verification.schema.json``. Certificates,
identities and details come from whoever made the signature: every text is given in
printable ASCII and cut, so that none can steer a terminal or flood a report.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from notation_verifier.descriptor import Descriptor
from notation_verifier.evidence import (
    instant_json,
    instant_text,
    revocation_json,
    revocation_texts,
    timestamp_json,
    timestamp_text,
)
from notation_verifier.levels import SKIP, Action, Validation
from notation_verifier.outcome import Failed, Passed, Reason, Skipped
from notation_verifier.remedies import BLOB_REMEDIES, REMEDIES, Remedy
from notation_verifier.report import Check, Conclusion, Verification
from notation_verifier.sentence import (
    ACTION_WORDS,
    TEXT_LIMIT,
    finding,
    outcome_word,
    printable,
    requirement,
)
from notation_verifier.statement import PolicyStatement
from notation_verifier.trust_policy import TrustPolicyStatement
from notation_verifier.values import dataclass

SCHEMA: Final = 1
"""The form of :meth:`Explanation.as_json`; another form gets another number."""
LIST_LIMIT: Final = 100
"""Scopes, stores and identities given of a statement."""
_LABEL: Final = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One verification, explained: what was asked for, and how this one meets it."""

    verification: Verification
    statement: PolicyStatement
    """The statement it was held against."""
    subject: Descriptor
    """The artifact it had to be of."""
    at: datetime
    """The time of verification, with its zone."""
    scope: str | None = None
    """The scope by which the statement governs; None: name all of its scopes."""

    @property
    def sentence(self) -> str:
        """What the statement asks for, and whether this signature gives it."""
        asked = requirement(self.statement, self.scope)
        if self.statement.level is SKIP:
            return f"{asked}."
        return f"{asked}; this one {finding(self.verification, self.decisive)}"

    @property
    def decisive(self) -> Check | None:
        """The enforced check that refuses the signature or leaves it open, if any."""
        wanted: type[Failed | Skipped]
        match self.verification.conclusion():
            case Conclusion.SATISFIED:
                return None
            case Conclusion.REFUSED:
                wanted = Failed
            case Conclusion.INCONCLUSIVE:
                wanted = Skipped
        return next(
            check
            for check in self.verification.checks
            if isinstance(check.outcome, wanted)
            and self._action(check.validation) is Action.ENFORCE
        )

    def as_lines(self) -> list[str]:
        """Return the explanation for a reader, each line in printable ASCII."""
        found = self.verification
        lines = [
            printable(self.sentence, 4 * TEXT_LIMIT),
            _line(
                "statement",
                f"{self.statement.name} (level {self.statement.level.name})",
            ),
            _line("subject", f"{self.subject.digest} ({self.subject.media_type})"),
            _line("verified at", instant_text(self.at)),
        ]
        if found.chain:
            leaf = found.chain[0]
            lines += [
                _line("signed by", leaf.subject),
                _line("certificate", f"sha256 {leaf.sha256}"),
                _line("valid from", instant_text(leaf.not_before)),
                _line("valid to", instant_text(leaf.not_after)),
            ]
        if found.signing_time is not None:
            lines.append(_line("signed at", self._signing_time(found.signing_time)))
        lines += [_line(*each) for each in self._evidence()]
        for check in found.checks:
            action = self._action(check.validation)
            word = outcome_word(check.outcome)
            if not isinstance(check.outcome, Passed):
                word += "" if action is Action.ENFORCE else f", {ACTION_WORDS[action]}"
            lines.append(_line(check.name.value, f"{word}: {check.outcome.detail}", 20))
        decisive = self.decisive
        if decisive is not None and not isinstance(decisive.outcome, Passed):
            told = self._told(decisive.outcome.reason)
            lines += [_line("means", told.meaning), _line("do", told.remedy)]
        return lines

    def as_json(self) -> dict[str, Any]:
        """Return the explanation in plain JSON types; see the published schema."""
        found, statement = self.verification, self.statement
        decisive = self.decisive
        return {
            "schema": SCHEMA,
            "sentence": printable(self.sentence, 4 * TEXT_LIMIT),
            "conclusion": found.conclusion().value,
            "decisive": None if decisive is None else decisive.name.value,
            "at": instant_text(self.at),
            "subject": {
                "mediaType": printable(self.subject.media_type),
                "digest": printable(self.subject.digest),
                "size": self.subject.size,
            },
            "statement": {
                "name": printable(statement.name),
                "level": statement.level.name,
                "actions": {
                    each.value: self._action(each).value for each in Validation
                },
                "verifyTimestamp": statement.verify_timestamp.value,
                "scope": None if self.scope is None else printable(self.scope),
                "registryScopes": _texts(
                    statement.registry_scopes
                    if isinstance(statement, TrustPolicyStatement)
                    else ()
                ),
                "trustStores": _texts([str(name) for name in statement.trust_stores]),
                "trustedIdentities": _texts(statement.trusted_identities),
            },
            "signature": {
                "scheme": found.signing_scheme,
                "algorithm": found.algorithm,
                "signingTime": instant_json(found.signing_time),
                "expiry": instant_json(found.expiry),
                "anchor": None if found.anchor is None else printable(found.anchor),
                "identity": None
                if found.identity is None
                else printable(found.identity),
                "certificates": [
                    {
                        "subject": printable(each.subject),
                        "sha256": each.sha256,
                        "notBefore": instant_text(each.not_before),
                        "notAfter": instant_text(each.not_after),
                    }
                    for each in found.chain
                ],
                "timestamp": timestamp_json(found.timestamp),
            },
            "revocation": revocation_json(found.revocation),
            "checks": [self._check(check) for check in found.checks],
        }

    def _told(self, reason: Reason) -> Remedy:
        if isinstance(self.statement, TrustPolicyStatement):
            return REMEDIES[reason]
        return BLOB_REMEDIES.get(reason, REMEDIES[reason])

    def _action(self, validation: Validation) -> Action:
        return self.verification.level.action(validation)

    def _signing_time(self, at: datetime) -> str:
        authority = self.verification.signing_scheme.endswith("signingAuthority")
        whose = "authority" if authority else "signer"
        return f"{instant_text(at)}, by the {whose}'s word"

    def _evidence(self) -> Iterator[tuple[str, str]]:
        """Give label and text of what others said of the signature."""
        found = self.verification
        if found.timestamp is not None:
            yield "stamped at", timestamp_text(found.timestamp)
        if found.revocation is not None:
            for text in revocation_texts(found.revocation, found.chain):
                yield "asked about", text
        if found.timestamp is not None and found.timestamp.revocation is not None:
            for text in revocation_texts(found.timestamp.revocation, ()):
                yield "asked about", f"the timestamp's authority: {text}"

    def _check(self, check: Check) -> dict[str, Any]:
        outcome = check.outcome
        reason: Reason | None = None if isinstance(outcome, Passed) else outcome.reason
        told = None if reason is None else self._told(reason)
        return {
            "check": check.name.value,
            "validation": check.validation.value,
            "action": self._action(check.validation).value,
            "outcome": outcome_word(outcome),
            "reason": None if reason is None else reason.value,
            "detail": printable(outcome.detail),
            "meaning": None if told is None else told.meaning,
            "remedy": None if told is None else told.remedy,
        }


def _line(label: str, text: str, width: int = _LABEL) -> str:
    return f"  {label.ljust(width)} {printable(text)}"


def _texts(texts: Sequence[str]) -> list[str]:
    return [printable(text) for text in texts[:LIST_LIMIT]]
