"""The event bus: EventBridge, one event at a time, and a word on what became of it."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from sealward.aws.errors import error_code
from sealward.notices import DETAIL_TYPE, SOURCE
from sealward.ports.delivery import Delivered, NotDelivered

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

_LASTING: Final = frozenset({"MalformedDetail", "InvalidArgument"})
"""The event itself is wrong: sending it again cannot help."""


class EventBridgeBus:
    """One event bus of EventBridge.

    Args:
        client: a botocore client of ``events``, or what defers to one.
        bus: name or ARN of the bus.
    """

    def __init__(self, client: "EventBridgeClient", bus: str) -> None:
        self._client = client
        self._bus = bus

    def publish(self, detail: Mapping[str, Any]) -> Delivered | NotDelivered:
        """Put one event. Never raises: telling must not stop an action."""
        try:
            answer = self._client.put_events(
                Entries=[
                    {
                        "Source": SOURCE,
                        "DetailType": DETAIL_TYPE,
                        "Detail": json.dumps(detail, separators=(",", ":")),
                        "EventBusName": self._bus,
                    }
                ]
            )
        except ClientError as error:
            said = error.response.get("Error", {}).get("Message", "")
            reason = f"PutEvents: {error_code(error)}: {said}"
            return NotDelivered(reason=reason, retry=True)
        except BotoCoreError as error:
            return NotDelivered(reason=f"PutEvents: {error}", retry=True)
        for entry in answer.get("Entries", []):
            if code := entry.get("ErrorCode", ""):
                said = entry.get("ErrorMessage", "")
                return NotDelivered(
                    reason=f"the bus refuses the event: {code}: {said}",
                    retry=code not in _LASTING,
                )
        return Delivered()
