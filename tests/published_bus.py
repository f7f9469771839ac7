"""An event bus that takes what is of the published form, and nothing else."""

import json
from collections.abc import Mapping
from typing import Any

from sealward.ports.delivery import Delivered, NotDelivered
from simulator.in_process.bus import InProcessEventBus
from tests.json_schema import problems

SCHEMA = "verdict-changed.schema.json"


class PublishedBus(InProcessEventBus):
    """Holds each event against ``schema/`` before it takes it."""

    def publish(self, detail: Mapping[str, Any]) -> Delivered | NotDelivered:
        """Take one event.

        Raises:
            AssertionError: subscribers are promised something else.
        """
        wrong = problems(json.loads(json.dumps(detail)), SCHEMA)
        assert wrong == [], wrong
        return super().publish(detail)
