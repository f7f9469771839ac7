"""Whatever a function is handed: looks at this account's images, or it is set aside."""

import json
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

from hypothesis import given, settings
from hypothesis import strategies as st

from sealward.aws.intake import RESERVE, Intake
from sealward.events import Hint, is_digest, is_repository
from sealward.look.telling.result import LookResult
from sealward.subjects.turns import Shares
from simulator.clock import ManualClock
from simulator.in_process.queue import InProcessLookQueue
from tests.forge import NOW
from tests.property.test_gate_events import events, values
from tests.unit.sealward.stand import ACCOUNT, REGION

bodies = st.text(max_size=60) | (events | values).map(json.dumps)
messages = (
    st.fixed_dictionaries(
        {},
        optional={
            "messageId": st.text(max_size=8),
            "body": bodies | values,
            "attributes": st.fixed_dictionaries(
                {}, optional={"ApproximateReceiveCount": values | st.text("0123456789")}
            )
            | values,
        },
    )
    | values
)
handed = (
    events | values | st.fixed_dictionaries({"Records": st.lists(messages, max_size=4)})
)


class Taken:
    """An intake, and what it looked at."""

    def __init__(self) -> None:
        self.queue = InProcessLookQueue(ManualClock(NOW))
        self.hints: list[Hint] = []
        self._intake = Intake(
            account=ACCOUNT,
            region=REGION,
            queue=self.queue,
            look=self._look,
            telemetry=Mock(),
            shares=Shares(ManualClock(NOW)),
        )

    def __call__(self, event: object) -> dict[str, Any]:
        return self._intake.take(event, lambda: RESERVE + 1_000)

    def _look(self, hint: Hint, _: timedelta) -> LookResult:
        self.hints.append(hint)
        return LookResult.nothing(hint, reason="looked", detail="")


@settings(max_examples=150, deadline=None)
@given(handed)
def test_anything_is_looked_at_set_aside_or_nothing(event: Any) -> None:
    taken = Taken()
    answer = taken(event)
    assert json.dumps(answer)
    for hint in (*taken.hints, *(hint for _, hint in taken.queue.waiting)):
        assert (hint.account, hint.region) == (ACCOUNT, REGION)
        assert is_repository(hint.repository)
        assert is_digest(hint.digest)
    for letter in taken.queue.dead_letters:
        assert letter.reason.isprintable()


@settings(max_examples=60, deadline=None)
@given(st.lists(messages, max_size=4), st.data())
def test_no_message_hinders_another_one(others: list[Any], data: st.DataObject) -> None:
    good = {
        "messageId": "good",
        "body": json.dumps(
            {
                "source": "aws.ecr",
                "detail-type": "ECR Image Action",
                "account": ACCOUNT,
                "region": REGION,
                "detail": {
                    "action-type": "PUSH",
                    "result": "SUCCESS",
                    "repository-name": "prod/good",
                    "image-digest": f"sha256:{'1f' * 32}",
                },
            }
        ),
    }
    others.insert(data.draw(st.integers(0, len(others))), good)
    taken = Taken()
    taken({"Records": others})
    assert "prod/good" in [hint.repository for hint in taken.hints]
