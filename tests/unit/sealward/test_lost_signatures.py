"""A signature that made an image trusted and is gone: never an action."""

from datetime import timedelta

from sealward.ledger import Verdict
from tests import forge
from tests.unit.sealward.stand import (
    Stand,
)

MINUTE = timedelta(minutes=1)


def test_it_is_inconclusive_high_and_never_an_action(at_once: Stand) -> None:
    stand = at_once
    image = stand.push()
    signature = stand.attach(image)
    stand.look(image)
    stand.delete(signature)
    stand.clock.advance(MINUTE)
    result = stand.look(image)
    assert (result.verdict, result.reason) == (
        Verdict.INCONCLUSIVE,
        "signature-lost",
    )
    stand.pass_time(timedelta(hours=30))
    assert stand.status(image) == "ACTIVE"
    assert [each["Severity"]["Label"] for each in stand.findings] == ["HIGH"]


def test_another_good_signature_makes_it_trusted_again(at_once: Stand) -> None:
    image = at_once.push()
    signature = at_once.attach(image)
    at_once.look(image)
    at_once.delete(signature)
    at_once.clock.advance(MINUTE)
    at_once.look(image)
    again = at_once.attach(image, media_type=forge.COSE)
    at_once.clock.advance(MINUTE)
    assert at_once.look(again).verdict is Verdict.TRUSTED
    at_once.pass_time(10 * MINUTE)
    assert [each["RecordState"] for each in at_once.findings] == ["ARCHIVED"]


def test_the_event_of_its_deletion_leads_to_the_image_at_once(at_once: Stand) -> None:
    image, other = at_once.push(), at_once.push("other")
    signature = at_once.attach(image)
    at_once.look(image)
    at_once.look(at_once.attach(other))
    at_once.aws.events.drain()
    at_once.clock.advance(MINUTE)
    at_once.delete(signature)
    at_once.deliver()
    (result,) = at_once.work()
    assert (result.digest, result.reason) == (image.digest, "signature-lost")


def test_the_deletion_of_what_made_nothing_trusted_leads_nowhere(
    at_once: Stand,
) -> None:
    image = at_once.push()
    at_once.look(at_once.attach(image))
    junk = at_once.junk(image)
    at_once.aws.events.drain()
    at_once.clock.advance(MINUTE)
    at_once.delete(junk)
    at_once.deliver()
    assert at_once.work() == []
