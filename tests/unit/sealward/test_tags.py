"""Tags: what a tag stood for before it was moved to an image that is held."""

from datetime import timedelta

from notation_verifier import Descriptor
from sealward.decisions.remembered import FORMER_TAGS
from sealward.ledger import Verdict
from sealward.ledger.records import HoldState, Record
from tests.unit.sealward.stand import Stand
from tests.unit.sealward.trips import Trips, counted_stand

MINUTE = timedelta(minutes=1)


def trusted(stand: Stand, name: str, tag: str) -> Descriptor:
    image = stand.push(name, tag=tag)
    stand.attach(image)
    assert stand.look(image).verdict is Verdict.TRUSTED
    stand.clock.advance(MINUTE)
    return image


def description(stand: Stand, image: Descriptor) -> str:
    (found,) = (
        str(each["Description"])
        for each in stand.findings
        if image.digest in each["Resources"][0]["Id"]
    )
    return found


def test_a_held_image_names_the_last_trusted_one_of_its_tag(at_once: Stand) -> None:
    trusted(at_once, "older", "latest")
    last = trusted(at_once, "last", "latest")
    bad = at_once.push("bad", tag="latest")
    assert at_once.look(bad).verdict is Verdict.UNSIGNED
    told = f"Its tag latest was last the trusted {last.digest}."
    assert told in description(at_once, bad)
    at_once.pass_time(timedelta(hours=2))
    assert told in description(at_once, bad)


def test_though_the_trusted_one_was_looked_at_without_its_tag(at_once: Stand) -> None:
    last = trusted(at_once, "last", "latest")
    bad = at_once.push("bad", tag="latest")
    at_once.look(last)
    assert at_once.record(last).tags == ()
    assert at_once.record(last).former_tags == ("latest",)
    at_once.look(bad)
    assert last.digest in description(at_once, bad)


def test_the_look_that_ends_what_an_overtaken_one_began_names_it(
    at_once: Stand,
) -> None:
    last = trusted(at_once, "last", "latest")
    bad = at_once.push("bad", tag="latest")

    def overtake(record: Record) -> None:
        if record.hold is not None and record.hold.state is HoldState.HELD:
            at_once.ledger.before_write = None
            at_once.look(bad)

    at_once.ledger.before_write = overtake
    at_once.look(bad)
    assert at_once.ledger.before_write is None
    assert last.digest in at_once.record(bad).last_trusted
    assert last.digest in description(at_once, bad)


def test_a_tag_moved_to_it_while_it_is_held_is_named_as_well(at_once: Stand) -> None:
    """Pushed without a tag first: nothing was to be named when it was held."""
    last = trusted(at_once, "last", "latest")
    bad = at_once.push("bad")
    at_once.look(bad)
    assert at_once.record(bad).last_trusted == ""
    at_once.clock.advance(MINUTE)
    at_once.push("bad", tag="latest")
    at_once.look(bad)
    assert at_once.status(bad) == "ARCHIVED"
    assert last.digest in description(at_once, bad)


def test_a_tag_moved_to_it_while_it_may_be_signed_is_named_at_the_end() -> None:
    stand = Stand()
    last = trusted(stand, "last", "latest")
    bad = stand.push("bad")
    stand.look(bad)
    stand.pass_time(11 * MINUTE)
    stand.push("bad", tag="latest")
    stand.look(bad)
    stand.pass_time(MINUTE)
    assert stand.status(bad) == "ACTIVE"
    stand.pass_time(10 * MINUTE)
    assert stand.status(bad) == "ARCHIVED"
    assert last.digest in description(stand, bad)


def test_a_tag_that_stood_for_nothing_trusted_names_none(at_once: Stand) -> None:
    trusted(at_once, "other", "v1")
    bad = at_once.push("bad", tag="latest")
    at_once.look(bad)
    assert "was last the trusted" not in description(at_once, bad)
    assert at_once.record(bad).last_trusted == ""


def test_the_history_of_a_record_is_bounded_and_of_trusted_images_only(
    at_once: Stand,
) -> None:
    image = trusted(at_once, "app", "v0")
    for number in range(1, 9):
        at_once.push("app", tag=f"v{number}")
        at_once.look(image)
        at_once.clock.advance(MINUTE)
        at_once.push(f"taker {number}", tag=f"v{number - 1}")
        at_once.look(image)
        at_once.clock.advance(MINUTE)
    record = at_once.record(image)
    assert record.tags == ("v8",)
    assert record.former_tags == ("v7", "v6", "v5")[:FORMER_TAGS]


def test_an_image_that_becomes_trusted_costs_no_call_for_it() -> None:
    trips = Trips()
    stand = counted_stand(trips)
    image = stand.push(tag="latest")
    stand.attach(image)
    assert stand.look(image).verdict is Verdict.TRUSTED
    assert "signed" not in trips.at
    assert trips.taken == 5
