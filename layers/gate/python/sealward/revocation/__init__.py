"""Revocation: what is asked of the web, kept while it is fresh, and remembered."""

from sealward.revocation.answers import Answers
from sealward.revocation.inquiry import Inquiry, Revocations

__all__ = ["Answers", "Inquiry", "Revocations"]
