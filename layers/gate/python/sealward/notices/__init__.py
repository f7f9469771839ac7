"""Notices: what is told beside findings, as it happens: to the bus and to owners.

And, when it asks, the account that replicates here (``replica_answers``). Texts and
documents out of records; who sends them is the look's and the functions' affair.
"""

from sealward.notices.owner_message import cause, owner_message
from sealward.notices.verdict_changed import (
    DETAIL_TYPE,
    SCHEMA,
    SOURCE,
    is_change,
    verdict_changed,
)

__all__ = [
    "DETAIL_TYPE",
    "SCHEMA",
    "SOURCE",
    "cause",
    "is_change",
    "owner_message",
    "verdict_changed",
]
