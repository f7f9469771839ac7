"""Proposals: actions on what was accepted before, waiting for a person."""

from sealward.proposals.port import Proposals
from sealward.proposals.records import (
    APPROVAL_LASTS,
    APPROVALS_LIMIT,
    DIGESTS_LIMIT,
    NEWEST,
    REVERSALS,
    Answer,
    Approval,
    Cause,
    Newest,
    Proposal,
    RepositoryNote,
    Reversal,
    answer_for,
)

__all__ = [
    "APPROVALS_LIMIT",
    "APPROVAL_LASTS",
    "DIGESTS_LIMIT",
    "NEWEST",
    "REVERSALS",
    "Answer",
    "Approval",
    "Cause",
    "Newest",
    "Proposal",
    "Proposals",
    "RepositoryNote",
    "Reversal",
    "answer_for",
]
