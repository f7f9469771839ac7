"""The owner's topic: a message an hour for each repository and cause, and a count."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import botocore.session
import pytest
from moto import mock_aws

from sealward.aws.ledger.message_counts import MessageCountTable
from sealward.aws.owner_topics import SnsTopics
from sealward.ledger import Verdict
from sealward.policy.bundle import InvalidBundle
from sealward.ports.delivery import Delivered, NotDelivered
from sealward.ports.message_counts import SENDS, MessageCounts, Turn
from sealward.ports.owner_topics import OwnerMessage
from simulator.in_process.bus import InProcessMessageCounts
from tests.ledger_on_moto import create_ledger_table
from tests.ledger_records import NOW
from tests.template.rendering import load, render
from tests.unit.sealward.stand import Stand, bundle

TOPIC = "arn:aws:sns:us-east-1:123456789012:payments"
HOUR = timedelta(hours=1)
OWED = Turn(send=False, owed=True)
BUSY = NotDelivered(reason="busy", retry=True)


def owned(**settings: Any) -> Any:
    return bundle(owner={"team": "payments", "topic": TOPIC}, **settings)


@pytest.fixture
def stand() -> Stand:
    return Stand(current=owned(grace="0s"))


def test_a_refused_image_is_told_to_its_owner(stand: Stand) -> None:
    image = stand.push(tag="1.42")
    stand.look(image)
    (message,) = stand.topics.messages
    assert message.topic == TOPIC
    assert message.subject == "Sealward: unsigned prod/app:1.42"
    assert f"prod/app@{image.digest}" in message.text
    assert "why: no-signature: " in message.text
    assert "done: It was taken out of reach" in message.text
    assert "mend: " in message.text


def test_a_hundred_refusals_in_an_hour_are_one_message_and_then_a_count(
    stand: Stand,
) -> None:
    for number in range(100):
        stand.look(stand.push(f"n{number}"))
    assert len(stand.topics.messages) == 1
    stand.clock.advance(HOUR)
    stand.look(stand.push("later"))
    assert len(stand.topics.messages) == 2
    assert "99 more of this repository and cause" in stand.topics.messages[1].text


def test_a_verdict_that_goes_to_and_fro_is_told_a_few_times_an_hour(
    stand: Stand,
) -> None:
    """Whoever may push attaches junk to a refused image and takes it away again."""
    image = stand.push()
    stand.look(image)
    for number in range(20):
        junk = stand.junk(image, number)
        stand.look(junk)
        stand.clock.advance(timedelta(seconds=30))
        stand.delete(junk)
        stand.look(image)
    assert stand.record(image).verdict is Verdict.UNSIGNED
    assert len(stand.topics.messages) == 2 * SENDS
    stand.pass_time(HOUR)
    assert len(stand.topics.messages) <= 2 * SENDS + 1
    assert not stand.record(image).untold


def test_another_repository_and_another_cause_are_messages_of_their_own(
    stand: Stand,
) -> None:
    stand.look(stand.push("a"))
    stand.look(stand.push("b", repository="prod/other"), repository="prod/other")
    wrong = stand.push("c")
    stand.attach(wrong, by="Other")
    stand.look(wrong)
    assert len(stand.topics.messages) == 3


def test_a_trusted_image_and_one_that_waits_are_told_to_nobody() -> None:
    stand = Stand(current=owned())
    image = stand.push()
    stand.look(image)
    stand.attach(image)
    stand.look(image)
    assert stand.topics.messages == []


def test_a_wrong_signature_is_told_while_the_image_waits() -> None:
    stand = Stand(current=owned())
    image = stand.push()
    stand.look(stand.attach(image, by="Other"))
    (message,) = stand.topics.messages
    assert message.subject == "Sealward: pending prod/app"
    assert "identity-not-allowed" in message.text


def test_a_policy_without_a_topic_tells_nobody() -> None:
    stand = Stand(current=bundle(grace="0s", owner={"team": "payments"}))
    stand.look(stand.push())
    assert stand.topics.messages == []


def test_what_sns_did_not_take_is_sent_within_the_hour(stand: Stand) -> None:
    image = stand.push()
    stand.topics.failures.append(BUSY)
    stand.look(image)
    assert stand.topics.messages == []
    assert stand.status(image) == "ARCHIVED"
    stand.pass_time(HOUR)
    assert len(stand.topics.messages) == 1


def test_a_topic_that_will_never_take_it_is_not_asked_for_ever(stand: Stand) -> None:
    stand.topics.failures.append(NotDelivered(reason="denied", retry=False))
    image = stand.push()
    stand.look(image)
    assert not stand.record(image).untold


@pytest.mark.parametrize(
    "topic", ["payments", f"{TOPIC}.fifo", "arn:aws:sqs:us-east-1:123456789012:q", ""]
)
def test_what_is_no_topic_is_refused(topic: str) -> None:
    if not topic:
        with pytest.raises(InvalidBundle):
            bundle(owner={"topic": topic})
        return
    with pytest.raises(InvalidBundle, match="is no topic"):
        bundle(owner={"topic": topic})


def test_the_role_may_publish_to_the_topics_that_are_named_and_no_other() -> None:
    given = {"PolicyBundle": "s3://policy/bundle.json"}

    def published(**more: str) -> list[Any]:
        role = render(load(), {**given, **more})["VerifyPushRole"]["Properties"]
        return [
            each["Resource"]
            for each in role["Policies"][0]["PolicyDocument"]["Statement"]
            if each["Action"] == "sns:Publish"
        ]

    assert published() == []
    assert published(OwnerTopicArns=TOPIC) == [[TOPIC]]


@pytest.fixture(params=["table", "memory"])
def counts(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        yield InProcessMessageCounts()
        return
    with mock_aws():
        client: Any = botocore.session.Session().create_client(
            "dynamodb", region_name="us-east-1"
        )
        create_ledger_table(client)
        yield MessageCountTable("ledger", client)


def test_counts_are_an_hours_and_what_was_sent_may_be_sent_again(
    counts: MessageCounts,
) -> None:
    def take(news: str, after: timedelta = timedelta(0), cause: str = "a/b") -> Any:
        turn = counts.take("prod/app", cause, news=news, now=NOW + after)
        return turn.send, turn.held_back

    assert take("1") == (True, 0)
    assert take("1") == (True, 0), "a look that died sends it again"
    assert take("1") == (True, 0)
    assert counts.take("prod/app", "a/b", news="1", now=NOW) == OWED
    assert [take("2"), take("3", HOUR / 2)] == [(False, 0), (False, 0)]
    assert take("4", cause="c/d") == (True, 0)
    assert take("5", HOUR) == (True, 2)
    assert take("6", HOUR) == (False, 0)
    assert take("7", 3 * HOUR) == (True, 1)


def test_a_race_for_a_turn_has_one_winner() -> None:
    with mock_aws():
        client: Any = botocore.session.Session().create_client(
            "dynamodb", region_name="us-east-1"
        )
        create_ledger_table(client)
        table = MessageCountTable("ledger", client)
        plain = client.put_item

        def overtaken(**item: Any) -> Any:
            client.put_item = plain
            other = MessageCountTable("ledger", client)
            assert other.take("prod/app", "a/b", news="2", now=NOW).send
            return plain(**item)

        client.put_item = overtaken
        assert not table.take("prod/app", "a/b", news="1", now=NOW).send


class TestSns:
    MESSAGE = OwnerMessage(topic=TOPIC, subject="Sealward: unsigned a/b", text="why")

    def test_a_message_is_published_in_the_topics_region(self) -> None:
        with mock_aws():
            session = botocore.session.Session()
            asked: list[str] = []

            def client(region: str) -> Any:
                asked.append(region)
                return session.create_client("sns", region_name=region)

            client("us-east-1").create_topic(Name="payments")
            topics = SnsTopics(client, pytest.fail)
            assert topics.send(self.MESSAGE) == Delivered()
            assert asked[-1] == "us-east-1"

    def test_a_topic_that_is_not_there_is_said_and_not_tried_again(self) -> None:
        said: list[str] = []
        with mock_aws():
            session = botocore.session.Session()
            topics = SnsTopics(
                lambda region: session.create_client("sns", region_name=region),
                said.append,
            )
            gone = replace(self.MESSAGE, topic=f"{TOPIC}-gone")
            answer = topics.send(gone)
        assert isinstance(answer, NotDelivered)
        assert not answer.retry
        assert "NotFound" in said[0]
