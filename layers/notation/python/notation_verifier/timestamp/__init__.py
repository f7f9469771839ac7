"""Timestamps: RFC 3161 tokens on signatures, without a socket or a clock.

The numbers T1 to T14 are those of docs/timestamps.md.
"""

from notation_verifier.timestamp.check import Timestamp, check_timestamp

__all__ = ["Timestamp", "check_timestamp"]
