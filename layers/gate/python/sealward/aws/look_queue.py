"""The queue that leads to the next look, and the one for what nobody can read."""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sealward.aws.errors import translated
from sealward.events import Hint, look_again
from sealward.ports.failures import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import (
        MessageAttributeValueTypeDef,
        SendMessageBatchRequestEntryTypeDef,
    )

LONGEST_DELAY: Final = timedelta(minutes=15)
"""SQS delays a message no longer; what is due later waits in the ledger."""
REDRIVEN: Final = "redriven"
"""Message attribute: how often a person sent this hint again out of the dead letters.

SQS keeps attributes when it moves a message there, so a hint that comes back knows.
"""
_BATCH: Final = 10
"""Messages a call: the most that SQS takes."""
_BODY_LIMIT: Final = 240 * 1024
"""Bytes, the reason's included: under the smallest bound any SQS Region has had."""
_REASON_LIMIT: Final = 1024
"""Characters: enough to say what is wrong, whatever was sent."""
_GROUP_LIMIT: Final = 128
"""Characters of a ``MessageGroupId``; a repository's name may have 256."""
_NOT_XML: Final = "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
"""What SQS accepts neither in bodies nor in attributes.

Compiled at its first use: that takes milliseconds, which no start should pay.
"""


class SqsLookQueue:
    """The look queue and its dead-letter queue.

    Args:
        client: a botocore client of ``sqs``, or what defers to one.
        queue_url: where hints go.
        dead_letter_url: where what cannot be understood goes.
    """

    def __init__(
        self, client: "SQSClient", queue_url: str, dead_letter_url: str
    ) -> None:
        self._client = client
        self._queue_url = queue_url
        self._dead_letter_url = dead_letter_url

    def later(self, hint: Hint, delay: timedelta) -> None:
        """Send ``hint`` to arrive after ``delay``: 0 to 15 minutes, cut to that.

        Raises:
            Unavailable, Denied: as named.
        """
        self._send(hint, delay, {})

    def redrive(self, hint: Hint, times: int) -> None:
        """Send ``hint`` out of the dead letters, which was so sent ``times`` times.

        Raises:
            Unavailable, Denied: as named.
        """
        count: MessageAttributeValueTypeDef = {
            "DataType": "Number",
            "StringValue": str(times),
        }
        self._send(hint, timedelta(0), {REDRIVEN: count})

    def _send(
        self,
        hint: Hint,
        delay: timedelta,
        attributes: "Mapping[str, MessageAttributeValueTypeDef]",
    ) -> None:
        bounded = min(max(delay, timedelta(0)), LONGEST_DELAY)
        with translated(f"SendMessage to the look queue for {hint.repository}"):
            self._client.send_message(
                QueueUrl=self._queue_url,
                MessageBody=_body(hint),
                DelaySeconds=math.ceil(bounded.total_seconds()),
                # A fair queue: one repository's backlog delays no other's looks.
                MessageGroupId=_group(hint.repository),
                MessageAttributes=attributes,
            )

    def at_once(self, hints: Sequence[Hint]) -> None:
        """Send ``hints`` to arrive without delay, ten to a call.

        Raises:
            Unavailable, Denied: as named; some may have been sent. Sending all again
                changes nothing.
        """
        for start in range(0, len(hints), _BATCH):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {
                    "Id": str(number),
                    "MessageBody": _body(hint),
                    "MessageGroupId": _group(hint.repository),
                }
                for number, hint in enumerate(hints[start : start + _BATCH])
            ]
            with translated("SendMessageBatch to the look queue"):
                answer = self._client.send_message_batch(
                    QueueUrl=self._queue_url, Entries=entries
                )
            for failed in answer.get("Failed", []):
                raise Unavailable(
                    f"SendMessageBatch to the look queue: {failed.get('Code', '')}: "
                    f"{failed.get('Message', '')}"
                )

    def dead_letter(self, body: str, *, reason: str) -> None:
        """Put what cannot be understood aside, its reason as a message attribute.

        Characters SQS does not take are replaced, and more than 240 KiB is cut: what
        was sent is wrong already, and being heard matters more than its last byte.

        Raises:
            Unavailable, Denied: as named.
        """
        said = re.sub(_NOT_XML, "\ufffd", reason)[:_REASON_LIMIT] or "no reason given"
        text = re.sub(_NOT_XML, "\ufffd", body)
        kept = text.encode()[: _BODY_LIMIT - len(said.encode())].decode(errors="ignore")
        with translated("SendMessage to the dead-letter queue"):
            self._client.send_message(
                QueueUrl=self._dead_letter_url,
                MessageBody=kept or "(empty)",
                MessageAttributes={
                    "reason": {"DataType": "String", "StringValue": said}
                },
            )


def _body(hint: Hint) -> str:
    return json.dumps(look_again(hint), separators=(",", ":"))


def _group(repository: str) -> str:
    """Return what SQS tells one repository's messages from another's by."""
    if len(repository) <= _GROUP_LIMIT:
        return repository
    return hashlib.sha256(repository.encode()).hexdigest()
