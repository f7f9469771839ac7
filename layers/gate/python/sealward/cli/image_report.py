"""What ``sealward verify`` says of an image: lines for a reader, JSON for a program.

The form of the JSON is published as ``schema/verify.schema.json``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, assert_never

from notation_verifier.evidence import instant_text
from notation_verifier.explanation import Explanation
from notation_verifier.remedies import Remedy
from notation_verifier.sentence import printable
from sealward.cli.governing_statement import GoverningStatement
from sealward.cli.image_target import ImageTarget
from sealward.decisions.judgement import SIGNATURE_UNREADABLE, Judgement
from sealward.findings import remedies
from sealward.ledger import Recalled
from sealward.signatures.candidates import Aside, Rejected, Rejection, Unread
from sealward.verifications import Candidate, Examined

SCHEMA: Final = 1
"""The form of the JSON; another form gets another number."""

_COPY: Final = (
    "Copy the image to the layout again, with its signatures and their blobs."
)
_OF_LAYOUTS: Final = {
    SIGNATURE_UNREADABLE: Remedy(
        "A file of the layout that may be a signature could not be read.", _COPY
    ),
    Rejection.ENVELOPE_MISSING: Remedy(
        "The signature's envelope is not in the layout, or its bytes differ.", _COPY
    ),
}
"""What another place than a registry makes another thing to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageReport:
    """One run of the command: what was asked, what was found, what it comes to."""

    target: ImageTarget
    repository: str | None
    """``host/name``: the image's own, or as given by ``--scope``."""
    governing: GoverningStatement | None
    """None where no statement is for the repository."""
    at: datetime
    candidates: tuple[Candidate, ...]
    """In the order they were tried."""
    aside: tuple[Aside, ...]
    """Every other referrer."""
    judgement: Judgement

    def as_lines(self) -> list[str]:
        """Return the report for a reader."""
        told = self._remedy(self.judgement.reason)
        detail = printable(self.judgement.detail)
        lines = [
            f"{self.judgement.verdict}: {self._name}",
            f"  because       {self.judgement.reason}: {detail}",
        ]
        if not self.judgement.trusted_by:
            lines += [
                f"  means         {told.meaning}",
                f"  do            {told.remedy}",
            ]
        count = len(self.candidates)
        for number, candidate in enumerate(self.candidates, 1):
            lines.append("")
            head = f"signature {number} of {count}: {candidate.digest}"
            match candidate:
                case Examined(verification=found):
                    lines.append(f"{head} is {found.conclusion()}")
                    lines += self._explanation(candidate).as_lines()
                case Rejected(reason=reason, detail=detail):
                    told = self._remedy(reason)
                    lines += [
                        f"{head} is rejected",
                        f"  because       {reason}: {printable(detail)}",
                        f"  means         {told.meaning}",
                    ]
                case Recalled():
                    raise AssertionError("the command remembers nothing")
                case Unread(detail=detail):
                    lines += [
                        f"{head} could not be read",
                        f"  because       {printable(detail)}",
                    ]
                case _:
                    assert_never(candidate)
        if self.aside:
            lines.append("")
        return lines + [
            f"not tried: {each.digest}, {each.why}"
            + (f" {printable(each.detail)}" if each.detail else "")
            for each in self.aside
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the report in plain JSON types."""
        told = self._remedy(self.judgement.reason)
        descriptor, good = self.target.descriptor, self.judgement.trusted_by
        return {
            "schema": SCHEMA,
            "verdict": self.judgement.verdict.value,
            "reason": self.judgement.reason,
            "detail": printable(self.judgement.detail),
            "meaning": told.meaning,
            "remedy": told.remedy,
            "at": instant_text(self.at),
            "image": f"{printable(self.target.place)}@{descriptor.digest}"
            if self.target.place
            else None,
            "subject": {
                "mediaType": printable(descriptor.media_type),
                "digest": descriptor.digest,
                "size": descriptor.size,
            },
            "repository": None
            if self.repository is None
            else printable(self.repository),
            "statement": None
            if self.governing is None
            else printable(self.governing.statement.name),
            "trustedBy": good[0].digest if good else None,
            "candidates": [self._candidate(each) for each in self.candidates],
            "aside": [
                {
                    "referrer": each.digest,
                    "why": each.why.value,
                    "detail": printable(each.detail),
                }
                for each in self.aside
            ],
        }

    def _candidate(self, candidate: Candidate) -> dict[str, Any]:
        match candidate:
            case Examined(digest=digest):
                return {
                    "signature": digest,
                    "verification": self._explanation(candidate).as_json(),
                }
            case Rejected(digest=digest, reason=reason, detail=detail):
                told = self._remedy(reason)
                return {
                    "signature": digest,
                    "rejected": reason.value,
                    "detail": printable(detail),
                    "meaning": told.meaning,
                    "remedy": told.remedy,
                }
            case Recalled():
                raise AssertionError("the command remembers nothing")
            case Unread(digest=digest, detail=detail):
                return {"signature": digest, "unread": printable(detail)}
            case _:
                assert_never(candidate)

    def _explanation(self, candidate: Examined) -> Explanation:
        if self.governing is None:
            raise AssertionError("nothing is examined without a statement")
        return Explanation(
            verification=candidate.verification,
            statement=self.governing.statement,
            subject=self.target.descriptor,
            at=self.at,
            scope=self.governing.scope,
        )

    @property
    def _name(self) -> str:
        """The image by its digest, whatever it was asked for by."""
        digest = self.target.descriptor.digest
        if self.target.place:
            return f"{printable(self.target.place)}@{digest}"
        return (
            f"{digest} as {printable(self.repository)}" if self.repository else digest
        )

    def _remedy(self, reason: str) -> Remedy:
        told = None if self.target.place else _OF_LAYOUTS.get(reason)
        return told or remedies.remedy(reason)
