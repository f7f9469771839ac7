"""What a look was told about revocation, by hash: enough to repeat it, and small.

A decision names answers; of what is held they are kept as evidence, by their hashes.
What AWS Signer says is short and is kept as it is.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from notation_verifier import Fetch
from notation_verifier.signer_service import SignerQuestion, SignerService
from notation_verifier.values import dataclass

MOST: Final = 32
"""Answers of one look that a decision names; candidates decide how many there are."""
_QUESTION: Final = 16
"""Hex digits that tell the questions of one look apart."""


@dataclass(slots=True, kw_only=True)
class Heard:
    """The answers of one look.

    What is asked through it is passed on as it is; failures leave no trace.
    """

    answers: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each OCSP answer and CRL, lower-case hex, by ``question_id``."""
    signer: dict[str, list[str]] = field(default_factory=dict)
    """What AWS Signer said is revoked, by ``signer_question_id``."""
    keep: Callable[[bytes], None] | None = None
    """Is given each answer that is named; None where nobody keeps any."""

    def fetch(self, ask: Fetch) -> Fetch:
        """Return ``ask``, listened to."""

        def listened(url: str, *, body: bytes | None = None) -> bytes:
            answer = ask(url, body=body)
            if len(self.answers) < MOST:
                hashed = hashlib.sha256(answer).hexdigest()
                self.answers[question_id(url, body)] = hashed
                if self.keep is not None:
                    self.keep(answer)
            return answer

        return listened

    def service(self, ask: SignerService) -> SignerService:
        """Return ``ask``, listened to."""

        def listened(question: SignerQuestion) -> Sequence[str]:
            revoked = ask(question)
            if len(self.signer) < MOST:
                self.signer[signer_question_id(question)] = list(revoked)
            return revoked

        return listened

    def report(self) -> dict[str, Any]:
        """Return it in plain JSON types; empty parts are left out."""
        parts: Mapping[str, Any] = {
            "revocation_answers": dict(self.answers),
            "signer_answers": dict(self.signer),
        }
        return {name: part for name, part in parts.items() if part}


def question_id(url: str, body: bytes | None) -> str:
    """Return what a question to the web is known by in a decision."""
    hashed = hashlib.sha256(url.encode() + b"\n" + (body or b""))
    return hashed.hexdigest()[:_QUESTION]


def signer_question_id(question: SignerQuestion) -> str:
    """Return what a question to AWS Signer is known by in a decision.

    One about the present is the same whenever it is asked.
    """
    parts = (
        question.profile_version,
        question.job,
        *question.certificate_hashes,
        "present" if question.present else question.as_of.isoformat(),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:_QUESTION]
