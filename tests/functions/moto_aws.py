"""moto's AWS, its DynamoDB one call at a time.

moto keeps tables in plain dictionaries. A function's threads read one while another is
written, and an index is read by walking them all: the walk would break.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any
from unittest.mock import patch

from moto import mock_aws
from moto.dynamodb.responses import DynamoHandler


@contextmanager
def moto_aws() -> Iterator[None]:
    """Answer AWS's clients by moto while the context lasts."""
    calls = RLock()
    plain: Any = DynamoHandler.call_action

    def one_at_a_time(self: DynamoHandler) -> Any:
        with calls:
            return plain(self)

    with mock_aws(), patch.object(DynamoHandler, "call_action", one_at_a_time):
        yield
