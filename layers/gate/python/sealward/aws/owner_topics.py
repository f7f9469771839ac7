"""Owners' topics: Amazon SNS, one message at a time."""

from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from sealward.aws.errors import error_code
from sealward.ports.delivery import Delivered, NotDelivered
from sealward.ports.owner_topics import OwnerMessage

_LASTING: Final = frozenset(
    {
        "AuthorizationError",
        "AccessDenied",
        "InvalidParameter",
        "InvalidParameterValue",
        "NotFound",
        "KMSAccessDenied",
    }
)
"""A topic that is not there, or not allowed to us: a person must mend it."""


class SnsTopics:
    """Topics of SNS, in any Region.

    Args:
        client: returns a botocore client of ``sns`` for a Region.
        refused: told why a topic will never take a message as things are.
    """

    def __init__(
        self, client: Callable[[str], Any], refused: Callable[[str], None]
    ) -> None:
        self._client = client
        self._refused = refused

    def send(self, message: OwnerMessage) -> Delivered | NotDelivered:
        """Publish one message. Never raises: telling must not stop an action."""
        try:
            region = message.topic.split(":")[3]
            self._client(region).publish(
                TopicArn=message.topic, Subject=message.subject, Message=message.text
            )
        except ClientError as error:
            said = error.response.get("Error", {}).get("Message", "")
            code = error_code(error)
            reason = f"Publish to {message.topic}: {code}: {said}"
            if code not in _LASTING:
                return NotDelivered(reason=reason, retry=True)
            self._refused(reason)
            return NotDelivered(reason=reason, retry=False)
        except (BotoCoreError, IndexError) as error:
            return NotDelivered(
                reason=f"Publish to {message.topic}: {error}", retry=True
            )
        return Delivered()
