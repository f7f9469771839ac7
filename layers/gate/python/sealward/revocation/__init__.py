"""Revocation: what is asked of the web and of AWS Signer, kept while it is fresh.

Answers are remembered in the ledger, and what was heard is evidence. Knows ports, and
no policy beyond whom it lets be asked.
"""

from sealward.revocation.answers import Answers
from sealward.revocation.inquiry import Inquiry, Revocations

__all__ = ["Answers", "Inquiry", "Revocations"]
