"""The step a decision takes in the registry."""

from enum import StrEnum


class Step(StrEnum):
    """What is done in the registry because of a decision."""

    NONE = "none"
    ARCHIVE = "archive"
    RESTORE = "restore"
    DELETE = "delete"
