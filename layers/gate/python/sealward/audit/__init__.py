"""The audit: decisions as they were recorded, repeated and chained. Pure."""

from sealward.audit.chain import Broken, Chain, header, read_chain
from sealward.audit.comparison import Answer, Redone
from sealward.audit.decision import InvalidDecision, RecordedDecision, decision_from
from sealward.audit.redo import redo

__all__ = [
    "Answer",
    "Broken",
    "Chain",
    "InvalidDecision",
    "RecordedDecision",
    "Redone",
    "decision_from",
    "header",
    "read_chain",
    "redo",
]
