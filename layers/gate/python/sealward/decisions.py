"""Decisions: what a subject's evidence means under its policy. Pure.

Inputs: what was known, what was found, the policy, the capability, the time. Output: the
record to remember, the step to take in the registry, and what to tell.
"""

from enum import StrEnum


class Step(StrEnum):
    """What is done in the registry because of a decision."""

    NONE = "none"
    ARCHIVE = "archive"
    RESTORE = "restore"
