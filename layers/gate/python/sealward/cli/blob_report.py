"""What ``sealward verify-blob`` says: lines for a reader, JSON for a program.

The form of the JSON is published as ``schema/verify-blob.schema.json``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from notation_verifier import (
    Blob,
    BlobTrustPolicyStatement,
    Conclusion,
    Descriptor,
    NotationError,
    Passed,
    UnsupportedEnvelope,
    Verification,
)
from notation_verifier.evidence import instant_text
from notation_verifier.explanation import Explanation
from notation_verifier.remedies import BLOB_REMEDIES, Remedy
from notation_verifier.sentence import printable
from sealward.cli.blob_target import BlobTarget
from sealward.decisions.judgement import LEVEL_SKIP, NO_POLICY, SATISFIED, Judgement
from sealward.findings import remedies
from sealward.ledger.records import Verdict
from sealward.signatures.candidates import Rejection

SCHEMA: Final = 1
"""The form of the JSON; another form gets another number."""

_OF_FILES: Final = {
    NO_POLICY: Remedy(
        "The trust policy for blobs has no such statement.",
        "Name one with --policy-name, or give one of them globalPolicy true.",
    ),
    Rejection.ENVELOPE_MALFORMED: Remedy(
        "The signature's file does not hold what its name says.",
        "Get the signature again from where it is published.",
    ),
}
"""What a file makes another thing to do than an image."""
_VERDICTS: Final = {
    Conclusion.SATISFIED: Verdict.TRUSTED,
    Conclusion.REFUSED: Verdict.UNTRUSTED,
    Conclusion.INCONCLUSIVE: Verdict.INCONCLUSIVE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobReport:
    """One run of the command: what was asked, what was found, what it comes to."""

    target: BlobTarget
    statement: BlobTrustPolicyStatement | None
    """None where there is no such statement."""
    at: datetime
    subject: Descriptor | None = None
    """The blob as the signature would bind it; None where it was not read."""
    verification: Verification | None = None
    refusal: NotationError | None = None
    """Why the signature's file holds none."""

    @property
    def judgement(self) -> Judgement:
        """The verdict, with its reason."""
        if self.statement is None:
            return Judgement(
                verdict=Verdict.UNGOVERNED,
                reason=NO_POLICY,
                detail="the trust policy has no such statement",
            )
        if self.refusal is not None:
            unsupported = isinstance(self.refusal, UnsupportedEnvelope)
            return Judgement(
                verdict=Verdict.UNTRUSTED,
                reason=Rejection.ENVELOPE_UNSUPPORTED
                if unsupported
                else Rejection.ENVELOPE_MALFORMED,
                detail=str(self.refusal),
            )
        explanation = self.explanation
        if explanation is None:
            return Judgement(
                verdict=Verdict.EXEMPT,
                reason=LEVEL_SKIP,
                detail=f"statement {self.statement.name} has level skip",
            )
        found, decisive = explanation.verification, explanation.decisive
        if decisive is None or isinstance(decisive.outcome, Passed):
            return Judgement(
                verdict=Verdict.TRUSTED,
                reason=SATISFIED,
                detail=f"signed by {found.identity or 'a trusted identity'}",
            )
        return Judgement(
            verdict=_VERDICTS[found.conclusion()],
            reason=decisive.outcome.reason,
            detail=decisive.outcome.detail,
        )

    @property
    def explanation(self) -> Explanation | None:
        """The verification in words; None where nothing was verified."""
        if self.verification is None or self.statement is None or self.subject is None:
            return None
        return Explanation(
            verification=self.verification,
            statement=self.statement,
            subject=self.subject,
            at=self.at,
        )

    def as_lines(self) -> list[str]:
        """Return the report for a reader."""
        found = self.judgement
        told = _remedy(found.reason)
        digest = f" {self.subject.digest}" if self.subject else ""
        lines = [
            f"{found.verdict}: {printable(str(self.target.path))}{digest}",
            f"  because       {found.reason}: {printable(found.detail)}",
        ]
        if found.verdict is not Verdict.TRUSTED:
            lines += [
                f"  means         {told.meaning}",
                f"  do            {told.remedy}",
            ]
        if self.explanation is not None:
            word = self.explanation.verification.conclusion()
            lines += [
                "",
                f"signature {printable(str(self.target.signature))} is {word}",
                *self.explanation.as_lines(),
            ]
        return lines

    def as_json(self) -> dict[str, Any]:
        """Return the report in plain JSON types."""
        found = self.judgement
        told = _remedy(found.reason)
        return {
            "schema": SCHEMA,
            "verdict": found.verdict.value,
            "reason": str(found.reason),
            "detail": printable(found.detail),
            "meaning": told.meaning,
            "remedy": told.remedy,
            "at": instant_text(self.at),
            "blob": printable(str(self.target.path)),
            "signature": printable(str(self.target.signature)),
            "digest": None if self.subject is None else self.subject.digest,
            "size": None if self.subject is None else self.subject.size,
            "statement": None
            if self.statement is None
            else printable(self.statement.name),
            "verification": None
            if self.explanation is None
            else self.explanation.as_json(),
        }


def _remedy(reason: str) -> Remedy:
    for known, told in BLOB_REMEDIES.items():
        if known == reason:
            return told
    return _OF_FILES.get(reason) or remedies.remedy(reason)


def subject_of(blob: Blob, algorithm: str) -> Descriptor:
    """Return ``blob`` as a signature of ``algorithm`` binds it."""
    return Descriptor(
        media_type=blob.media_type or "any media type",
        digest=f"{algorithm}:{blob.digests[algorithm]}",
        size=blob.size,
    )
