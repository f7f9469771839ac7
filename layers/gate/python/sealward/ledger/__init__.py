"""The ledger: what is remembered of a subject, and how it is written down.

``records`` are the values, ``codec`` and its neighbours their plain JSON types, the
same for every adapter. Knows subjects; where it is stored is a port's affair.
"""

from sealward.ledger.codec import UnreadableRecord, from_item, to_item
from sealward.ledger.instants import from_text, to_text
from sealward.ledger.judged import (
    JudgedReferrers,
    Recalled,
    judged_from,
    judged_item,
)
from sealward.ledger.records import (
    LOST,
    SCHEMA,
    Exposure,
    FindingState,
    FindingStatus,
    Hold,
    HoldState,
    PullDenial,
    Record,
    Verdict,
    indexed_state,
    proposal_state,
    reported_state,
)

__all__ = [
    "LOST",
    "SCHEMA",
    "Exposure",
    "FindingState",
    "FindingStatus",
    "Hold",
    "HoldState",
    "JudgedReferrers",
    "PullDenial",
    "Recalled",
    "Record",
    "UnreadableRecord",
    "Verdict",
    "from_item",
    "from_text",
    "indexed_state",
    "judged_from",
    "judged_item",
    "proposal_state",
    "reported_state",
    "to_item",
    "to_text",
]
