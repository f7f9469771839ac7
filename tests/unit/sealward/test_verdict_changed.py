"""Every verdict change goes to the event bus, once heard, and nothing is lost."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from sealward.ledger import Verdict
from sealward.ports.delivery import NotDelivered
from sealward.ports.failures import Unavailable
from tests.json_schema import problems
from tests.unit.sealward.family import push_family, strict_stand
from tests.unit.sealward.stand import REPOSITORY, Stand, bundle
from tests.unit.sealward.trips import Trips, counted_stand

SCHEMA = "verdict-changed.schema.json"
OWNER = {"team": "payments", "contact": "#payments-oncall"}
BUSY = NotDelivered(reason="busy", retry=True)


@pytest.fixture
def stand() -> Stand:
    return Stand(current=bundle(owner=OWNER, environment="production"))


def _told(stand: Stand) -> list[tuple[str, str]]:
    return [(each["verdict"], each["reason"]) for each in stand.bus.events]


def test_an_image_that_waits_is_no_news_and_one_that_is_trusted_is(
    stand: Stand,
) -> None:
    image = stand.push(tag="1.42")
    stand.look(image)
    assert _told(stand) == []
    stand.attach(image)
    stand.look(image)
    stand.look(image)
    assert _told(stand) == [("trusted", "satisfied")]
    (event,) = stand.bus.events
    assert event["before"] == {"verdict": "pending", "reason": "grace"}
    assert event["tags"] == ["1.42"]
    assert (event["repository"], event["digest"]) == (REPOSITORY, image.digest)


def test_a_refused_image_says_who_why_what_was_done_and_what_to_do(
    stand: Stand,
) -> None:
    image = stand.push(tag="1.42")
    stand.look(image)
    stand.pass_time(timedelta(minutes=11))
    (event,) = stand.bus.events
    assert (event["verdict"], event["reason"]) == ("unsigned", "no-signature")
    assert event["owner"] == OWNER
    assert (event["policy"], event["environment"]) == ("prod", "production")
    assert event["hold"] == "held"
    assert event["exposureSeconds"] == 600.0
    assert "taken out of reach" in event["done"]
    assert "notation sign" in event["remedy"]
    assert event["link"] == "docs/findings.md#no-signature"
    assert event["finding"] == stand.record(image).finding.id  # type: ignore[union-attr]


def test_a_wrong_signature_is_news_while_the_image_still_waits(stand: Stand) -> None:
    image = stand.push()
    stand.look(image)
    stand.look(stand.attach(image, by="Billing"))
    assert _told(stand) == [("pending", "identity-not-allowed")]
    stand.look(image)
    stand.pass_time(timedelta(minutes=11))
    assert _told(stand)[1:] == [("untrusted", "identity-not-allowed")]


def test_what_nobody_governs_is_no_news(stand: Stand) -> None:
    stand.look(stand.push(repository="other/app"), repository="other/app")
    assert _told(stand) == []


def test_a_bus_that_refuses_stops_no_action_and_hears_it_within_the_hour(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.look(image)
    stand.bus.failures.append(BUSY)
    stand.pass_time(timedelta(minutes=10))
    assert stand.status(image) == "ARCHIVED"
    assert stand.record(image).untold
    stand.pass_time(timedelta(hours=1))
    assert _told(stand) == [("unsigned", "no-signature")]
    assert not stand.record(image).untold


def test_good_news_that_the_bus_refused_is_repeated(stand: Stand) -> None:
    image = stand.push()
    stand.attach(image)
    stand.bus.failures.append(BUSY)
    stand.look(image)
    assert (stand.record(image).verdict, _told(stand)) == (Verdict.TRUSTED, [])
    stand.pass_time(timedelta(hours=1))
    assert _told(stand) == [("trusted", "satisfied")]


def test_an_event_that_can_never_be_taken_is_not_sent_for_ever(stand: Stand) -> None:
    image = stand.push()
    stand.attach(image)
    stand.bus.failures.append(NotDelivered(reason="malformed", retry=False))
    stand.look(image)
    assert not stand.record(image).untold


def test_a_look_that_died_after_its_write_is_told_by_the_message_that_comes_again(
    stand: Stand,
) -> None:
    image = stand.push()
    stand.attach(image)
    with (
        patch.object(stand.bus, "publish", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        stand.look(image)
    assert stand.record(image).verdict is Verdict.TRUSTED
    stand.look(image)
    assert _told(stand) == [], "an ordinary look owes nothing"
    stand.gate.look(replace(stand.hint(image.digest), again=True, scheduled=True))
    assert _told(stand) == [("trusted", "satisfied")]


def test_so_is_an_index_that_was_looked_at_within_that_look() -> None:
    stand = strict_stand()
    index, children = push_family(stand)
    stand.attach(index)
    stand.clock.advance(timedelta(hours=2))  # no event told of the index
    with (
        patch.object(stand.bus, "publish", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        stand.look(children[0])
    assert stand.record(index).verdict is Verdict.TRUSTED
    assert _told(stand) == []
    stand.gate.look(replace(stand.hint(children[0].digest), again=True))
    assert {(each["digest"], each["verdict"]) for each in stand.bus.events} == {
        (index.digest, "trusted"),
        (children[0].digest, "covered"),
    }


def test_a_write_that_fails_leaves_the_look_to_be_repeated(stand: Stand) -> None:
    image = stand.push()
    stand.attach(image)
    stand.ledger.before_write = lambda _: (_ for _ in ()).throw(Unavailable("down"))
    with pytest.raises(Unavailable):
        stand.look(image)
    stand.ledger.before_write = None
    stand.look(image)
    assert _told(stand)[-1] == ("trusted", "satisfied")


def test_without_a_bus_nothing_is_owed() -> None:
    stand = Stand()
    stand.gate = replace(stand.gate, bus=None)
    image = stand.push()
    stand.attach(image)
    stand.look(image)
    assert not stand.record(image).untold


def test_every_event_is_of_the_published_form(stand: Stand) -> None:
    trusted, unsigned, junk = (
        stand.push("a", tag="a"),
        stand.push("b"),
        stand.push("c"),
    )
    stand.attach(trusted)
    stand.junk(junk)
    stand.deliver()
    stand.pass_time(timedelta(minutes=11))
    stand.delete(unsigned)
    stand.deliver()
    stand.bundles.current = bundle(serial=2, level={"level": "skip"})
    stand.look(junk)
    assert {each["verdict"] for each in stand.bus.events} >= {
        "trusted",
        "unsigned",
        "untrusted",
        "pending",
        "exempt",
    }
    for event in stand.bus.events:
        assert problems(json.loads(json.dumps(event)), SCHEMA) == []


def test_telling_waits_for_nobody_and_nobody_for_it() -> None:
    trips = Trips()
    stand = counted_stand(trips)
    publish = stand.bus.publish

    def counted(detail: Any) -> Any:
        trips.take("bus")
        return publish(detail)

    image = stand.push()
    stand.attach(image)
    with patch.object(stand.bus, "publish", counted):
        stand.look(image)
    assert trips.at["bus"] == 5
    assert trips.taken == 5
