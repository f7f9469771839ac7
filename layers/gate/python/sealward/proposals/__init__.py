"""Proposals: actions on what was accepted before, waiting for a person. And its port.

Values and how they are stored; when one is opened is for ``decisions`` to say.
"""

from sealward.proposals.port import Proposals
from sealward.proposals.records import (
    APPROVAL_LASTS,
    APPROVALS_LIMIT,
    DIGESTS_LIMIT,
    NEWEST,
    REVERSALS,
    TRIP_NAMES,
    Answer,
    Approval,
    Cause,
    Newest,
    Proposal,
    RepositoryNote,
    Reversal,
    Trip,
    answer_for,
)

__all__ = [
    "APPROVALS_LIMIT",
    "APPROVAL_LASTS",
    "DIGESTS_LIMIT",
    "NEWEST",
    "REVERSALS",
    "TRIP_NAMES",
    "Answer",
    "Approval",
    "Cause",
    "Newest",
    "Proposal",
    "Proposals",
    "RepositoryNote",
    "Reversal",
    "Trip",
    "answer_for",
]
