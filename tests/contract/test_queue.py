"""The look queues: the one in memory and SQS (on moto) do the same."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from sealward.aws.look_queue import SqsLookQueue
from sealward.events import Hint, parse_events
from sealward.ports.failures import Denied, Unavailable
from simulator.in_process.queue import InProcessLookQueue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

HINT = Hint(
    account="123456789012",
    region="us-east-1",
    repository="prod/app",
    digest=f"sha256:{'a' * 64}",
)


class _Sqs:
    """The two queues, and what was sent."""

    def __init__(self, client: "SQSClient") -> None:
        self.client = client
        self.looks = client.create_queue(QueueName="looks")["QueueUrl"]
        self.dead = client.create_queue(QueueName="dead")["QueueUrl"]
        self.sent: list[dict[str, Any]] = []
        client.meta.events.register(
            "provide-client-params.sqs.SendMessage",
            lambda params, **_: self.sent.append(dict(params)),
        )
        self.queue = SqsLookQueue(client, self.looks, self.dead)

    def dead_letters(self) -> list[tuple[str, str]]:
        answer = self.client.receive_message(
            QueueUrl=self.dead, MessageAttributeNames=["All"], MaxNumberOfMessages=10
        )
        return [
            (message["Body"], message["MessageAttributes"]["reason"]["StringValue"])
            for message in answer.get("Messages", [])
        ]


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Sqs]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client: Any = botocore.session.Session().create_client(
            "sqs", region_name="us-east-1"
        )
        yield _Sqs(client)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (timedelta(0), 0),
        (timedelta(seconds=-5), 0),
        (timedelta(milliseconds=1), 1),  # never earlier than asked
        (timedelta(seconds=10), 10),
        (timedelta(minutes=15), 900),
        (timedelta(days=1), 900),
    ],
)
def test_a_delay_is_cut_to_what_the_queue_can(
    sqs: _Sqs, asked: timedelta, seconds: int
) -> None:
    sqs.queue.later(HINT, asked)
    assert sqs.sent[0]["DelaySeconds"] == seconds
    assert sqs.sent[0]["QueueUrl"] == sqs.looks


def test_a_hint_comes_back_as_it_went(sqs: _Sqs) -> None:
    sqs.queue.later(HINT, timedelta(0))
    (message,) = sqs.client.receive_message(QueueUrl=sqs.looks)["Messages"]
    read = parse_events(
        json.loads(message["Body"]), account=HINT.account, region=HINT.region
    )
    assert read == (HINT,)


def test_a_hint_comes_back_as_it_went_in_memory() -> None:
    clock = [datetime(2026, 11, 21, tzinfo=UTC)]
    queue = InProcessLookQueue(lambda: clock[0])
    queue.later(HINT, timedelta(days=1))
    assert list(queue.receive()) == []
    clock[0] += timedelta(minutes=15)
    assert list(queue.receive()) == [HINT]


def test_many_hints_take_a_call_for_ten(sqs: _Sqs) -> None:
    hints = [replace(HINT, digest=f"sha256:{number:064x}") for number in range(23)]
    calls: list[int] = []
    sqs.client.meta.events.register(
        "provide-client-params.sqs.SendMessageBatch",
        lambda params, **_: calls.append(len(params["Entries"])),
    )
    sqs.queue.at_once(hints)
    assert (calls, sqs.sent) == ([10, 10, 3], [])
    arrived: list[Hint] = []
    while answer := sqs.client.receive_message(
        QueueUrl=sqs.looks, MaxNumberOfMessages=10, AttributeNames=["All"]
    ).get("Messages"):
        for message in answer:
            assert message["Attributes"]["MessageGroupId"] == "prod/app"
            body = json.loads(message["Body"])
            arrived += parse_events(body, account=HINT.account, region=HINT.region)
    assert sorted(arrived) == sorted(hints)


def test_one_that_the_queue_does_not_take_is_no_success(sqs: _Sqs) -> None:
    said = {"Id": "0", "Code": "InternalError", "SenderFault": False, "Message": "no"}
    with Stubber(sqs.client) as stubber:
        stubber.add_response("send_message_batch", {"Successful": [], "Failed": [said]})
        with pytest.raises(Unavailable, match="InternalError: no"):
            sqs.queue.at_once([HINT])


def test_a_dead_letter_keeps_what_was_sent_and_why(sqs: _Sqs) -> None:
    sqs.queue.dead_letter("not json", reason="event-not-an-object: …")
    assert sqs.dead_letters() == [("not json", "event-not-an-object: …")]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("", "(empty)"),
        ("a\x00b\x1b[31m\ud800", "a\ufffdb\ufffd[31m\ufffd"),
        ("é" * 300_000, None),
    ],
)
def test_a_dead_letter_is_heard_whatever_was_sent(
    sqs: _Sqs, body: str, kept: str | None
) -> None:
    sqs.queue.dead_letter(body, reason="\x00" * 5000)
    ((stored, reason),) = sqs.dead_letters()
    assert reason == "\ufffd" * 1024
    if kept is None:
        assert 200_000 < len(stored.encode()) < 256 * 1024
        assert body.startswith(stored)
    else:
        assert stored == kept


def test_a_queue_that_is_gone_is_for_a_person_to_mend(sqs: _Sqs) -> None:
    queue = SqsLookQueue(sqs.client, f"{sqs.looks}-gone", sqs.dead)
    with pytest.raises(Denied, match="look queue"):
        queue.later(HINT, timedelta(0))
