"""The model's proposals: what waits for a person's word, and what was said of it.

Imports the standard library only, as ``tests.model`` does, which asks it.
"""

from dataclasses import dataclass, field
from datetime import datetime

QUARANTINE, RELEASE = "quarantine", "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One action on one image, for one cause, under one statement."""

    action: str
    cause: str
    statement: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person said of a proposal, or of a part of it."""

    cause: str
    statement: str
    repository: str
    """Empty: of all."""
    digest: str
    """Empty: of all."""
    approved: bool
    at: datetime
    until: datetime

    def is_of(self, repository: str, digest: str, proposal: Proposal) -> bool:
        """Return whether it is of an image, as proposed."""
        return (
            (self.cause, self.statement) == (proposal.cause, proposal.statement)
            and self.repository in ("", repository)
            and self.digest in ("", digest)
            and proposal.since <= self.at
        )


@dataclass(slots=True, kw_only=True)
class Words:
    """All that was said."""

    said: list[Word] = field(default_factory=list)

    def approved(
        self,
        repository: str,
        digest: str,
        proposal: Proposal | None,
        statement: str,
        at: datetime,
    ) -> bool:
        """Return whether what is proposed of an image may be done by now.

        Under another statement than that it was proposed by, nothing may.
        """
        if proposal is None or not statement or proposal.statement != statement:
            return False
        meant = [
            each
            for each in self.said
            if each.is_of(repository, digest, proposal) and at < each.until
        ]
        return bool(meant) and meant[-1].approved


def cause_of(
    action: str, before: str, *, accepted: bool, same_statement: bool, expired: bool
) -> str:
    """Return why something is proposed: one of the causes in how-it-decides.md.

    Args:
        action: that is proposed.
        before: the verdict of the look before; empty where there was none.
        accepted: whether it was ever trusted.
        same_statement: whether the look before was under the same statement.
        expired: whether its signature ran out.
    """
    if action == RELEASE:
        return "enforcement-ended"
    if not accepted and before not in ("trusted", "exempt"):
        return "before-enforcement"
    if expired:
        return "expired"
    if before == "exempt":
        return "exemption-ended"
    return "signature-changed" if same_statement else "policy-change"
