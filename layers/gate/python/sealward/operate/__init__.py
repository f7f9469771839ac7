"""Operate: what a person asks of a running stack, proven, once, for a while.

A request is judged whole before anything of it is done; each is remembered for ever.
Knows overrides, proposals and the ledger; what it lets go the look takes up.
"""

from sealward.operate.desk import Desk
from sealward.operate.proofs import Caller, Proof
from sealward.operate.requests import BadRequest, Request, read_request

__all__ = ["BadRequest", "Caller", "Desk", "Proof", "Request", "read_request"]
