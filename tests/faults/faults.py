"""Faults: what may befall one call of AWS, and how each is named."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How a call fails, or the process with it."""

    THROTTLED = "throttled"
    """Every attempt is told to come later."""
    LOST_BEFORE = "timeout-before"
    """Every attempt runs into its time limit, and nothing was done."""
    LOST_AFTER = "timeout-after"
    """Every attempt runs into its time limit, and each was done."""
    LOST_ONCE = "timeout-after-once"
    """The first attempt was done unheard; its repetition is answered."""
    SERVER_ERROR = "server-error"
    """Every attempt is answered by a 5xx."""
    DENIED = "denied"
    PARTIAL = "partial"
    """The answer of a batch says that its parts failed."""
    DIES_BEFORE = "dies-before"
    """The process ends when it would make the call."""
    DIES_AFTER = "dies-after"
    """The process ends once the call is done, its answer unread."""


DEATHS: Final = frozenset({Kind.DIES_BEFORE, Kind.DIES_AFTER})
_LASTING: Final = (Kind.THROTTLED, Kind.LOST_AFTER, Kind.DENIED)
"""What befalls every call of an operation for a minute."""
_EFFECT: Final = frozenset({Kind.LOST_AFTER, Kind.LOST_ONCE, Kind.DIES_AFTER})
"""Of a call that only reads the same as a limit run into before, and a death at the
call that follows."""
_READS: Final = (
    "BatchGet",
    "Describe",
    "Get",
    "Head",
    "List",
    "Query",
    "Scan",
)
PARTLY: Final = frozenset(
    {
        "dynamodb:BatchGetItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:TransactWriteItems",
        "ecr:BatchDeleteImage",
        "ecr:BatchGetImage",
        "events:PutEvents",
        "securityhub:BatchImportFindings",
        "sqs:SendMessageBatch",
    }
)
"""Operations whose answer may name parts that failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What befalls which call."""

    operation: str
    """``service:Operation``."""
    number: int | None
    """Which call of that operation, from 1; None: all, for a minute."""
    kind: Kind

    def __str__(self) -> str:
        """Return its name, as ``make faults ONLY=`` takes it."""
        return f"{self.operation}/{self.number or 'all'}/{self.kind}"


def kinds(operation: str, number: int | None) -> tuple[Kind, ...]:
    """Return every way in which that call, or all of them, can fail."""
    impossible: set[Kind] = set()
    if operation.partition(":")[2].startswith(_READS):
        impossible |= _EFFECT
    if operation not in PARTLY:
        impossible.add(Kind.PARTIAL)
    possible = tuple(Kind) if number is not None else _LASTING
    return tuple(kind for kind in possible if kind not in impossible)
