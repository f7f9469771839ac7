"""The operations performed: what tests compare with the template's IAM statements."""

from collections.abc import Iterator
from dataclasses import dataclass

# AWS authorises these under another operation's action (their API documentation).
_ACTION_OF = {
    ("ecr", "ListImageReferrers"): "ecr:BatchGetImage",
    ("sqs", "ChangeMessageVisibilityBatch"): "sqs:ChangeMessageVisibility",
    ("sqs", "DeleteMessageBatch"): "sqs:DeleteMessage",
    ("sqs", "SendMessageBatch"): "sqs:SendMessage",
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Operation:
    """One call of one operation."""

    service: str
    operation: str
    caller: str
    """ARN of the principal, or what stands for one in a test; empty where unknown."""
    resource: str = ""
    """ARN that it was authorised on; empty where nobody asked."""

    @property
    def action(self) -> str:
        """The IAM action that authorises the operation."""
        key = (self.service, self.operation)
        return _ACTION_OF.get(key, f"{self.service}:{self.operation}")


class OperationLog:
    """Every operation performed, oldest first."""

    def __init__(self) -> None:
        self._operations: list[Operation] = []

    def __iter__(self) -> Iterator[Operation]:
        return iter(tuple(self._operations))

    def __len__(self) -> int:
        return len(self._operations)

    def record(self, operation: Operation) -> None:
        """Remember one call."""
        self._operations.append(operation)

    def clear(self) -> None:
        """Forget all calls."""
        self._operations.clear()

    def actions(self, caller: str | None = None) -> frozenset[str]:
        """Return the IAM actions used, by anyone or by one caller."""
        return frozenset(
            entry.action
            for entry in self._operations
            if caller is None or entry.caller == caller
        )
