"""A look: the whole way from a hint to a finding; and the tick that sends hints."""

from sealward.look.approved import send_approved
from sealward.look.due import tick
from sealward.look.gate import Gate
from sealward.look.result import (
    LookResult,
)

__all__ = [
    "Gate",
    "LookResult",
    "send_approved",
    "tick",
]
