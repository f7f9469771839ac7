"""The sweep: finds what events missed, and what a policy or a revocation touches.

It compares what the registry lists with what the ledger knows and sends hints; the look
decides. Knows the reading of a bundle in force, and ports of its own.
"""

from sealward.sweep.progress import Kind, Recheck
from sealward.sweep.report import Report
from sealward.sweep.requests import BadRequest, Request, read_request
from sealward.sweep.sweep import Sweep

__all__ = [
    "BadRequest",
    "Kind",
    "Recheck",
    "Report",
    "Request",
    "Sweep",
    "read_request",
]
