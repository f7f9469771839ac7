"""Pauses: nothing is done for a while, everything is judged and told."""

from datetime import timedelta

import pytest

from sealward.ledger import HoldState, PullDenial, Verdict
from sealward.overrides import PAUSES_LIMIT, Pauses
from simulator.behaviours import Behaviours
from tests.unit.sealward.asked import ALICE, Asked
from tests.unit.sealward.stand import REPOSITORY, Stand, bundle
from tests.unit.sealward.test_repushes import push_again

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def at_once() -> Stand:
    quick = Behaviours(restore_delay=timedelta(seconds=2))
    return Stand(current=bundle(grace="0s"), behaviours=quick)


def pause_findings(stand: Stand) -> list[str]:
    return [
        finding["RecordState"]
        for finding in stand.findings
        if "/pause" in str(finding["Id"])
    ]


def test_paused_an_image_is_judged_told_of_and_left(at_once: Stand) -> None:
    assert Asked(at_once).pause()["done"]
    image = at_once.push()
    at_once.look(image)
    record = at_once.record(image)
    assert record.verdict is Verdict.UNSIGNED
    assert at_once.status(image) == "ACTIVE"
    assert record.hold is not None
    assert record.hold.detail.startswith("paused until")
    own = [one for one in at_once.findings if image.digest in str(one["Id"])]
    assert [one["RecordState"] for one in own] == ["ACTIVE"]


def test_it_ends_by_itself_and_what_waited_is_done(at_once: Stand) -> None:
    asked = Asked(at_once)
    asked.pause(hours=2)
    image = at_once.push()
    at_once.look(image)
    at_once.pass_time(HOUR + 50 * MINUTE)
    assert at_once.status(image) == "ACTIVE"
    assert pause_findings(at_once) == ["ACTIVE"]
    at_once.pass_time(20 * MINUTE)
    assert at_once.status(image) == "ARCHIVED"
    asked.desk.tidy()
    assert pause_findings(at_once) == ["ARCHIVED"]
    assert at_once.ledger.pauses().pauses == ()


def test_resumed_what_waited_is_looked_at_now(at_once: Stand) -> None:
    asked = Asked(at_once)
    asked.pause(hours=24)
    image = at_once.push()
    at_once.look(image)
    assert asked.resume()["done"]
    at_once.work()
    assert at_once.status(image) == "ARCHIVED"
    assert pause_findings(at_once) == ["ARCHIVED"]
    assert asked.resume()["code"] == "not-paused"


def test_one_repository_is_paused_and_no_other(at_once: Stand) -> None:
    Asked(at_once).pause(REPOSITORY)
    paused, other = at_once.push(), at_once.push(repository="prod/other")
    at_once.look(paused)
    at_once.look(other, repository="prod/other")
    assert at_once.status(paused) == "ACTIVE"
    held = at_once.record(other, repository="prod/other").hold
    assert held is not None
    assert held.state is HoldState.HELD


def test_a_held_image_is_not_restored_unless_a_person_names_it(at_once: Stand) -> None:
    image, other = at_once.push(), at_once.push("other")
    signature = at_once.attach(other)
    at_once.delete(signature)
    for each in (image, other):
        at_once.look(each)
        assert at_once.status(each) == "ARCHIVED"
    asked = Asked(at_once)
    asked.pause()
    at_once.look(at_once.attach(other))
    assert at_once.record(other).verdict is Verdict.TRUSTED
    assert at_once.status(other) == "ARCHIVED"
    asked.break_glass(image.digest)
    at_once.pass_time(MINUTE)
    assert at_once.status(image) == "ACTIVE"
    assert at_once.status(other) == "ARCHIVED"
    at_once.pass_time(3 * HOUR)
    assert at_once.status(other) == "ACTIVE"


def test_pulls_are_neither_denied_nor_allowed() -> None:
    stand = Stand(current=bundle(grace="0s", escalation="deny-pulls"))
    image = push_again(stand, 3)
    assert stand.pulls.denied(REPOSITORY, image.digest)
    Asked(stand).pause(hours=3)
    stand.pass_time(2 * HOUR + 30 * MINUTE)
    assert stand.pulls.denied(REPOSITORY, image.digest)
    assert stand.record(image).pulls is PullDenial.DENIED
    stand.pass_time(2 * HOUR)
    assert not stand.pulls.denied(REPOSITORY, image.digest)


def test_its_finding_names_who_until_when_and_why(at_once: Stand) -> None:
    Asked(at_once).pause()
    (finding,) = at_once.findings
    assert finding["Severity"]["Label"] == "HIGH"
    assert ALICE in finding["Description"]
    assert "a bad policy" in finding["Description"]


def test_paused_again_it_has_another_end(at_once: Stand) -> None:
    asked = Asked(at_once)
    asked.pause(hours=1)
    at_once.clock.advance(30 * MINUTE)
    asked.pause(hours=2)
    (only,) = at_once.ledger.pauses().pauses
    assert only.until == at_once.clock.now + 2 * HOUR
    assert pause_findings(at_once) == ["ACTIVE"]


def test_more_than_a_day_is_refused(at_once: Stand) -> None:
    answer = Asked(at_once).pause(hours=25)
    assert answer["code"] == "bad-request"
    assert at_once.ledger.pauses().pauses == ()


def test_there_is_an_end_to_how_many(at_once: Stand) -> None:
    asked = Asked(at_once)
    for number in range(PAUSES_LIMIT):
        assert asked.pause(f"prod/app{number}")["done"]
    assert asked.pause("prod/one-more")["code"] == "too-many"


def test_security_hub_off_it_is_paused_all_the_same() -> None:
    stand = Stand(current=bundle(grace="0s"), hub_on=False)
    asked = Asked(stand)
    assert asked.pause()["done"]
    image = stand.push()
    stand.look(image)
    assert stand.status(image) == "ACTIVE"
    stand.pass_time(3 * HOUR)
    assert stand.status(image) == "ARCHIVED"


def test_the_account_can_be_paused_however_many_repositories_are(
    at_once: Stand,
) -> None:
    asked = Asked(at_once)
    for number in range(PAUSES_LIMIT):
        assert asked.pause(repository=f"team/app-{number}")["done"]
    assert asked.pause()["done"]
    image = at_once.push()
    at_once.look(image)
    assert at_once.status(image) == "ACTIVE"


def test_that_another_wrote_the_pauses_meanwhile_stops_no_person(
    at_once: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The schedule tells of pauses every few minutes, at three in the morning too."""
    asked = Asked(at_once)
    keep, others = at_once.ledger.keep_pauses, ["tidied", "tidied again"]

    def overtaken(pauses: Pauses) -> None:
        if others:
            others.pop()
            stored = at_once.ledger.pauses()
            keep(Pauses(version=stored.version + 1, pauses=stored.pauses))
        keep(pauses)

    monkeypatch.setattr(at_once.ledger, "keep_pauses", overtaken)
    assert asked.pause(hours=1)["done"]
    others.append("tidied once more")
    assert asked.resume()["done"]
    assert not any(
        each.in_force(at_once.clock.now) for each in at_once.ledger.pauses().pauses
    )


def test_pauses_that_ended_untold_keep_nobody_from_pausing_another() -> None:
    stand = Stand(current=bundle(grace="0s"), hub_on=False)
    asked = Asked(stand)
    for number in range(3 * PAUSES_LIMIT):
        assert asked.pause(f"prod/app{number}", hours=1)["done"]
        stand.clock.advance(2 * HOUR)
        asked.desk.tidy()
    assert asked.pause()["done"]
    assert len(stand.ledger.pauses().pauses) <= PAUSES_LIMIT + 1
