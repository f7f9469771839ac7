"""Conditions of the ledger's writes: that nobody wrote in between.

Every item that two may write carries ``version``, which counts its writes from 1.
"""

from typing import Any, Final

ABSENT: Final = "attribute_not_exists(pk)"
"""The item is not there. What ``sealed_items`` finds forged counts as absent."""


def at_version(expected: int) -> dict[str, Any]:
    """Return what a put says so that it holds only at the version that was read.

    Args:
        expected: the version that was read; 0 where nothing is stored.
    """
    if expected == 0:
        return {"ConditionExpression": ABSENT}
    return {
        "ConditionExpression": "#version = :expected",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":expected": {"N": str(expected)}},
    }
